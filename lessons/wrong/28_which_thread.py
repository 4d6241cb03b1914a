"""the guard asks for the place in the block: each block begins to count at 0 again"""

from minitensor.gpu import cuda, kernel


@kernel
def fahrenheit(celsius, out, n):
    """out[i] = 1.8 * celsius[i] + 32; celsius, out (n,)."""
    i = cuda.grid(1)
    if cuda.threadIdx.x < n:
        out[i] = 1.8 * celsius[i] + 32
