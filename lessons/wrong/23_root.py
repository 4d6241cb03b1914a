"""the distance stands in the exponent without its square"""

import minitensor as mt


def mean_shift_step(q: mt.Tensor, p: mt.Tensor, h: float) -> mt.Tensor:
    """q (m, d), p (n, d) -> (m, d): where each query moves to."""
    distance = mt.sqrt(((q[:, None, :] - p) ** 2).sum(2))
    weights = mt.exp(-distance / (2 * h**2))
    return weights @ p / weights.sum(1)[:, None]
