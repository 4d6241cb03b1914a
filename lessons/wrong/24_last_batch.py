"""the last batch is left out where it is not full"""

import minitensor as mt


def batched_step(p: mt.Tensor, h: float, size: int) -> mt.Tensor:
    """p (n, d) -> (n, d): where each point moves to; `size` points at a time."""
    moved = p.copy()
    for start in range(0, len(p) - size + 1, size):
        squared = ((p[start : start + size, None] - p) ** 2).sum(2)
        weights = mt.exp(-squared / (2 * h**2))
        moved[start : start + size] = weights @ p / weights.sum(1)[:, None]
    return moved
