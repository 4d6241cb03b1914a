"""the first thread reads x[-1]: in a kernel that is not the last number"""

import numpy as np
from minitensor.gpu import cuda, kernel

SIZE = 32  # threads of a block


@kernel
def mean_of_3(x, out, n):
    """out[i] = (x[i - 1] + x[i] + x[i + 1]) / 3; x, out (n,)."""
    i = cuda.grid(1)
    if i < n:
        total = x[i] + x[i - 1]
        if i < n - 1:
            total += x[i + 1]
        out[i] = total / 3
