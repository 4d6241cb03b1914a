"""46 Shift fused: mean shift, and no table at all

The weight lives in a register, the points of a tile in shared memory, where all threads
of the block read them. A coordinate is divided by h * sqrt(2) when it is fetched, so
that the weight is exp(-r * r) and no pair needs a factor: 2 FLOPs for the differences,
3 for the squares and their sum, 1 for exp, 1 for the sum of the weights, 4 for the two
other sums, 11 in all. The means come out in that unit too, and one product with the sum
of the weights brings both back. The other way fetches all points for each thread: 5,100
loads.
"""

import numpy as np
from minitensor.gpu import cuda, kernel

TILE = 32


@kernel
def shift_fused(points, out, n, h):
    """points (n, 2), out (n, 2), float32: one update of points; blocks of TILE."""
    tile_x = cuda.shared_memory(np.float32, TILE)
    tile_y = cuda.shared_memory(np.float32, TILE)
    query, thread = cuda.grid(1), cuda.threadIdx.x
    zero, unit = np.float32(0), np.float32(0.70710678) / h
    q_x = points[query, 0] * unit if query < n else zero
    q_y = points[query, 1] * unit if query < n else zero
    weights, sum_x, sum_y = zero, zero, zero
    for start in range(0, n, TILE):
        if start + thread < n:
            tile_x[thread] = points[start + thread, 0] * unit
            tile_y[thread] = points[start + thread, 1] * unit
        cuda.syncthreads()
        if query < n:
            for at in range(min(TILE, n - start)):
                p_x, p_y = tile_x[at], tile_y[at]
                d_x, d_y = p_x - q_x, p_y - q_y
                weight = cuda.exp(-(d_x * d_x + d_y * d_y))
                weights += weight
                sum_x += weight * p_x
                sum_y += weight * p_y
        cuda.syncthreads()
    if query < n:
        weights *= unit
        out[query, 0] = sum_x / weights
        out[query, 1] = sum_y / weights


@kernel
def other_way(points, out, n, h):
    """points (n, 2), out (n, 2), float32: the same without tiles."""
    query = cuda.grid(1)
    if query < n:
        q_x, q_y = points[query, 0], points[query, 1]
        weights, sum_x, sum_y = np.float32(0), np.float32(0), np.float32(0)
        for at in range(n):
            p_x, p_y = points[at, 0], points[at, 1]
            d_x, d_y = p_x - q_x, p_y - q_y
            weight = cuda.exp(-(d_x * d_x + d_y * d_y) / (2 * h * h))
            weights += weight
            sum_x += weight * p_x
            sum_y += weight * p_y
        out[query, 0] = sum_x / weights
        out[query, 1] = sum_y / weights
