"""36 Total: a warp adds up by itself

Each step halves what is left to add: after the steps 16, 8, 4, 2, 1 the first thread
of a warp has the sum of all 32. A thread without a number brings 0, and so it can take
part. The two warps of a block leave their sums in shared memory, and one thread adds
both to out: one atomic for 64 numbers. The other way needs no shuffles: it halves in
shared memory, which takes a barrier at each step.
"""

import numpy as np
from minitensor.gpu import cuda, kernel


@kernel
def total(x, out, n):
    """x (n,), out (1,), float32: add the sum of x to out[0]; blocks of 64 threads."""
    warps = cuda.shared_memory(np.float32, 2)
    i, thread = cuda.grid(1), cuda.threadIdx.x
    value = x[i] if i < n else np.float32(0)
    step = 16
    while step > 0:
        value += cuda.shfl_down_sync(0xFFFFFFFF, value, step)
        step //= 2
    if thread % 32 == 0:
        warps[thread // 32] = value
    cuda.syncthreads()
    if thread == 0:
        cuda.atomic_add(out, 0, warps[0] + warps[1])


@kernel
def other_way(x, out, n):
    """x (n,), out (1,), float32: the same with halves in shared memory."""
    sums = cuda.shared_memory(np.float32, 64)
    i, thread = cuda.grid(1), cuda.threadIdx.x
    sums[thread] = x[i] if i < n else np.float32(0)
    step = 32
    while step > 0:
        cuda.syncthreads()
        if thread < step:
            sums[thread] += sums[thread + step]
        step //= 2
    if thread == 0:
        cuda.atomic_add(out, 0, sums[0])
