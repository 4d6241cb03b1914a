"""b is added everywhere, also where a was chosen"""

import minitensor as mt


def choose(q: mt.Tensor, a: mt.Tensor, b: mt.Tensor) -> mt.Tensor:
    """From a where q is true, else from b: shapes that fit -> the shape of all three"""
    return q * a + b
