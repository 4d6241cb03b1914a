"""31 Outer: many threads want the same number
Write, lesson 7, about 3 lines, 15 minutes.

Multiply each number of u by each of v: broadcasting u (m, 1) * v (1, n), written as a
kernel. Blocks are 32 × 8 threads, as many blocks as it takes to cover out: the column
counts along x, and at the edges threads are to spare.

                 v   1   2   3
        u   10      10  20  30
            20      20  40  60         out[row, col] = u[row] * v[col]

From lesson 7: guards; for the star shared memory and a barrier.

Star: 40 × 70 products are made with 470 loads (reading both numbers for each: 5,600).
A block fetches each number that it needs of u and v once, and its threads share it:
about 8 lines more.
"""

import numpy as np
from minitensor.gpu import cuda, kernel

X, Y = 32, 8  # threads of a block


@kernel
def outer(u, v, out, m, n):
    """out[row, col] = u[row] * v[col]; u (m,), v (n,), out (m, n)."""
    raise NotImplementedError
