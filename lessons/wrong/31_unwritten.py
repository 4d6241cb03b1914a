"""only the blocks of the first row and column fetch: each block has a shared memory of its own"""

import numpy as np
from minitensor.gpu import cuda, kernel

X, Y = 32, 8  # threads of a block


@kernel
def outer(u, v, out, m, n):
    """out[row, col] = u[row] * v[col]; u (m,), v (n,), out (m, n)."""
    part_u = cuda.shared_memory(np.float32, Y)
    part_v = cuda.shared_memory(np.float32, X)
    x, y = cuda.threadIdx.x, cuda.threadIdx.y
    col, row = cuda.grid(2)
    if col == 0 and row < m:
        part_u[y] = u[row]
    if row == 0 and col < n:
        part_v[x] = v[col]
    cuda.syncthreads()
    if row < m and col < n:
        out[row, col] = part_u[y] * part_v[x]
