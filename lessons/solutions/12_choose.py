"""Start from b, stretched to the whole shape and copied, for a stretched view cannot be
written to. Then write over the places where the mask is true, with the elements of a at
the same places. Nothing is computed, so nothing that was not chosen can get in.
Arithmetic does it in one line, q * a + ~q * b, but 0 times infinity is not 0, and one
such number spoils the sum.
"""

import minitensor as mt


def choose(q: mt.Tensor, a: mt.Tensor, b: mt.Tensor) -> mt.Tensor:
    """From a where q is true, else from b: shapes that fit -> the shape of all three"""
    shape = mt.broadcast_shapes(q.shape, a.shape, b.shape)
    mask = q.expand(*shape)
    result = b.expand(*shape).copy()
    result[mask] = a.expand(*shape)[mask]
    return result


def other_way(q: mt.Tensor, a: mt.Tensor, b: mt.Tensor) -> mt.Tensor:
    """Without the star, in arithmetic: one of the two products is 0 at each place."""
    return q * a + ~q * b
