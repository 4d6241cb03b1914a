"""each thread does the work of all: a kernel has no loop over the numbers"""

from minitensor.gpu import cuda, kernel


@kernel
def square_plus_one(x, out, n):
    """out[i] = x[i] * x[i] + 1; x, out (n,)."""
    for i in range(n):
        out[i] = x[i] * x[i] + 1
