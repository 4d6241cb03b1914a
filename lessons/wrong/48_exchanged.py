"""the two results are exchanged: the first belongs to a"""

import minitensor as mt


def vjp_matmul(a: mt.Tensor, b: mt.Tensor, g: mt.Tensor) -> tuple:
    """a (m, k), b (k, n), g (m, n) -> ga (m, k), gb (k, n)."""
    return a.T @ g, g @ b.T
