"""warps write `out[0] += value` at the same time, and one sum gets lost:
let it be one step that nobody can interrupt"""

import numpy as np
from minitensor.gpu import cuda, kernel


@kernel
def total(x, out, n):
    """x (n,), out (1,), float32: add the sum of x to out[0]; blocks of 64 threads."""
    i = cuda.grid(1)
    value = x[i] if i < n else np.float32(0)
    step = 16
    while step > 0:
        value += cuda.shfl_down_sync(0xFFFFFFFF, value, step)
        step //= 2
    if cuda.threadIdx.x % 32 == 0:
        out[0] += value
