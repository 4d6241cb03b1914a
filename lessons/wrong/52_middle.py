"""a centre goes to the middle between its first and last point, not to their mean"""

answers = {
    "once.tolist()": [1.0, 9.0],
}
