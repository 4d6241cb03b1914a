"""the threads of a warp wait for each other, and not for those of the other warp:
a block of 64 threads has two warps, and thread 32 reads what thread 31 writes"""

import numpy as np
from minitensor.gpu import cuda, kernel


@kernel
def running_sum(x, out, n):
    """x (n,), out (n,), float32: out[i] = x[0] + ... + x[i]; one block of 64."""
    sums = cuda.shared_memory(np.float32, 64)
    i = cuda.threadIdx.x
    sums[i] = x[i] if i < n else np.float32(0)
    cuda.syncthreads()
    step = 1
    while step < 64:
        before = sums[i - step] if i >= step else np.float32(0)
        cuda.syncwarp()
        sums[i] += before
        cuda.syncthreads()
        step *= 2
    if i < n:
        out[i] = sums[i]
