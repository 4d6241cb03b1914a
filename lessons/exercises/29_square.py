"""29 Square: one thread for each number
Write, lesson 7, about 3 lines, 10 minutes.

A kernel is what *one* thread does. This one gets n numbers x, and room for as many in
out. Each thread takes one number, squares it, adds 1, and writes that to the same place
of out.

    x      3  1  4  1  5  9  2                       n = 7, blocks of 4 threads
    out   10  2 17  2 26 82  5
          t0 t1 t2 t3|t0 t1 t2 t3                    t3 of block 1 has no number
            block 0     block 1

Blocks cannot be cut, so the last may have threads to spare: they must do nothing. The
blocks are not always of the same size.
From lesson 7: `cuda.grid(1)`, guards.

Star: 70 numbers are read with 70 loads.
"""

from minitensor.gpu import cuda, kernel


@kernel
def square_plus_one(x, out, n):
    """out[i] = x[i] * x[i] + 1; x, out (n,)."""
    raise NotImplementedError
