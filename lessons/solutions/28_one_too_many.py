"""28 One too many: a guard that lets one thread through

Of n numbers the last has the index n - 1, so the threads with work are those with
i < n. The message had n in it: of 70 numbers, number 70 is the first one outside. Where
the last block is full, i <= n does no harm, for no thread has i = n: try a kernel with
sizes that are not round.
"""

from minitensor.gpu import cuda, kernel


@kernel
def fahrenheit(celsius, out, n):
    """out[i] = 1.8 * celsius[i] + 32; celsius, out (n,)."""
    i = cuda.grid(1)
    if i < n:
        out[i] = 1.8 * celsius[i] + 32
