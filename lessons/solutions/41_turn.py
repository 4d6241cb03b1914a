"""41 Turn: read along rows, write along rows

Both times threadIdx.x counts along a row of global memory. What turns is the tile: it
is filled at [y, x] and read at [x, y]. And the square changes its place: block (2, 1)
fetches from row 32 and column 64 on, and writes from row 64 and column 32 on. So the
guard changes as well. Down a column of the tile a warp reads numbers that lie a row
apart: with rows of 32 all are in one bank; with rows of 33, whose last number is never
used, each is in another one.
"""

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
    if row < n and col < m:
        out[row, col] = tile[x * 33 + y]
