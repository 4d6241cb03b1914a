"""31 Outer: many threads want the same number

A block makes 8 rows and 32 columns of out: of u it needs 8 numbers and of v 32, and
each of them serves a whole row or column of threads. So the threads of its first column
fetch u, those of its first row fetch v, all wait, and then all read what lies in shared
memory. Reading and writing is guarded; the barrier is not, for every thread of the
block must come to it.
"""

import numpy as np
from minitensor.gpu import cuda, kernel

X, Y = 32, 8  # threads of a block


@kernel
def outer(u, v, out, m, n):
    """out[row, col] = u[row] * v[col]; u (m,), v (n,), out (m, n)."""
    part_u = cuda.shared_memory(np.float32, Y)
    part_v = cuda.shared_memory(np.float32, X)
    x, y = cuda.threadIdx.x, cuda.threadIdx.y
    col, row = cuda.grid(2)
    if x == 0 and row < m:
        part_u[y] = u[row]
    if y == 0 and col < n:
        part_v[x] = v[col]
    cuda.syncthreads()
    if row < m and col < n:
        out[row, col] = part_u[y] * part_v[x]


@kernel
def other_way(u, v, out, m, n):
    """Each thread fetches both for itself; u (m,), v (n,), out (m, n)."""
    col, row = cuda.grid(2)
    if row < m and col < n:
        out[row, col] = u[row] * v[col]
