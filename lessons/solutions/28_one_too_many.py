"""28 One too many: a guard that lets one thread through

Of n numbers the last has the index n - 1, so the threads with work are those with i < n. The
message had n in it: x[70] of 70 numbers is the first one outside. It is wrong for every n but
multiples of 32, where there is no thread to spare: test a kernel with sizes that are not round.
"""

from minitensor.gpu import cuda, kernel


@kernel
def fahrenheit(celsius, out, n):
    """out[i] = 1.8 * celsius[i] + 32; celsius, out (n,)."""
    i = cuda.grid(1)
    if i < n:
        out[i] = 1.8 * celsius[i] + 32
