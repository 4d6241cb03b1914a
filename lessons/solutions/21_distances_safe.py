"""Subtracting the mean of each column moves all points to the origin, and loses
nothing: the difference of two floats that are near each other is exact. x and y must be
moved by the same amount. After that the squares are as small as the distances, and the
product may be used.

It may still round to a little below 0 where two points are equal, so what is below 0
becomes 0.
"""

import minitensor as mt


def distances_safe(x: mt.Tensor, y: mt.Tensor) -> mt.Tensor:
    """x (n, d), y (m, d), float32 -> (n, m): squared, between every x and every y."""
    origin = x.mean(0)
    x, y = x - origin, y - origin
    of_x = mt.einsum("nd,nd->n", x, x)
    of_y = mt.einsum("md,md->m", y, y)
    return mt.maximum(of_x[:, None] + of_y - 2 * mt.einsum("nd,md->nm", x, y), 0)


def other_way(x: mt.Tensor, y: mt.Tensor) -> mt.Tensor:
    """By the differences: they are small at once, but there are n * m * d of them."""
    difference = x[:, None, :] - y
    return mt.einsum("nmd,nmd->nm", difference, difference)
