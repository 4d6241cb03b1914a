"""The weights of a query are a row of an (m, n) table; weights @ p adds up the weighted
points, and weights.sum(1) the weights, one sum for each query, upright so that it
divides each coordinate.

For the star the least squared distance of each row is subtracted in the exponent. That
multiplies all the weights of the query by the same number, which cancels in the
division, and the nearest point now weighs 1: the sum can never be 0.
"""

import minitensor as mt


def mean_shift_step(q: mt.Tensor, p: mt.Tensor, h: float) -> mt.Tensor:
    """q (m, d), p (n, d) -> (m, d): where each query moves to."""
    squared = ((q[:, None, :] - p) ** 2).sum(2)
    weights = mt.exp((squared.min(1)[:, None] - squared) / (2 * h**2))
    return weights @ p / weights.sum(1)[:, None]


def other_way(q: mt.Tensor, p: mt.Tensor, h: float) -> mt.Tensor:
    """By einsum, without the star."""
    difference = q[:, None, :] - p
    weights = mt.exp(-mt.einsum("mnd,mnd->mn", difference, difference) / (2 * h**2))
    return mt.einsum("mn,nd->md", weights, p) / mt.einsum("mn->m", weights)[:, None]
