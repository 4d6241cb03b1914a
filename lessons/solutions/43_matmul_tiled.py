"""43 Matmul tiled: sizes that no tile divides

A thread outside of c still fetches and waits like the others, since its neighbours need
both. What lies outside of a and b counts as 0 and adds nothing to a sum; left alone, it
would be rubbish at first, and the numbers of the tile before afterwards. Only the last
line asks whether there is an element of c. Each number of a is fetched by the 3 blocks
along n, each number of b by the 2 along m: 13 * 21 * 3 + 21 * 19 * 2 loads.
"""

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
            value += tile_a[y * TILE + inner] * tile_b[inner * TILE + x]
        cuda.syncthreads()
    if row < m and col < n:
        c[row, col] = value
