"""x times y is taken once: in the square of x - y it stands twice"""

import minitensor as mt


def distances(x: mt.Tensor, y: mt.Tensor) -> mt.Tensor:
    """x (n, d), y (m, d) -> (n, m): squared, between every x and every y."""
    of_x = mt.einsum("nd,nd->n", x, x)
    of_y = mt.einsum("md,md->m", y, y)
    return of_x[:, None] + of_y - mt.einsum("nd,md->nm", x, y)
