"""41 Turn: read along rows, write along rows
Write, lesson 7, about 10 lines, 20 minutes.

out is to be a transposed: out[col, row] = a[row, col]. Blocks have 32 x 32 threads, and
the grid covers a: x for the columns of a, y for its rows.

Two lines will do. But where neighbouring threads read neighbours in a row of a, they
write one below the other in out, or the other way round: 32 sectors for a warp in
place of 4. A block can turn its square in shared memory instead: fetch it along
rows, wait, and write it along rows, to where the turned square belongs.

    a   (m, n)                    out  (n, m)
    . . . . . .                   . . .        B: the square of a block,
    . . . . B B                   . . .        and where it belongs
    . . . . B B                   . . .
                                  . . .        Which thread writes
                                  . B B        which number of it?
                                  . B B

a : (m, n), out : (n, m), float32; m, n : numbers, not multiples of 32
From lesson 7: sectors, which of row and col is x, shared memory, banks.

Star: at most 790 sectors for 40 x 70, in place of 3,240.
Star: that, and no bank conflict.
"""

import numpy as np
from minitensor.gpu import cuda, kernel


@kernel
def turn(a, out, m, n):
    """a (m, n), out (n, m), float32: out[col, row] = a[row, col]; blocks of 32 x 32."""
    raise NotImplementedError
