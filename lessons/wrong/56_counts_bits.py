"""the bits are counted: each of them has a weight of its own"""

answers = {
    "codes.tolist()": [3, 2, 1],
}
