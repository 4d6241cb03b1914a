"""36 Total: a warp adds up by itself
Write, lesson 7, about 12 lines, 20 minutes.

Add all n numbers of x to out[0]. Blocks have 64 threads, one for each number, and
the last block has some too many. cuda.atomic_add(out, 0, value) adds in one step
that no other thread can interrupt. But if every thread does it, they all queue up.
The 32 threads of a warp can add up first, without any memory:

    value += cuda.shfl_down_sync(0xFFFFFFFF, value, 16)

gives each the value of the thread 16 further on in its warp. (0xFFFFFFFF says that
all 32 take part, so all 32 must come, also those without a number.) Shown for a warp
of 8; a dot is a sum that nobody needs:

    thread      0    1    2    3    4    5    6    7
                a    b    c    d    e    f    g    h
    + 4 on     ae   bf   cg   dh    .    .    .    .
    + 2 on   aceg bdfh    .    .    .    .    .    .
    + 1 on    all    .    .    .    .    .    .    .

x : (n,) float32; out : (1,) float32, which holds a number already
From lesson 7: guards, warps, shared memory, barriers. cuda.threadIdx.x % 32 is the
place of a thread in its warp.

Star: one atomic for each warp at most, so 6 for n = 170.
Star: one atomic for each block at most, so 3.
"""

import numpy as np
from minitensor.gpu import cuda, kernel


@kernel
def total(x, out, n):
    """x (n,), out (1,), float32: add the sum of x to out[0]; blocks of 64 threads."""
    raise NotImplementedError
