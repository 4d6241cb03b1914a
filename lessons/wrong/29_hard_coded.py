"""each block is taken to have more threads than it has: cuda.blockDim.x says how many"""

from minitensor.gpu import cuda, kernel


@kernel
def square_plus_one(x, out, n):
    """out[i] = x[i] * x[i] + 1; x, out (n,)."""
    i = cuda.blockIdx.x * 32 + cuda.threadIdx.x
    if i < n:
        out[i] = x[i] * x[i] + 1
