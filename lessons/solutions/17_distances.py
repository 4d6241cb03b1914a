"""The sum of (x - y)² over d is the sum of x² plus the sum of y² minus twice the sum of
x y. The first belongs to a row of the table, so it is a column, (n, 1); the second
belongs to a column of it. The last is a matrix product, "nd,md->nm". So there are n * m
numbers, never n * m * d.
"""

import minitensor as mt


def distances(x: mt.Tensor, y: mt.Tensor) -> mt.Tensor:
    """x (n, d), y (m, d) -> (n, m): squared, between every x and every y."""
    of_x = mt.einsum("nd,nd->n", x, x)
    of_y = mt.einsum("md,md->m", y, y)
    return of_x[:, None] + of_y - 2 * mt.einsum("nd,md->nm", x, y)


def other_way(x: mt.Tensor, y: mt.Tensor) -> mt.Tensor:
    """By the differences: n * m * d numbers, but accurate also far from 0."""
    difference = x[:, None, :] - y
    return mt.einsum("nmd,nmd->nm", difference, difference)
