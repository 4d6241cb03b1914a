"""38 Cumulate: running sums, up a tree and down again

On the way up a number at the end of 2, 4, 8, ... becomes the sum of all of these: 32 +
16 + ... + 1 = 63 additions. On the way down, what stands `step` behind a finished sum
adds it: 1 + 3 + 7 + 15 + 31 = 57. In a step no thread touches what another one writes,
so one barrier a step will do. Whence its 27 bank conflicts? The numbers of a step lie
2, 4, 8, ... apart, and so in fewer and fewer banks. The other way is shorter, has fewer
steps, and all threads work: 384 additions.
"""

import numpy as np
from minitensor.gpu import cuda, kernel


@kernel
def cumulate(x, out, n):
    """x (n,), out (n,), float32: running sums of each block's 64 numbers."""
    sums = cuda.shared_memory(np.float32, 64)
    i, thread = cuda.grid(1), cuda.threadIdx.x
    sums[thread] = x[i] if i < n else np.float32(0)
    cuda.syncthreads()
    step = 1
    while step < 64:
        at = (thread + 1) * 2 * step - 1
        if at < 64:
            sums[at] += sums[at - step]
        cuda.syncthreads()
        step *= 2
    step = 16
    while step > 0:
        at = (thread + 1) * 2 * step - 1 + step
        if at < 64:
            sums[at] += sums[at - step]
        cuda.syncthreads()
        step //= 2
    if i < n:
        out[i] = sums[thread]


@kernel
def other_way(x, out, n):
    """x (n,), out (n,), float32: the same in steps of 1, 2, 4, ...."""
    sums = cuda.shared_memory(np.float32, 64)
    i, thread = cuda.grid(1), cuda.threadIdx.x
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
