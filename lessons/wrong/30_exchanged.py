"""the row is compared with the number of columns, and the column with the number of rows"""

from minitensor.gpu import cuda, kernel


@kernel
def add(a, b, out, m, n):
    """out[row, col] = a[row, col] + b[row, col]; a, b, out (m, n)."""
    col, row = cuda.grid(2)
    if row < n and col < m:
        out[row, col] = a[row, col] + b[row, col]
