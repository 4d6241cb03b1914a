"""42 Tiles: what they save, and what not
Predict, lesson 7, 5 blanks, 2 minutes.

c = a @ b for a (16, 8) and b (8, 32), by blocks of tile x tile threads, which fetch
tiles of a and b into shared memory. From lesson 7: tiles, loads, FLOPs, barriers.
"""

import numpy as np
from minitensor.gpu import cuda, kernel


@kernel
def product(a, b, c, k, tile):
    tile_a = cuda.shared_memory(np.float32, 64)
    tile_b = cuda.shared_memory(np.float32, 64)
    x, y = cuda.threadIdx.x, cuda.threadIdx.y
    col, row = cuda.grid(2)
    total = np.float32(0)
    for start in range(0, k, tile):
        tile_a[y * tile + x] = a[row, start + x]
        tile_b[y * tile + x] = b[start + y, col]
        cuda.syncthreads()
        for inner in range(tile):
            total += tile_a[y * tile + inner] * tile_b[inner * tile + x]
        cuda.syncthreads()
    c[row, col] = total


def counted(tile, m=16, k=8, n=32):
    a, b, c = (np.ones(size, "float32") for size in ((m, k), (k, n), (m, n)))
    return product[(n // tile, m // tile), (tile, tile)](a, b, c, k, tile).counters


answers = {
    "counted(1).global_loads": ...,
    "counted(2).global_loads": ...,
    "counted(8).global_loads": ...,
    "counted(8).flops": ...,
    "counted(8).barriers": ...,  # of all blocks together
}
