"""a thread with no row is let through: there are also more threads than rows"""

from minitensor.gpu import cuda, kernel


@kernel
def add(a, b, out, m, n):
    """out[row, col] = a[row, col] + b[row, col]; a, b, out (m, n)."""
    col, row = cuda.grid(2)
    if col < n:
        out[row, col] = a[row, col] + b[row, col]
