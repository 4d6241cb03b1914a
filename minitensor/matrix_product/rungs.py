"""The matmul ladder: ``c = a @ b`` for a of shape (m, k) and b of shape (k, n), from three Python loops to BLAS.

Every rung does the same 2·m·k·n floating-point operations. What changes is who runs the loops: Python, one line of
Python at a time, compiled code that knows the machine's caches and vector units, or the threads of a GPU.
"""

from math import prod

import numpy as np

from minitensor import backend
from minitensor.core.creation import zeros
from minitensor.core.tensor import Tensor, wrap
from minitensor.einsums import einsum as _einsum
from minitensor.errors import DTypeError, ShapeError
from minitensor.gpu import Launch, sources
from minitensor.ladder import Ladder, rung
from minitensor.matrix_product import kernels
from minitensor.random import generator, normal

PYTHON_FLOAT = 32  # bytes of a float in a list: 24 of its own and 8 to point at it


@rung("three Python loops, one product at a time", memory=lambda a, b: PYTHON_FLOAT * (a.size + b.size + _out(a, b)))
def loops(a: Tensor, b: Tensor) -> Tensor:
    """The definition: c[row, col] is the sum over inner of a[row, inner]·b[inner, col].

    The numbers are taken out of the tensors first. Indexing the tensors themselves in the inner loop takes some eighty
    times as long: each element is wrapped as a Tensor of its own.
    Memory: 32·(m·k + k·n + m·n) bytes, since Python keeps each number as an object.
    """
    m, k, n = _sizes(a, b)
    left, right = a.tolist(), b.tolist()
    out = [[0.0] * n for _ in range(m)]
    for row in range(m):
        for col in range(n):
            total = 0.0
            for inner in range(k):
                total += left[row][inner] * right[inner][col]
            out[row][col] = total
    return wrap(backend.of(a.array).asarray(out, _dtype(a, b))).reshape(m, n)


@rung("one dot product for each output", memory=lambda a, b: 0)
def rows(a: Tensor, b: Tensor) -> Tensor:
    """The inner loop goes to compiled code: the dot product of a row of a and a column of b.

    Python still runs m·n times round, but no longer m·n·k times. Each round costs a microsecond or two before any
    arithmetic is done, so for short sums (k below a hundred) this rung is no faster than the one below it.
    Memory: nothing beside the output.
    """
    out, columns = _zeros(a, b), list(b.T)
    for row, left in enumerate(a):
        for col, right in enumerate(columns):
            out[row, col] = left @ right
    return out


@rung("one row of the output at a time", memory=lambda a, b: b.size * _dtype(a, b).itemsize)
def broadcasting(a: Tensor, b: Tensor) -> Tensor:
    """A row of a, stood upright as (k, 1), is stretched across b (k, n); summing over k gives a whole row of c.

    Python runs m times round. Memory: one table of products, k·n elements.
    """
    out = _zeros(a, b)
    for row in range(a.shape[0]):
        out[row] = (a[row, :, None] * b).sum(0)
    return out


@rung("all at once, through an (m, k, n) table", memory=lambda a, b: a.size * b.shape[1] * _dtype(a, b).itemsize)
def broadcasting_3d(a: Tensor, b: Tensor) -> Tensor:
    """No Python loop is left: (m, k, 1) times (k, n) is the table of all products, summed over its middle axis.

    It need not be faster than the rung below. The table of m·k·n elements no longer fits the caches, so every product
    is written to memory and read back: at m = k = n = 512 that is half a gigabyte in float32.
    """
    _sizes(a, b)
    return (a[:, :, None] * b).sum(1)


@rung("our own einsum", memory=lambda a, b: 0)
def einsum(a: Tensor, b: Tensor) -> Tensor:
    """Say what is wanted, ``mk,kn->mn``, and let the executor find out that it is one matrix product.

    No table of products. Memory: nothing beside the output.
    """
    _sizes(a, b)
    return _einsum("mk,kn->mn", a, b)


@rung("the backend's matrix product", memory=lambda a, b: 0)
def blas(a: Tensor, b: Tensor) -> Tensor:
    """``a @ b`` calls BLAS, decades of work on blocks that stay in the caches and on vector units, on every core.

    Memory: nothing beside the output but a few packed blocks.
    """
    _sizes(a, b)
    return a @ b


