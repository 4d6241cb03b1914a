"""each batch sees only its own points, and not all of them"""

import minitensor as mt


def batched_step(p: mt.Tensor, h: float, size: int) -> mt.Tensor:
    """p (n, d) -> (n, d): where each point moves to; `size` points at a time."""
    batches = []
    for start in range(0, len(p), size):
        own = p[start : start + size]
        weights = mt.exp(-((own[:, None] - own) ** 2).sum(2) / (2 * h**2))
        batches.append(weights @ own / weights.sum(1)[:, None])
    return mt.concat(batches)
