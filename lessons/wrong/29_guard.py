"""a thread with no number reads: ask whether i is below n before x is touched"""

from minitensor.gpu import cuda, kernel


@kernel
def square_plus_one(x, out, n):
    """out[i] = x[i] * x[i] + 1; x, out (n,)."""
    i = cuda.grid(1)
    out[i] = x[i] * x[i] + 1
