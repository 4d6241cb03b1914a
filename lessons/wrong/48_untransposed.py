"""g meets the matrices as they are: which axes of g and b have the same size?"""

import minitensor as mt


def vjp_matmul(a: mt.Tensor, b: mt.Tensor, g: mt.Tensor) -> tuple:
    """a (m, k), b (k, n), g (m, n) -> ga (m, k), gb (k, n)."""
    return g @ b, a @ g
