"""tile_b is read along a row, where a sum needs a column of it:
which of the two indices of b goes with `inner`?"""

import numpy as np
from minitensor.gpu import cuda, kernel

TILE = 8


@kernel
def matmul_tiled(a, b, c, m, k, n):
    """a (m, k), b (k, n), c (m, n), float32: c = a @ b; blocks of TILE x TILE."""
    tile_a = cuda.shared_memory(np.float32, TILE * TILE)
    tile_b = cuda.shared_memory(np.float32, TILE * TILE)
    x, y = cuda.threadIdx.x, cuda.threadIdx.y
    col, row = cuda.grid(2)
    zero = np.float32(0)
    value = zero
    for start in range(0, k, TILE):
        tile_a[y * TILE + x] = a[row, start + x] if row < m and start + x < k else zero
        tile_b[y * TILE + x] = b[start + y, col] if start + y < k and col < n else zero
        cuda.syncthreads()
        for inner in range(TILE):
            value += tile_a[y * TILE + inner] * tile_b[x * TILE + inner]
        cuda.syncthreads()
    if row < m and col < n:
        c[row, col] = value
