"""the rows of a are taken instead of its columns"""

import minitensor as mt


def matmul_outer(a: mt.Tensor, b: mt.Tensor) -> mt.Tensor:
    """The matrix product: (m, k), (k, n) -> (m, n)"""
    result = mt.zeros((a.shape[0], b.shape[1]), a.dtype)
    for inner in range(a.shape[1]):
        result += a[inner][:, None] * b[inner]
    return result
