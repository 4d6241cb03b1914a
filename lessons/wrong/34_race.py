"""nobody waits any more: now a thread writes, in one block too, what another has yet to read"""

import numpy as np
from minitensor.gpu import cuda, kernel


@kernel
def swap(x, y, n):
    """x[i] = y[n - 1 - i] and y[i] = x[n - 1 - i], in place; x, y (n,)."""
    i = cuda.grid(1)
    from_x, to_y = n - 1 - i, i
    one, other = np.float32(0), np.float32(0)
    if i < n:
        one, other = x[from_x], y[n - 1 - i]
    if i < n:
        y[to_y] = one
        x[i] = other
