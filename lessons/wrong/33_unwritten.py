"""nobody fetches the number before the block's first, and the one after its last"""

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
    cuda.syncthreads()
    if i < n:
        out[i] = (part[t] + part[t + 1] + part[t + 2]) / 3
