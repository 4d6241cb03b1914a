"""the signs are kept: odd powers of numbers below 0 are below 0"""

import math

import minitensor as mt


def lp_norm(x: mt.Tensor, p: float) -> mt.Tensor:
    """x (n,) -> (): the p-norm of x; p may be math.inf."""
    if p == math.inf:
        return x.max()
    return (x**p).sum() ** (1 / p)
