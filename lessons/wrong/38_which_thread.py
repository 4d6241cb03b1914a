"""every block takes the first 64 numbers, and no block those behind them"""

import numpy as np
from minitensor.gpu import cuda, kernel


@kernel
def cumulate(x, out, n):
    """x (n,), out (n,), float32: running sums of each block's 64 numbers."""
    sums = cuda.shared_memory(np.float32, 64)
    i, thread = cuda.threadIdx.x, cuda.threadIdx.x
    sums[thread] = x[i] if i < n else np.float32(0)
    cuda.syncthreads()
    step = 1
    while step < 64:
        before = sums[thread - step] if thread >= step else np.float32(0)
        cuda.syncthreads()
        sums[thread] += before
        cuda.syncthreads()
        step *= 2
    if i < n:
        out[i] = sums[thread]
