"""threads without a number stay away from the shuffle, which waits for all 32:
let them come, and bring 0"""

import numpy as np
from minitensor.gpu import cuda, kernel


@kernel
def total(x, out, n):
    """x (n,), out (1,), float32: add the sum of x to out[0]; blocks of 64 threads."""
    i = cuda.grid(1)
    if i < n:
        value = x[i]
        step = 16
        while step > 0:
            value += cuda.shfl_down_sync(0xFFFFFFFF, value, step)
            step //= 2
        if cuda.threadIdx.x % 32 == 0:
            cuda.atomic_add(out, 0, value)
