"""each block begins in the corner: threadIdx counts within a block"""

from minitensor.gpu import cuda, kernel


@kernel
def add(a, b, out, m, n):
    """out[row, col] = a[row, col] + b[row, col]; a, b, out (m, n)."""
    col, row = cuda.threadIdx.x, cuda.threadIdx.y
    if row < m and col < n:
        out[row, col] = a[row, col] + b[row, col]
