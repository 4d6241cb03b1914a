"""the rule of a * b is used, which multiplies number by number"""

import minitensor as mt


def vjp_matmul(a: mt.Tensor, b: mt.Tensor, g: mt.Tensor) -> tuple:
    """a (m, k), b (k, n), g (m, n) -> ga (m, k), gb (k, n)."""
    return g * b, g * a
