"""33 Mean of 3: a block and its neighbours
Write, lesson 7, about 8 lines, 15 minutes.

Smooth n numbers: each becomes the mean of itself, the one before and the one after.
What would lie before the first and after the last counts as 0, and must not be read.

    x      3   6   9   3   0                         n = 5
    out    3   6   6   4   1                         (0 + 3 + 6) / 3 is the first

Blocks are 32 threads; the last may have threads to spare.
From lesson 7: guards; for the star shared memory and a barrier.

Star: 70 numbers are smoothed with 74 loads (each reading its three: 208). A block
fetches its 32 numbers once, and its *halo*: one before the first, one after the last.

    block 0       [ 0 .. 31] 32      [ ]: one for each thread
    block 1    31 [32 .. 63] 64      outside of [ ]: the halo
    block 2    63 [64 .. 69]
"""

import numpy as np
from minitensor.gpu import cuda, kernel

SIZE = 32  # threads of a block


@kernel
def mean_of_3(x, out, n):
    """out[i] = (x[i - 1] + x[i] + x[i + 1]) / 3; x, out (n,)."""
    raise NotImplementedError
