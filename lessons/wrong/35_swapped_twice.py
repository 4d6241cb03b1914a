"""each pair has two threads that exchange it: half of them are enough"""

from minitensor.gpu import cuda, kernel


@kernel
def reverse(x, n):
    """x[0], ..., x[n - 1] becomes x[n - 1], ..., x[0], in place; x (n,)."""
    i = cuda.grid(1)
    if i < n:
        first, last = x[i], x[n - 1 - i]
        x[i] = last
        x[n - 1 - i] = first
