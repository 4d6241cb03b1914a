"""thread 0 takes x[n]: counted from the end, the place of i is one less"""

from minitensor.gpu import cuda, kernel


@kernel
def reverse(x, n):
    """x[0], ..., x[n - 1] becomes x[n - 1], ..., x[0], in place; x (n,)."""
    i = cuda.grid(1)
    if i < n // 2:
        first, last = x[i], x[n - i]
        x[i] = last
        x[n - i] = first
