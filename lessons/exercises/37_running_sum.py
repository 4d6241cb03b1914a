"""37 Running sum: everybody reads and writes at the same time
Mend, lesson 7, 1 line, 10 minutes.

out[i] is to be x[0] + x[1] + ... + x[i]. A single block of 64 threads does it in
six steps, n is at most 64. In each step every number gets added what stands `step`
before it, so that it is the sum of 2, then of 4, 8, ... numbers:

    x           1    2    3    4    5    6    7    8
    step 1      1    3    5    7    9   11   13   15     each with the one before
    step 2      1    3    6   10   14   18   22   26     each with the one 2 before
    step 4      1    3    6   10   15   21   28   36     each with the one 4 before

The idea is right, and yet one line is missing. Find out where, and why.

x, out : (n,) float32
From lesson 7: shared memory, barriers, races.
"""

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
        sums[i] += before
        cuda.syncthreads()
        step *= 2
    if i < n:
        out[i] = sums[i]
