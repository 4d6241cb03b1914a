"""the mean of the products is taken instead of their sum"""

import minitensor as mt


def matmul_rows(a: mt.Tensor, b: mt.Tensor) -> mt.Tensor:
    """The matrix product: (m, k), (k, n) -> (m, n)"""
    rows = [(a[row, :, None] * b).mean(axis=0) for row in range(a.shape[0])]
    return mt.stack(rows).astype(a.dtype)
