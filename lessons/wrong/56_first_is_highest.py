"""the first bit counts most: here it counts once"""

answers = {
    "codes.tolist()": [7, 6, 1],
}
