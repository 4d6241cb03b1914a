"""one thread is kept away and not those behind it: a block may have many threads to spare"""

from minitensor.gpu import cuda, kernel


@kernel
def fahrenheit(celsius, out, n):
    """out[i] = 1.8 * celsius[i] + 32; celsius, out (n,)."""
    i = cuda.grid(1)
    if i != n:
        out[i] = 1.8 * celsius[i] + 32
