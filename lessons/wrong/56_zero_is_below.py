"""a point on a plane, with the product 0, has no bit there"""

answers = {
    "codes.tolist()": [7, 3, 0],
}
