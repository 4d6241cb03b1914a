"""a point stays with its first centre: in each step all points look again"""

answers = {
    "twice.tolist()": [1.0, 10.0],
}
