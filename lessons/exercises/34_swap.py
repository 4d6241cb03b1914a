"""34 Swap: right for one block
Mend, lesson 7, 1 line, 10 minutes.

Two arrays change places, and each is turned around on the way: y becomes x from the
end, and x becomes y from the end.

              before                after
    x      1   2   3   4         40  30  20  10
    y     10  20  30  40          4   3   2   1

All threads read, then all wait, then all write. With one block the result is right.
With two it is not: one line is wrong, `minitensor check 34` says how. Find it, and mend
it. From lesson 7: barriers, races; what one thread writes no other touches.
"""

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
    cuda.syncthreads()
    if i < n:
        y[to_y] = one
        x[i] = other
