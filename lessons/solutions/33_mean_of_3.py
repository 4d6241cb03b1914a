"""33 Mean of 3: a block and its neighbours

A block of 32 threads needs 34 numbers, so shared memory has two places more than there
are threads, and the number of thread t stands at t + 1. Who fetches the two? Here the
first thread the one before, and the thread of the last number, which is not always t31,
the one after. After the barrier nobody asks where a number came from. 70 numbers and 4
of halos are 74 loads.
"""

import numpy as np
from minitensor.gpu import cuda, kernel

SIZE = 32  # threads of a block


@kernel
def mean_of_3(x, out, n):
    """out[i] = (x[i - 1] + x[i] + x[i + 1]) / 3; x, out (n,)."""
    part = cuda.shared_memory(np.float32, SIZE + 2)
    i, t = cuda.grid(1), cuda.threadIdx.x
    if i < n:
        part[t + 1] = x[i]
        if t == 0:
            part[0] = x[i - 1] if i > 0 else np.float32(0)
        if t == SIZE - 1 or i == n - 1:
            part[t + 2] = x[i + 1] if i < n - 1 else np.float32(0)
    cuda.syncthreads()
    if i < n:
        out[i] = (part[t] + part[t + 1] + part[t + 2]) / 3


@kernel
def other_way(x, out, n):
    """Each thread reads its three numbers; x, out (n,)."""
    i = cuda.grid(1)
    if i < n:
        total = x[i]
        if i > 0:
            total += x[i - 1]
        if i < n - 1:
            total += x[i + 1]
        out[i] = total / 3
