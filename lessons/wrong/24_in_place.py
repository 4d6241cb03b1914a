"""later batches see points that have already moved"""

import minitensor as mt


def batched_step(p: mt.Tensor, h: float, size: int) -> mt.Tensor:
    """p (n, d) -> (n, d): where each point moves to; `size` points at a time."""
    p = p.copy()
    for start in range(0, len(p), size):
        squared = ((p[start : start + size, None] - p) ** 2).sum(2)
        weights = mt.exp(-squared / (2 * h**2))
        p[start : start + size] = weights @ p / weights.sum(1)[:, None]
    return p
