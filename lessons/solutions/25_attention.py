"""The largest score of each row is subtracted, so that the largest exponential is 1:
none is infinite, and no sum is 0. The sum runs along the row, over the keys.

Mean shift has the scores -|x - p|²/2h², which is x·p/h² - |p|²/2h², less what is the
same for all points. The last coordinate, 1 of the query and -|p|²/2h² of the key,
brings in the second part.
"""

import minitensor as mt


def attention(q: mt.Tensor, k: mt.Tensor, v: mt.Tensor) -> mt.Tensor:
    """q (m, d), k (n, d), v (n, dv) -> (m, dv)."""
    scores = q @ k.T
    scores = scores - scores.max(1)[:, None]
    weights = mt.exp(scores)
    weights = weights / weights.sum(1)[:, None]
    return weights @ v


def as_mean_shift(x: mt.Tensor, p: mt.Tensor, h: float) -> tuple[mt.Tensor, ...]:
    """x (m, d), p (n, d) -> q, k, v, with which attention moves x over the points p."""
    lengths = (p**2).sum(1)[:, None]
    q = mt.concat([x / h**2, mt.ones((len(x), 1))], 1)
    k = mt.concat([p, -lengths / (2 * h**2)], 1)
    return q, k, p
