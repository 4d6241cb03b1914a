"""the result is added to what out held before: out must be written, and not read"""

from minitensor.gpu import cuda, kernel


@kernel
def square_plus_one(x, out, n):
    """out[i] = x[i] * x[i] + 1; x, out (n,)."""
    i = cuda.grid(1)
    if i < n:
        out[i] += x[i] * x[i] + 1
