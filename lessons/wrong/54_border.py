"""points at a distance of exactly eps are no neighbours"""

answers = {
    "near.sum(1).tolist()": [1, 1, 1, 1, 1, 1, 1],
    "wide.labels_.tolist()": [0, 0, 0, 0, -1, -1, -1],
}
