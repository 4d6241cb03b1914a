"""45 Traffic: what a table of weights moves

For each of the 10 * 10 pairs `with_table` loads x[point], x[i] and, later, the weight,
and stores a weight: 300 loads, 100 stores; 10 more stores for the sums. `fused` loads
x[point] for each pair, and x[i] once for each thread: 100 + 10 loads. The weight stays
in a register, so it stores 10 sums and nothing else.
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
    "one.global_loads": 300,
    "one.global_stores": 110,
    "two.global_loads": 110,
    "two.global_stores": 10,
}
