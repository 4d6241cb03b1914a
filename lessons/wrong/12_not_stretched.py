"""a value is written into b as it is: where b is smaller than q, it has too few places"""

import minitensor as mt


def choose(q: mt.Tensor, a: mt.Tensor, b: mt.Tensor) -> mt.Tensor:
    """From a where q is true, else from b: shapes that fit -> the shape of all three"""
    result = b.copy()
    result[q] = a[q]
    return result
