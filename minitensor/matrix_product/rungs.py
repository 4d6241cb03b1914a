"""The matmul ladder: ``c = a @ b`` for a of shape (m, k) and b of shape (k, n), from three Python loops to BLAS.

Every rung does the same 2·m·k·n floating-point operations. What changes is who runs the loops: Python, one line of
Python at a time, compiled code that knows the machine's caches and vector units, or the threads of a GPU. The rungs
for a GPU are in `kernels.py`.
"""

from math import prod

import numpy as np

from minitensor import einsums
from minitensor.core import checks
from minitensor.core.creation import tensor, zeros
from minitensor.core.tensor import Tensor
from minitensor.ladder import Ladder, rung
from minitensor.matrix_product.kernels import gpu_coalesced, gpu_naive, gpu_register_tiled, gpu_tiled, gpu_vectorised

PYTHON_FLOAT = 32  # bytes of a float in a list: 24 of its own and 8 to point at it


@rung("three Python loops, one product at a time", memory=lambda a, b: PYTHON_FLOAT * (a.size + b.size + _out(a, b)))
def loops(a: Tensor, b: Tensor) -> Tensor:
    """The definition: c[row, col] is the sum over inner of a[row, inner]·b[inner, col].

    The numbers are taken out of the tensors first. Indexing the tensors themselves in the inner loop takes 40 to 100
    times as long (tests/benchmarks/claims.py): each element is wrapped as a Tensor of its own.
    Memory: 32·(m·k + k·n + m·n) bytes, since Python keeps each number as an object.
    """
    m, k, n = _sizes(a, b)
    checks.no_gradient("loops", a, b)
    left, right = a.tolist(), b.tolist()
    out = [[0.0] * n for _ in range(m)]
    for row in range(m):
        for col in range(n):
            total = 0.0
            for inner in range(k):
                total += left[row][inner] * right[inner][col]
            out[row][col] = total
    return tensor(out, _dtype(a, b), like=a).reshape(m, n)


@rung("one dot product for each output", memory=lambda a, b: 0)
def rows(a: Tensor, b: Tensor) -> Tensor:
    """The inner loop goes to compiled code: the dot product of a row of a and a column of b.

    Python still goes round m·n times, but no longer m·n·k times. Each round costs a microsecond or two before any
    arithmetic is done, so for short sums (k below fifty or so) this rung is no faster than the one below it
    (tests/benchmarks/claims.py).
    Memory: nothing besides the output.
    """
    out, columns = _zeros(a, b), list(b.T)
    for row, left in enumerate(a):
        for col, right in enumerate(columns):
            out[row, col] = left @ right
    return out


@rung("one row of the output at a time", memory=lambda a, b: b.size * _dtype(a, b).itemsize)
def broadcasting(a: Tensor, b: Tensor) -> Tensor:
    """A row of a, stood upright as (k, 1), is stretched across b (k, n); summing over k gives a whole row of c.

    Python goes round m times. Memory: one table of products, k·n elements.
    """
    out = _zeros(a, b)
    for row in range(a.shape[0]):
        out[row] = (a[row, :, None] * b).sum(0)
    return out


@rung("all at once, through an (m, k, n) table", memory=lambda a, b: a.size * b.shape[1] * _dtype(a, b).itemsize)
def broadcasting_3d(a: Tensor, b: Tensor) -> Tensor:
    """No Python loop is left: (m, k, 1) times (k, n) is the table of all products, summed over its middle axis.

    It need not be faster than the rung below (tests/benchmarks/claims.py). The table of m·k·n elements no longer fits
    the caches, so every product is written to memory and read back: at m = k = n = 512 that is half a gigabyte in
    float32.
    """
    _sizes(a, b)
    return (a[:, :, None] * b).sum(1)


@rung("our own einsum", memory=lambda a, b: 0)
def einsum(a: Tensor, b: Tensor) -> Tensor:
    """Say what is wanted, ``mk,kn->mn``, and let the executor find out that it is one matrix product.

    No table of products. Memory: nothing besides the output.
    """
    _sizes(a, b)
    return einsums.einsum("mk,kn->mn", a, b)


@rung("the backend's matrix product", memory=lambda a, b: 0)
def blas(a: Tensor, b: Tensor) -> Tensor:
    """``a @ b`` calls BLAS, decades of work on blocks that stay in the caches and on vector units, on every core.

    Memory: nothing besides the output but a few packed blocks.
    """
    _sizes(a, b)
    return a @ b


# --- the ladder ----------------------------------------------------------------------------------------------------


def flops(a: Tensor, b: Tensor) -> float:
    """One multiplication and one addition for each of m·k·n products."""
    return 2.0 * prod(_sizes(a, b))


def traffic(a: Tensor, b: Tensor) -> float:
    """The fewest bytes that must move: a and b are read once, c is written once."""
    return float(a.size * a.dtype.itemsize + b.size * b.dtype.itemsize + _out(a, b) * _dtype(a, b).itemsize)


def share(fraction: float, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """The first rows of a: fewer rows, the same length of sum."""
    return a[: max(1, round(a.shape[0] * fraction))] if a.shape[0] else a, b


def tolerance(a: Tensor, b: Tensor) -> Tensor:
    """How far two correct results may be apart, element by element.

    A sum of k products, in any order, is off by at most about k·eps times the sum of their sizes (Higham, Accuracy
    and Stability of Numerical Algorithms, section 3.1), and each product that underflows by less than the smallest
    normal number; two results by twice that.
    """
    kind, k = np.finfo(_dtype(a, b)), a.shape[1]
    return (abs(a) @ abs(b)) * float(2 * (k + 1) * kind.eps) + float(2 * k * kind.tiny)


LADDER = Ladder("matmul", (loops, rows, broadcasting, broadcasting_3d, einsum, blas), flops, share, tolerance, traffic)
# On a GPU, in float32: cuBLAS is on top, and our own kernels below it.
GPU_RUNGS = (gpu_naive, gpu_coalesced, gpu_tiled, gpu_register_tiled, gpu_vectorised)
GPU_LADDER = LADDER._replace(rungs=(*LADDER.rungs[:-1], *GPU_RUNGS, blas))


def _sizes(a: Tensor, b: Tensor) -> tuple[int, int, int]:
    """m, k, n. Raises where a and b are not matrices of floats that can be multiplied."""
    return checks.matrices("matmul", a, b)


def _dtype(a: Tensor, b: Tensor) -> np.dtype:
    return np.result_type(a.dtype, b.dtype)


def _out(a: Tensor, b: Tensor) -> int:
    return a.shape[0] * b.shape[1]


def _zeros(a: Tensor, b: Tensor) -> Tensor:
    m, _, n = _sizes(a, b)
    return zeros((m, n), _dtype(a, b), like=a)
