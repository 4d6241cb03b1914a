"""a barrier stands between reading and writing: it holds back one block, not the others"""

from minitensor.gpu import cuda, kernel


@kernel
def reverse(x, n):
    """x[0], ..., x[n - 1] becomes x[n - 1], ..., x[0], in place; x (n,)."""
    i = cuda.grid(1)
    if i < n:
        number = x[n - 1 - i]
    cuda.syncthreads()
    if i < n:
        x[i] = number
