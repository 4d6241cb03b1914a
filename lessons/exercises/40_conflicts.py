"""40 Conflicts: how long should a row be?
Predict, lesson 7, 5 blanks, 2 minutes.

Shared memory holds rows of `length` numbers. The 32 threads of a warp read down its
first column, each in a row of its own. Of the 32 banks each gives one number at a time:

    rows of 32    bank    0   1   2  ...  31      thread 0 wants number  0
                  row 0   0   1   2  ...  31      thread 1 wants number 32
                  row 1  32  33  34  ...  63      thread 2 wants number 64

How many rounds more than one? (Filling costs none.) From lesson 7: bank conflicts.
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
    "conflicts(32)": ...,
    "conflicts(33)": ...,
    "conflicts(34)": ...,
    "conflicts(40)": ...,
    # rows of no length: all threads read rows[0]
    "conflicts(0)": ...,
}
