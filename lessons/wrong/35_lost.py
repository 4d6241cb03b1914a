"""the first number of a pair is overwritten before it is read"""

from minitensor.gpu import cuda, kernel


@kernel
def reverse(x, n):
    """x[0], ..., x[n - 1] becomes x[n - 1], ..., x[0], in place; x (n,)."""
    i = cuda.grid(1)
    if i < n // 2:
        x[i] = x[n - 1 - i]
        x[n - 1 - i] = x[i]
