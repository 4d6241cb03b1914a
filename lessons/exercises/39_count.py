"""39 Count: a table for each block
Write, lesson 7, about 9 lines, 15 minutes.

How often is each number in v? All n of them are from 0 to bins - 1, and bins is at
most BINS. Add the counts to out. Blocks have 128 threads, one for each number, and the
last block has some too many.

If every thread adds to out, n threads queue up for a few places of global memory.
Instead each block counts in a table of its own, in shared memory, and then adds the
table to out. Shown for blocks of 4 threads and 4 bins:

    v          3  0  3  1 | 0  3  2  3 | 1  0
               block 0      block 1      block 2
    a table    1  1  0  2   1  0  1  2   1  1  0  0      how many 0s, 1s, 2s, 3s
    out     +  3  2  1  4

cuda.atomic_add(array, index, value) adds in one step that no other thread can
interrupt, in shared memory as in global memory.

v : (n,) int32; out : (bins,) int32, which holds earlier counts; n, bins : numbers
From lesson 7: guards, shared memory and what it holds at first, barriers, races.

Star: at most one atomic on global memory for a block and a bin: 64 for n = 500 and
16 bins.
"""

import numpy as np
from minitensor.gpu import cuda, kernel

BINS = 16


@kernel
def count(v, out, n, bins):
    """v (n,), out (bins,), int32: out[b] grows by how often b is in v."""
    raise NotImplementedError
