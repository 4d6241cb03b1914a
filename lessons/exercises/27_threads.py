"""27 Threads: which threads have work, and what their reads cost
Predict, lesson 7, 5 blanks, 2 minutes.

The kernel doubles x, 6 rows of 48 float32, in blocks of 32 × 1 threads: one warp each.

    along: 32 numbers of a row         down: 32 rows of a column (x has only 6)
        t0 t1 t2 ... t31                   t0
                                           t1
                                           ...
A sector is 32 bytes, 8 float32 side by side; x begins with one. If threads of a warp
want the same sector it counts once; each warp counts anew. From lesson 7: sectors.
"""

import minitensor as mt
from minitensor.gpu import cuda, kernel


@kernel
def doubled(x, out, m, n, down):
    col, row = cuda.grid(2)
    if down:
        row, col = cuda.grid(2)
    if row < m and col < n:
        out[row, col] = 2 * x[row, col]


x, out = mt.ones((6, 48), "float32"), mt.zeros((6, 48), "float32")
along = doubled[(2, 6), (32, 1)](x, out, 6, 48, 0)
down = doubled[(1, 48), (32, 1)](x, out, 6, 48, 1)
idle = [each.n_blocks * each.threads - x.size for each in (along, down)]

answers = {
    "idle[0]": ...,  # threads of `along` that do nothing
    "idle[1]": ...,  # the same of `down`
    "down.counters.global_loads": ...,  # numbers read, counted for each thread
    "along.counters.load_sectors": ...,  # sectors that these reads touch
    "down.counters.load_sectors": ...,  # the same of `down`
}
