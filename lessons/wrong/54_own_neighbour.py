"""a point is not counted among its own neighbours"""

answers = {
    "near.sum(1).tolist()": [1, 2, 2, 1, 1, 1, 0],
    "found.core_sample_indices_.tolist()": [],
    "found.labels_.tolist()": [-1, -1, -1, -1, -1, -1, -1],
}
