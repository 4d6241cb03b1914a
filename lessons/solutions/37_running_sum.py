"""37 Running sum: everybody reads and writes at the same time

Between two barriers nothing says which thread comes first. Without the barrier in the
middle, a thread may already write its new sum while the one `step` further on still
wants the old one. With it every thread first reads what stood there before, into a
variable of its own, then all wait, and then each writes its own number. The barrier at
the end keeps the reads of the next step behind these writes.
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
        cuda.syncthreads()
        sums[i] += before
        cuda.syncthreads()
        step *= 2
    if i < n:
        out[i] = sums[i]
