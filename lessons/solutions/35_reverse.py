"""35 Reverse: who owns what?

A thread owns a pair: x[i] and x[n - 1 - i]. It reads both, writes both, and nobody else
touches them, so there is nothing to wait for, whatever block it is in. Half the threads
have work, n // 2 of them; for odd n the number in the middle stays where it is.
"""

from minitensor.gpu import cuda, kernel


@kernel
def reverse(x, n):
    """x[0], ..., x[n - 1] becomes x[n - 1], ..., x[0], in place; x (n,)."""
    i = cuda.grid(1)
    if i < n // 2:
        first, last = x[i], x[n - 1 - i]
        x[i] = last
        x[n - 1 - i] = first


@kernel
def other_way(x, n):
    """The thread on the left of the middle owns the pair; x (n,)."""
    left = cuda.grid(1)
    right = n - 1 - left
    if left < right:
        kept = x[left]
        x[left] = x[right]
        x[right] = kept
