"""a letter that does not stand right of the arrow is kept as an axis, and not summed"""

answers = {
    "both.shape": (2, 5, 3),
    "each.shape": (2, 3),
}
