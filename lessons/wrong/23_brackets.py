"""the exponent is divided by 2 and then multiplied by h**2: / and * go from left to right"""

import minitensor as mt


def mean_shift_step(q: mt.Tensor, p: mt.Tensor, h: float) -> mt.Tensor:
    """q (m, d), p (n, d) -> (m, d): where each query moves to."""
    squared = ((q[:, None, :] - p) ** 2).sum(2)
    weights = mt.exp(-squared / 2 * h**2)
    return weights @ p / weights.sum(1)[:, None]
