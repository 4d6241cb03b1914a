"""28 One too many: a guard that lets one thread through
Mend, lesson 7, 1 line, 5 minutes.

The kernel turns n temperatures from Celsius into Fahrenheit, one a thread. It is
launched with as many blocks as n needs, and the last one has threads to spare:

    n = 70    block 0          block 1          block 2
              t0 .. t31        t0 .. t31        t0 .. t5  t6 .. t31
    celsius   0  .. 31         32 .. 63         64 .. 69  nothing to do

One line is wrong, `minitensor check 28` says how. Find it, and mend it for every n.
From lesson 7: guards.
"""

from minitensor.gpu import cuda, kernel


@kernel
def fahrenheit(celsius, out, n):
    """out[i] = 1.8 * celsius[i] + 32; celsius, out (n,)."""
    i = cuda.grid(1)
    if i <= n:
        out[i] = 1.8 * celsius[i] + 32
