"""a neighbour is near along each axis by itself: the squares are added first"""

import minitensor as mt


def dbscan_core(p: mt.Tensor, eps: float, min_samples: int) -> mt.Tensor:
    """p (n, d) -> bool (n,)."""
    return (abs(p[:, None] - p) <= eps).all(2).sum(1) >= min_samples
