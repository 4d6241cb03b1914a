"""the sum of the weighted points is divided by the number of points, and not by the sum of the
weights"""

import minitensor as mt


def mean_shift_step(q: mt.Tensor, p: mt.Tensor, h: float) -> mt.Tensor:
    """q (m, d), p (n, d) -> (m, d): where each query moves to."""
    squared = ((q[:, None, :] - p) ** 2).sum(2)
    weights = mt.exp(-squared / (2 * h**2))
    return weights @ p / len(p)
