"""threads outside of a do not come to the barrier, which waits for all:
only the reading and the writing belong into an if"""

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
        out[row, col] = tile[x * 33 + y]
