"""large squares are subtracted from each other, and few digits are left"""

import minitensor as mt


def dbscan_core(p: mt.Tensor, eps: float, min_samples: int) -> mt.Tensor:
    """p (n, d) -> bool (n,)."""
    squares = (p**2).sum(1)
    return (squares[:, None] + squares - 2 * (p @ p.T) <= eps * eps).sum(1) >= min_samples
