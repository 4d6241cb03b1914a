"""Element (row, col) of the result is the sum over inner of
a[row, inner] * b[inner, col]. With row held fast, a[row, :, None] of shape (k, 1) has
inner on its first axis, where b has it too, and is stretched over col. So the products
are a (k, n) table, and the sum over axis 0, the axis of inner, leaves a row of n
numbers. The table is used again for every row; all rows at once would take m of them.
"""

import minitensor as mt


def matmul_rows(a: mt.Tensor, b: mt.Tensor) -> mt.Tensor:
    """The matrix product: (m, k), (k, n) -> (m, n)"""
    result = mt.zeros((a.shape[0], b.shape[1]), a.dtype)
    for row in range(a.shape[0]):
        result[row] = (a[row, :, None] * b).sum(axis=0)
    return result


def other_way(a: mt.Tensor, b: mt.Tensor) -> mt.Tensor:
    """Without the star: all rows at once, through a table of (m, k, n)."""
    return (a[:, :, None] * b).sum(axis=1)
