"""only the last of the three is divided by 3"""

import numpy as np
from minitensor.gpu import cuda, kernel

SIZE = 32  # threads of a block


@kernel
def mean_of_3(x, out, n):
    """out[i] = (x[i - 1] + x[i] + x[i + 1]) / 3; x, out (n,)."""
    i = cuda.grid(1)
    if i < n:
        before = x[i - 1] if i > 0 else np.float32(0)
        after = x[i + 1] if i < n - 1 else np.float32(0)
        out[i] = before + x[i] + after / 3
