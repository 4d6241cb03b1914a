"""32 Neighbours: who comes to the barrier?

Every thread of a block must come to the same barrier, also those that have nothing to
fetch. So the barrier stands outside of the guard, and reading and writing stay inside
of one. In a kernel that needs barriers nobody goes home early.
"""

import numpy as np
from minitensor.gpu import cuda, kernel

SIZE = 64  # threads of a block


@kernel
def neighbours(x, out, n):
    """out[row, t] = x[row, t - 1] + x[row, t + 1]; x, out (m, n), a block a row."""
    tile = cuda.shared_memory(np.float32, SIZE)
    row, t = cuda.blockIdx.x, cuda.threadIdx.x
    if t < n:
        tile[t] = x[row, t]
    cuda.syncthreads()
    if t < n:
        total = np.float32(0)
        if t > 0:
            total += tile[t - 1]
        if t < n - 1:
            total += tile[t + 1]
        out[row, t] = total
