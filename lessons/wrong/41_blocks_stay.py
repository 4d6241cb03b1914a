"""each square is turned, and stays where it was:
where in out does the square begin that came from column 32 * blockIdx.x?"""

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
    col = cuda.blockIdx.x * 32 + x
    row = cuda.blockIdx.y * 32 + y
    if row < n and col < m:
        out[row, col] = tile[x * 33 + y]
