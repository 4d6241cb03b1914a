"""the thread of the last number is kept away as well"""

from minitensor.gpu import cuda, kernel


@kernel
def square_plus_one(x, out, n):
    """out[i] = x[i] * x[i] + 1; x, out (n,)."""
    i = cuda.grid(1)
    if i < n - 1:
        out[i] = x[i] * x[i] + 1
