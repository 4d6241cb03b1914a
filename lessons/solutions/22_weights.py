"""A new axis lets every query meet every point: (3, 1, 2) minus (4, 2) is (3, 4, 2), 24
numbers. The sum over the coordinates leaves a weight for each query and each point,
(3, 4). A point on which the query lies weighs exp(0) = 1, the most there is; one that
is far weighs next to nothing. It is the queries that move, so the result has their
shape.
"""

import minitensor as mt

q = mt.tensor([[0.0, 0.0], [6.0, 0.0], [20.0, 20.0]])
p = mt.tensor([[0.0, 0.0], [1.0, 0.0], [5.0, 0.0], [7.0, 1.0]])

difference = q[:, None, :] - p
weights = mt.exp(-(difference**2).sum(2) / 2)  # the bandwidth is 1
moved = weights @ p / weights.sum(1)[:, None]

answers = {
    "difference.shape": (3, 4, 2),
    "difference.size": 24,
    "weights.shape": (3, 4),
    # what the point weighs on which the first query lies
    "weights[0, 0].item()": 1.0,
    # the number of the point that weighs most with the second query: 0, 1, 2 or 3
    "weights[1].argmax().item()": 2,
    "moved.shape": (3, 2),
}
