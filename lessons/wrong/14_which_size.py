"""there are as many steps as a has rows: how many tables are there?"""

import minitensor as mt


def matmul_outer(a: mt.Tensor, b: mt.Tensor) -> mt.Tensor:
    """The matrix product: (m, k), (k, n) -> (m, n)"""
    result = mt.zeros((a.shape[0], b.shape[1]), a.dtype)
    for inner in range(a.shape[0]):
        result += a[:, inner, None] * b[inner]
    return result
