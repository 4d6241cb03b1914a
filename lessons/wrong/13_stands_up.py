"""the row of a lies down along the rows of b, and does not stand upright"""

import minitensor as mt


def matmul_rows(a: mt.Tensor, b: mt.Tensor) -> mt.Tensor:
    """The matrix product: (m, k), (k, n) -> (m, n)"""
    result = mt.zeros((a.shape[0], b.shape[1]), a.dtype)

    for row in range(a.shape[0]):
        result[row] = (a[row] * b).sum(axis=0)
    return result
