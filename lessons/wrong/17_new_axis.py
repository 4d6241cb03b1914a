"""the lengths of y are put down the table instead of along it: look at where the new axis is"""

import minitensor as mt


def distances(x: mt.Tensor, y: mt.Tensor) -> mt.Tensor:
    """x (n, d), y (m, d) -> (n, m): squared, between every x and every y."""
    of_x = mt.einsum("nd,nd->n", x, x)
    of_y = mt.einsum("md,md->m", y, y)
    return of_x + of_y[:, None] - 2 * mt.einsum("nd,md->nm", x, y)
