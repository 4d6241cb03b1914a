"""strides count bytes, 8 for each of these numbers: of a Tensor they count elements"""

answers = {
    "t.strides": (32, 8),
}
