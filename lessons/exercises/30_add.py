"""30 Add: which axis is x?
Write, lesson 7, about 3 lines, 10 minutes.

Add two matrices: one thread for each element. `cuda.grid(2)` gives each thread two
numbers, the one along x first. There are enough threads along x and along y that either
can be the column: you choose which. Some threads have no element in either way.

        a (2, 3)           b (2, 3)            out (2, 3)
       0   1   2        100 200 300          100 201 302
      10  11  12    +   400 500 600    =     410 511 612

Threads along x are neighbours in a warp. Numbers of a row are neighbours in memory.
From lesson 7: guards; which of row and col is threadIdx.x.

Star: 40 × 70 numbers, in blocks of 32 × 8 threads, touch 1,320 sectors, loads and
stores together. (The other way it is 8,400.)
"""

from minitensor.gpu import cuda, kernel


@kernel
def add(a, b, out, m, n):
    """out[row, col] = a[row, col] + b[row, col]; a, b, out (m, n)."""
    raise NotImplementedError
