"""the second guard is still that of a, and out has other rows and columns:
how many rows has out?"""

import numpy as np
from minitensor.gpu import cuda, kernel


@kernel
def turn(a, out, m, n):
    """a (m, n), out (n, m), float32: out[col, row] = a[row, col]; blocks of 32 x 32."""
    tile = cuda.shared_memory(np.float32, 32 * 33)
    x, y = cuda.threadIdx.x, cuda.threadIdx.y
    col, row = cuda.grid(2)
    if row < m and col < n:
        tile[y * 33 + x] = a[row, col]
    cuda.syncthreads()
    col = cuda.blockIdx.y * 32 + x
    row = cuda.blockIdx.x * 32 + y
    if row < m and col < n:
        out[row, col] = tile[x * 33 + y]
