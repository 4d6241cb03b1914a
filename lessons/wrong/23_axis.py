"""the weights of each point add up to 1, and not those of each query: look at the axis of
the sum"""

import minitensor as mt


def mean_shift_step(q: mt.Tensor, p: mt.Tensor, h: float) -> mt.Tensor:
    """q (m, d), p (n, d) -> (m, d): where each query moves to."""
    squared = ((q[:, None, :] - p) ** 2).sum(2)
    weights = mt.exp(-squared / (2 * h**2))
    return weights / weights.sum(0) @ p
