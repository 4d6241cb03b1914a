"""each block begins with the first number: threadIdx counts within a block"""

from minitensor.gpu import cuda, kernel


@kernel
def square_plus_one(x, out, n):
    """out[i] = x[i] * x[i] + 1; x, out (n,)."""
    i = cuda.threadIdx.x
    if i < n:
        out[i] = x[i] * x[i] + 1
