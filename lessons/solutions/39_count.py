"""39 Count: a table for each block

The table has to be emptied first, since shared memory holds rubbish, and nobody may
count before all of it is empty, nor carry it out before all have counted: two barriers.
A few threads do what is done once for each bin; `thread < bins` asks within the block,
so that every block carries out its own table. There are still 500 atomics in shared
memory, but there only the 128 threads of a block queue, and for nearer numbers.
"""

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
    if thread < bins:
        cuda.atomic_add(out, thread, counts[thread])
