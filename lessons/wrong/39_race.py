"""two threads that count the same number read the same old count, and one gets lost:
reading, adding and writing must be one step"""

import numpy as np
from minitensor.gpu import cuda, kernel

BINS = 16


@kernel
def count(v, out, n, bins):
    """v (n,), out (bins,), int32: out[b] grows by how often b is in v."""
    counts = cuda.shared_memory(np.int32, BINS)
    i, thread = cuda.grid(1), cuda.threadIdx.x
    if thread < bins:
        counts[thread] = 0
    cuda.syncthreads()
    if i < n:
        counts[v[i]] += 1
    cuda.syncthreads()
    if thread < bins:
        cuda.atomic_add(out, thread, counts[thread])
