"""the square root is taken whatever p is"""

import math

import minitensor as mt


def lp_norm(x: mt.Tensor, p: float) -> mt.Tensor:
    """x (n,) -> (): the p-norm of x; p may be math.inf."""
    if p == math.inf:
        return abs(x).max()
    return mt.sqrt((abs(x) ** p).sum())
