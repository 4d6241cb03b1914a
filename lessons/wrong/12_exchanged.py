"""a is taken where q is false, and b where it is true"""

import minitensor as mt


def choose(q: mt.Tensor, a: mt.Tensor, b: mt.Tensor) -> mt.Tensor:
    """From a where q is true, else from b: shapes that fit -> the shape of all three"""
    return q * b + ~q * a
