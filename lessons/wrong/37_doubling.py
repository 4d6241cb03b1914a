"""every step adds a number of x, and not the sum that the step before has made:
after the first step a number must stand for two"""

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
        before = x[i - step] if step <= i and i < n else np.float32(0)
        sums[i] += before
        cuda.syncthreads()
        step *= 2
    if i < n:
        out[i] = sums[i]