# --- on the GPU: float32, any m, k, n; memory: nothing beside the output ---------------------------------------------

_nothing = {"memory": lambda a, b: 0}
gpu_naive = rung("GPU: a thread an element, neighbours in different rows", **_nothing)(kernels.gpu_naive)
gpu_coalesced = rung("GPU: neighbours in one row, who share what memory gives", **_nothing)(kernels.gpu_coalesced)
gpu_tiled = rung("GPU: blocks fetch tiles into shared memory", **_nothing)(kernels.gpu_tiled)


@rung("GPU: each thread an 8 × 8 patch, in registers", **_nothing)
def gpu_register_tiled(a: Tensor, b: Tensor) -> Tensor:
    """Two numbers from shared memory now serve one multiplication; 16 can serve 64, if a thread computes 8 × 8 of them.

    On a GPU this rung is CUDA C++, `gpu/matmul.cu`: a patch wants an array of registers, which CuPy's JIT does not
    have. On the simulator it is the same idea in Python, with 64 variables.
    """
    on_gpu = backend.of(a.array).runs_kernels_on == "gpu"
    return (sources.register_tiled if on_gpu else kernels.gpu_register_tiled)(a, b)


@rung("GPU: four numbers a load, the next tile on its way", **_nothing)
def gpu_vectorised(a: Tensor, b: Tensor) -> Tensor:
    """`gpu_register_tiled` with loads of four floats, and two sets of tiles: one is filled while the other is used.

    CUDA C++ in `gpu/matmul.cu`, for a GPU only.
    """
    return sources.vectorised(a, b)


def simulated(m: int = 128, k: int = 16, n: int = 128) -> list[tuple[str, Launch]]:
    """The GPU rungs that are Python, run by the simulator on random matrices: the name and the counted launch of each.

    >>> name, launch = simulated(4, 3, 5)[0]
    >>> name, launch.counters.global_loads
    ('gpu_naive', 120)
    """
    rng = generator(0)
    with backend.use_backend("numpy"):
        a, b = normal(rng, (m, k), dtype="float32"), normal(rng, (k, n), dtype="float32")
    return [
        ("gpu_naive", kernels.run(kernels.matmul_naive, a, b, across_rows=True)[1]),
        ("gpu_coalesced", kernels.run(kernels.matmul_coalesced, a, b)[1]),
        ("gpu_tiled", kernels.run(kernels.matmul_tiled, a, b)[1]),
        ("gpu_register_tiled", kernels.run(kernels.matmul_register_tiled, a, b, side=kernels.TILE * kernels.PATCH)[1]),
    ]


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
# For float32 on CuPy, where `blas` is cuBLAS.
GPU_RUNGS = (gpu_naive, gpu_coalesced, gpu_tiled, gpu_register_tiled, gpu_vectorised)
GPU_LADDER = LADDER._replace(rungs=(*LADDER.rungs[:-1], *GPU_RUNGS, blas))


def _sizes(a: Tensor, b: Tensor) -> tuple[int, int, int]:
    """m, k, n. Raises where a and b are not matrices of floats that can be multiplied."""
    for name, x in (("a", a), ("b", b)):
        if x.ndim != 2:
            raise ShapeError(f"matmul: {name} has shape {x.shape}; the ladder multiplies matrices, which have two axes")
        if x.dtype.kind != "f":
            raise DTypeError(f"matmul: {name} is {x.dtype}; the ladder multiplies floats, use .astype('float32')")
    if a.shape[1] != b.shape[0]:
        raise ShapeError(
            f"matmul: a of shape {a.shape} has {a.shape[1]} on axis 1, b of shape {b.shape} has {b.shape[0]} "
            "on axis 0; they must be equal"
        )
    return a.shape[0], a.shape[1], b.shape[1]


def _dtype(a: Tensor, b: Tensor) -> np.dtype:
    return np.result_type(a.dtype, b.dtype)


def _out(a: Tensor, b: Tensor) -> int:
    return a.shape[0] * b.shape[1]


def _zeros(a: Tensor, b: Tensor) -> Tensor:
    m, _, n = _sizes(a, b)
    with backend.use_backend(a.backend):
        return zeros((m, n), _dtype(a, b))
