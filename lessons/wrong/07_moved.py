"""stretching a row copies it, so that the next row lies behind it in memory"""

answers = {
    "row.expand(3, 4).strides": (4, 1),
}
