"""29 Square: one thread for each number

cuda.grid(1) is blockIdx.x * blockDim.x + threadIdx.x: it counts through all blocks,
whatever their size. The guard keeps away the threads of the last block that have no
number. x[i] * x[i] would read the number twice; a variable of a thread's own costs
nothing.
"""

from minitensor.gpu import cuda, kernel


@kernel
def square_plus_one(x, out, n):
    """out[i] = x[i] * x[i] + 1; x, out (n,)."""
    i = cuda.grid(1)
    if i < n:
        number = x[i]
        out[i] = number * number + 1


@kernel
def other_way(x, out, n):
    """The place in the grid by hand, and the power that is a square; x, out (n,)."""
    i = cuda.blockIdx.x * cuda.blockDim.x + cuda.threadIdx.x
    if i < n:
        out[i] = x[i] ** 2 + 1
