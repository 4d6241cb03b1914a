"""38 Cumulate: running sums, up a tree and down again
Write, lesson 7, about 16 lines, 30 minutes.

Each block makes the running sums of its own 64 numbers, and knows nothing of the
others. Blocks of 64 threads, one for each number, the last has some too many.
Shown for blocks of 4 threads:

    x       1   2   3   4 |  5   6   7   8 |  9  10
    out     1   3   6  10 |  5  11  18  26 |  9  19

One way is steps of 1, 2, 4, ..., in each of which every number gets added what stands
`step` before it (in shared memory, with barriers). That takes 384 additions for 64
numbers; one thread alone would need 63. A tree needs few, and few steps:

    x     a    b    c    d    e    f    g    h       (for 8 numbers)
    up    a   ab    c   cd    e   ef    g   gh       every second adds the one before
          a   ab    c  a-d    e   ef    g  e-h       every fourth adds the one 2 before
          a   ab    c  a-d    e   ef    g  a-h       every eighth, 4 before: the sum
    down  a   ab    c  a-d    e  a-f    g  a-h       which are still wrong? First those
          a   ab  a-c  a-d  a-e  a-f  a-g  a-h       2 on from a right one, then 1 on

x, out : (n,) float32
From lesson 7: shared memory, barriers, races.

Star: at most 120 additions for a block (FLOPs are counted; what adds 0 counts too),
and not one thread does them all.
"""

import numpy as np
from minitensor.gpu import cuda, kernel


@kernel
def cumulate(x, out, n):
    """x (n,), out (n,), float32: running sums of each block's 64 numbers."""
    raise NotImplementedError
