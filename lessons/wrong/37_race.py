"""there is still one barrier in each step, only at another place:
a step reads, then writes, and then the next step reads again"""

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
        cuda.syncthreads()
        sums[i] += before
        step *= 2
    if i < n:
        out[i] = sums[i]
