"""a point does not count itself, or more than min_samples neighbours are asked for"""

import minitensor as mt


def dbscan_core(p: mt.Tensor, eps: float, min_samples: int) -> mt.Tensor:
    """p (n, d) -> bool (n,)."""
    return (((p[:, None] - p) ** 2).sum(2) <= eps * eps).sum(1) - 1 >= min_samples
