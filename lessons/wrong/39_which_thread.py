"""only block 0 adds its table to out: cuda.grid(1) counts on from block to block,
and here the first threads of each block are wanted"""

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
        cuda.atomic_add(counts, v[i], 1)
    cuda.syncthreads()
    if i < bins:
        cuda.atomic_add(out, i, counts[i])
