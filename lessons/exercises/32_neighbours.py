"""32 Neighbours: who comes to the barrier?
Mend, lesson 7, 1 line, 10 minutes.

Each block takes one row of x. It fetches the row to shared memory, and then each thread
adds the numbers to the left and to the right of its own. Where there is none, it is 0.

    x[row]      1   2   3   4   5
    out[row]    2   4   6   8   4            n = 5: threads t5 .. t63 have no number

One line is wrong, `minitensor check 32` says how. Find it, and mend it for every n up
to 64. From lesson 7: shared memory, barriers.
"""

import numpy as np
from minitensor.gpu import cuda, kernel

SIZE = 64  # threads of a block


@kernel
def neighbours(x, out, n):
    """out[row, t] = x[row, t - 1] + x[row, t + 1]; x, out (m, n), a block a row."""
    tile = cuda.shared_memory(np.float32, SIZE)
    row, t = cuda.blockIdx.x, cuda.threadIdx.x
    if t < n:
        tile[t] = x[row, t]
        cuda.syncthreads()
    if t < n:
        total = np.float32(0)
        if t > 0:
            total += tile[t - 1]
        if t < n - 1:
            total += tile[t + 1]
        out[row, t] = total
