"""the last place of the block fetches the number after: in the last block it may have no number"""

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
        if t == 0:
            part[0] = x[i - 1] if i > 0 else np.float32(0)
        if t == SIZE - 1:
            part[t + 2] = x[i + 1] if i < n - 1 else np.float32(0)
    cuda.syncthreads()
    if i < n:
        out[i] = (part[t] + part[t + 1] + part[t + 2]) / 3
