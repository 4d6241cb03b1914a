"""The product is the sum over inner of a[row, inner] * b[inner, col], and the loop over
inner may stand outside. Then a column of a, (m, 1), meets a row of b, (n,), and both
are stretched to an (m, n) table. Each number of a and of b is read by one table only;
what is read and written again and again is the result. += adds into the result's own
memory, where result = result + ... would make a new one at each step, and three tables
would exist at once.
"""

import minitensor as mt


def matmul_outer(a: mt.Tensor, b: mt.Tensor) -> mt.Tensor:
    """The matrix product: (m, k), (k, n) -> (m, n)"""
    result = mt.zeros((a.shape[0], b.shape[1]), a.dtype)
    for inner in range(a.shape[1]):
        result += a[:, inner, None] * b[inner]
    return result


def other_way(a: mt.Tensor, b: mt.Tensor) -> mt.Tensor:
    """Without the star: all tables at once, and one sum."""
    return (a.T[:, :, None] * b[:, None, :]).sum(axis=0)
