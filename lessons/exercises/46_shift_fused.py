"""46 Shift fused: mean shift, and no table at all
Write, lesson 8, about 24 lines, 40 minutes.

One update of mean shift for n points in the plane. Each point moves to the weighted
mean of all, and a point at distance r weighs exp(-r * r / (2 * h * h)). A thread is a
point, blocks have TILE threads, and no weight is ever stored.

All threads need all points. So a block goes through them in tiles: fetch TILE points
into shared memory, wait, add them up, wait, fetch the next ones. For n = 50:

    points    0 .............. 31 | 32 ........ 49 |
    block 0   fetches tile 0, then tile 1               14 threads of block 1 have no
    block 1   fetches tile 0, then tile 1               point, but they fetch and wait

How full is the last tile, and what lies behind its end?

points, out : (n, 2) float32; n : a number; h : a number, the bandwidth
From lesson 8: the fused kernel and the tiled one. From lesson 7: the two barriers.

Star: each block fetches each point once: at most 300 loads for n = 50.
Star: at most 28,500 FLOPs for n = 50, which is 11 for each pair and a few for each
point. Threads without a point do no sums, and nothing is scaled for every pair.
"""

import numpy as np
from minitensor.gpu import cuda, kernel

TILE = 32


@kernel
def shift_fused(points, out, n, h):
    """points (n, 2), out (n, 2), float32: one update of points; blocks of TILE."""
    raise NotImplementedError
