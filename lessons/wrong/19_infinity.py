"""p = math.inf goes into the formula, instead of the largest"""

import math

import minitensor as mt


def lp_norm(x: mt.Tensor, p: float) -> mt.Tensor:
    """x (n,) -> (): the p-norm of x; p may be math.inf."""
    return (abs(x) ** p).sum() ** (1 / p)
