"""55 DBSCAN core: who has a crowd around

The distance of a point to itself is 0, so it counts itself without being told. The
squares are compared with eps * eps, which spares the root and its rounding. One point
at a time needs a table of n * d differences and no more; with blocks of points Python
goes round less often. The second way has the table of all pairs: shorter, and for a
million points it would be 8 million million bytes.
"""

import minitensor as mt


def dbscan_core(p: mt.Tensor, eps: float, min_samples: int) -> mt.Tensor:
    """p (n, d) -> bool (n,)."""
    core = mt.zeros(len(p), dtype="bool")
    for number in range(len(p)):
        squared = ((p - p[number]) ** 2).sum(1)
        core[number] = (squared <= eps * eps).sum() >= min_samples
    return core


def other_way(p: mt.Tensor, eps: float, min_samples: int) -> mt.Tensor:
    """p (n, d) -> bool (n,)."""
    return (((p[:, None] - p) ** 2).sum(2) <= eps * eps).sum(1) >= min_samples
