"""45 Traffic: what a table of weights moves
Predict, lesson 8, 4 blanks, 2 minutes.

Ten points, ten threads: each sums up the weights of all ten. How many numbers do they
load and store, in all? From lesson 8: the n x n table, and the kernel without it.
"""

import numpy as np
from minitensor.gpu import cuda, kernel


@kernel
def with_table(x, table, out, n):
    i = cuda.grid(1)
    for point in range(n):
        table[point, i] = cuda.exp(-((x[point] - x[i]) ** 2))
    total = np.float32(0)
    for point in range(n):
        total += table[point, i]
    out[i] = total


@kernel
def fused(x, out, n):
    i = cuda.grid(1)
    total, here = np.float32(0), x[i]
    for point in range(n):
        total += cuda.exp(-((x[point] - here) ** 2))
    out[i] = total


x, table = np.ones(10, "float32"), np.ones((10, 10), "float32")
one = with_table[1, 10](x, table, x.copy(), 10).counters
two = fused[1, 10](x, x.copy(), 10).counters
answers = {
    "one.global_loads": ...,
    "one.global_stores": ...,
    "two.global_loads": ...,
    "two.global_stores": ...,
}
