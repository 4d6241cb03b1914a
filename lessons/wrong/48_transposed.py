"""each result has rows for columns: a slope has the shape of what it goes along"""

import minitensor as mt


def vjp_matmul(a: mt.Tensor, b: mt.Tensor, g: mt.Tensor) -> tuple:
    """a (m, k), b (k, n), g (m, n) -> ga (m, k), gb (k, n)."""
    return b @ g.T, g.T @ a
