"""one question is asked for the whole tensor, and not one for each element"""

import minitensor as mt


def choose(q: mt.Tensor, a: mt.Tensor, b: mt.Tensor) -> mt.Tensor:
    """From a where q is true, else from b: shapes that fit -> the shape of all three"""
    if q.any():
        return a + 0 * b + 0 * q
    return b + 0 * a + 0 * q
