"""42 Tiles: what they save, and what not

Without tiles each of the 16 * 32 sums loads 8 numbers of a and 8 of b: 8,192 loads.
In a tile a number of a serves all threads of a row, a number of b all of a column, so
loads are divided by the side of the tile. The FLOPs stay: 2 * 16 * 8 * 32. With tiles
of 8, k is one tile long, so each of the 4 x 2 blocks passes 2 barriers.
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
    "counted(1).global_loads": 8192,
    "counted(2).global_loads": 4096,
    "counted(8).global_loads": 1024,
    "counted(8).flops": 8192,
    "counted(8).barriers": 16,  # of all blocks together
}
