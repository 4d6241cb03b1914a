"""the weights are not divided by their sum: each query gets a sum, and not a mean"""

import minitensor as mt


def attention(q: mt.Tensor, k: mt.Tensor, v: mt.Tensor) -> mt.Tensor:
    """q (m, d), k (n, d), v (n, dv) -> (m, dv)."""
    scores = q @ k.T
    scores = scores - scores.max(1)[:, None]
    weights = mt.exp(scores)
    return weights @ v


def as_mean_shift(x: mt.Tensor, p: mt.Tensor, h: float) -> tuple[mt.Tensor, ...]:
    """x (m, d), p (n, d) -> q, k, v, with which attention moves x over the points p."""
    lengths = (p**2).sum(1)[:, None]
    q = mt.concat([x / h**2, mt.ones((len(x), 1))], 1)
    k = mt.concat([p, -lengths / (2 * h**2)], 1)
    return q, k, p
