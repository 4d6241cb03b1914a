"""the weights have a row for each point: q comes first, so each row belongs to a query"""

answers = {
    "weights.shape": (4, 3),
}
