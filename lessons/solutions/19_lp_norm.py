"""The sizes are divided by the largest of them, so that none is above 1 and one of them
is 1: no power of them is too large, and their sum is 1 or more. The norm is then
multiplied by what they were divided by. Where the largest is 0, or p is infinite, the
largest is the norm itself.
"""

import math

import minitensor as mt


def lp_norm(x: mt.Tensor, p: float) -> mt.Tensor:
    """x (n,) -> (): the p-norm of x; p may be math.inf."""
    largest = abs(x).max()
    if p == math.inf or largest == 0:
        return largest
    return ((abs(x) / largest) ** p).sum() ** (1 / p) * largest
