"""40 Conflicts: how long should a row be?

Thread x wants the number x * length, in bank (x * length) % 32. With rows of 32 that is
bank 0 for all: 32 rounds. With rows of 33 it is bank x, another one for each. With 34
it is bank 2 * x, so threads x and x + 16 share one. With 40 it is bank 8 * x: 4 banks
serve 8 threads each. What counts is the largest number that divides both the length
and 32. Threads that want the same number get it together, in one round.
"""

import numpy as np
from minitensor.gpu import cuda, kernel


@kernel
def down_a_column(out, length):
    """Fills shared memory; then each thread reads the first number of its own row."""
    rows = cuda.shared_memory(np.float32, 32 * 40)
    x = cuda.threadIdx.x
    for at in range(x, 32 * 40, 32):
        rows[at] = np.float32(at)
    cuda.syncthreads()
    out[x] = rows[x * length]


def conflicts(length):
    return down_a_column[1, 32](np.zeros(32, "float32"), length).counters.bank_conflicts


answers = {
    "conflicts(32)": 31,
    "conflicts(33)": 0,
    "conflicts(34)": 1,
    "conflicts(40)": 7,
    # rows of no length: all threads read rows[0]
    "conflicts(0)": 0,
}
