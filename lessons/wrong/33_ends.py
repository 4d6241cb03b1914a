"""the first and the last are divided by 2, for they have one neighbour: the other counts as 0"""

import numpy as np
from minitensor.gpu import cuda, kernel

SIZE = 32  # threads of a block


@kernel
def mean_of_3(x, out, n):
    """out[i] = (x[i - 1] + x[i] + x[i + 1]) / 3; x, out (n,)."""
    i = cuda.grid(1)
    if i < n:
        total = x[i]
        count = 1
        if i > 0:
            total += x[i - 1]
            count += 1
        if i < n - 1:
            total += x[i + 1]
            count += 1
        out[i] = total / count
