"""the products are added up along each row of b, over the wrong axis"""

import minitensor as mt


def matmul_rows(a: mt.Tensor, b: mt.Tensor) -> mt.Tensor:
    """The matrix product: (m, k), (k, n) -> (m, n)"""
    result = mt.zeros((a.shape[0], b.shape[1]), a.dtype)

    for row in range(a.shape[0]):
        result[row] = (a[row, :, None] * b).sum(axis=1)
    return result
