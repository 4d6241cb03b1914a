"""the scores are divided by the root of the size of a key, as transformers do: here they are taken
as they are"""

import minitensor as mt


def attention(q: mt.Tensor, k: mt.Tensor, v: mt.Tensor) -> mt.Tensor:
    """q (m, d), k (n, d), v (n, dv) -> (m, dv)."""
    scores = q @ k.T / k.shape[1] ** 0.5
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
