"""a thread with a row but no column is let through: it needs both"""

from minitensor.gpu import cuda, kernel


@kernel
def add(a, b, out, m, n):
    """out[row, col] = a[row, col] + b[row, col]; a, b, out (m, n)."""
    col, row = cuda.grid(2)
    if row < m or col < n:
        out[row, col] = a[row, col] + b[row, col]
