"""the mean of the powers is taken instead of their sum"""

import math

import minitensor as mt


def lp_norm(x: mt.Tensor, p: float) -> mt.Tensor:
    """x (n,) -> (): the p-norm of x; p may be math.inf."""
    if p == math.inf:
        return abs(x).max()
    return (abs(x) ** p).mean() ** (1 / p)
