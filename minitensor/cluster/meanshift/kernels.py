"""Kernels of the mean-shift ladder: one update of every query, in float32 and without an n × n table.

Each thread moves one query to the weighted mean of all points, where a point at distance r weighs exp(−r²/(2h²)).
A query that no point reaches, because every weight rounds to 0, stays where it is.

CuPy's JIT has no arrays in registers, and a thread needs d sums. So the text of a kernel is written for each d, with
a variable for each dimension.
"""

from collections.abc import Callable
from functools import cache

import numpy as np

from minitensor import backend
from minitensor.core.tensor import Tensor
from minitensor.errors import DeviceError, DTypeError, InputError, ShapeError
from minitensor.gpu.launching import Kernel
from minitensor.gpu.memory import uninitialised
from minitensor.gpu.report import Launch
from minitensor.gpu.written import written
from minitensor.matrix_product.kernels import in_order
from minitensor.text.code import indent

BLOCK = 128  # threads of a block
TILE = 128  # points that a block keeps in shared memory
PARAMETERS = "queries, points, moved, count, n, scale"  # scale is −1/(2h²)
LARGEST = 64  # dimensions: beyond that a thread has too few registers


@cache
def fused(d: int) -> Kernel:
    """``mean_shift_fused(queries, points, moved, count, n, scale)`` for d dimensions."""
    body = [
        "query = cuda.grid(1)",
        "if query < count:",
        *indent([f"q_{axis} = queries[query, {axis}]" for axis in range(d)]),
        *indent(_begin(d)),
        "    for point in range(n):",
        *indent(_weigh([f"points[point, {axis}]" for axis in range(d)]), 2),
        *indent(_finish(d)),
    ]
    return written("mean_shift_fused", PARAMETERS, body, f"d = {d}")


@cache
def tiled(d: int) -> Kernel:
    """``mean_shift_tiled(...)``, as `fused`, with the points staged through shared memory."""
    body = [
        f"tile = cuda.shared_memory(np.float32, {TILE * d})",
        "query = cuda.grid(1)  # a thread without a query fetches and waits like the others",
        *(f"q_{axis} = queries[query, {axis}] if query < count else np.float32(0)" for axis in range(d)),
        *_begin(d),
        f"for start in range(0, n, {TILE}):",
        f"    for at in range(cuda.threadIdx.x, {TILE * d}, {BLOCK}):",
        f"        if start + at // {d} < n:",
        f"            tile[at] = points[start + at // {d}, at % {d}]",
        "    cuda.syncthreads()  # until the tile is full",
        f"    for point in range(min({TILE}, n - start)):",
        *indent(_weigh([f"tile[point * {d} + {axis}]" for axis in range(d)]), 2),
        "    cuda.syncthreads()  # until nobody reads it any more",
        "if query < count:",
        *indent(_finish(d)),
    ]
    return written("mean_shift_tiled", PARAMETERS, body, f"d = {d}")


def _begin(d: int) -> list[str]:
    return [*(f"sum_{axis} = np.float32(0)" for axis in range(d)), "total = np.float32(0)"]


def _weigh(coordinates: list[str]) -> list[str]:
    """Add one point, of these coordinates, to the sums."""
    axes = range(len(coordinates))
    return [
        *(f"x_{axis} = {coordinates[axis]}" for axis in axes),
        *(f"d_{axis} = q_{axis} - x_{axis}" for axis in axes),
        f"weight = cuda.exp(({' + '.join(f'd_{axis} * d_{axis}' for axis in axes)}) * scale)",
        "total += weight",
        *(f"sum_{axis} += weight * x_{axis}" for axis in axes),
    ]


def _finish(d: int) -> list[str]:
    return [f"moved[query, {axis}] = sum_{axis} / total if total > 0 else q_{axis}" for axis in range(d)]


# --- the rungs: allocate, launch, return ---------------------------------------------------------------------------


def gpu_fused(queries: Tensor, points: Tensor, bandwidth: float) -> Tensor:
    """One thread a query: distance, weight and sums in one loop over the points, all in registers.

    queries : (q, d), points : (n, d), float32, d from 1 to 64, both on CuPy or both on NumPy, where a simulator runs
    it; returns (q, d), float32. The array rungs write tables of q·n numbers and read them again; here no weight is
    ever stored. Memory: nothing beside the output, so O(n). Global loads: q·(n + 1)·d, all threads of a warp the same.

    >>> import minitensor as mt
    >>> x = mt.tensor([[0.0], [2.0]], "float32")
    >>> [round(value, 4) for [value] in gpu_fused(x, x, 1.0).tolist()]
    [0.2384, 1.7616]
    """
    return run("gpu_fused", fused, queries, points, bandwidth)[0]


def gpu_tiled(queries: Tensor, points: Tensor, bandwidth: float) -> Tensor:
    """`gpu_fused` with the points fetched by the block together, TILE at a time, into shared memory.

    Global loads of points fall from q·n·d to ⌈q/BLOCK⌉·n·d. Memory: TILE·d numbers of shared memory a block.

    A mean-shift update is attention. Softmax attention moves a query q to Σ exp(q·kᵢ/τ) vᵢ / Σ exp(q·kᵢ/τ); put the
    negative squared distance −|q − xᵢ|²/(2h²) in place of the product q·kᵢ/τ, and x in place of both keys k and values
    v, and that is this file. (For data of equal length the two scores differ by a constant, which cancels.) So
    FlashAttention's trick applies: go through the keys in tiles that fit near the processor, keep a running numerator
    and a running denominator for each query, divide once at the end, and never write the q × n table down.
    FlashAttention must also carry the largest score so far and rescale, since exp(q·k) may overflow; here no exponent
    is above 0. Source: Dao et al., FlashAttention, 2022, arXiv:2205.14135.
    """
    return run("gpu_tiled", tiled, queries, points, bandwidth)[0]


def run(
    name: str, kernel_for: Callable[[int], Kernel], queries: Tensor, points: Tensor, bandwidth: float
) -> tuple[Tensor, Launch]:
    """Where each query moves by the kernel ``kernel_for(d)``, and the launch, for its counters.

    Raises ShapeError, DTypeError, DeviceError or InputError where queries, points and bandwidth do not fit.
    """
    count, n, d = _sizes(name, queries, points, bandwidth)
    with backend.use_backend(queries.backend):
        moved = uninitialised((count, d))
    scale = np.float32(-0.5 / bandwidth**2)
    blocks = max(1, -(-count // BLOCK))
    launch = kernel_for(d)[blocks, BLOCK](in_order(queries), in_order(points), moved, count, n, scale)
    return moved, launch


def _sizes(name: str, queries: Tensor, points: Tensor, bandwidth: float) -> tuple[int, int, int]:
    for word, x in (("queries", queries), ("points", points)):
        if x.ndim != 2:
            raise ShapeError(f"{name}: {word} have shape {x.shape}; they must be (how many, dimensions)")
        if x.dtype != "float32":
            raise DTypeError(f"{name}: {word} are {x.dtype}; the GPU rungs are float32, use .astype('float32')")
    if queries.shape[1] != points.shape[1]:
        raise ShapeError(
            f"{name}: queries of shape {queries.shape} have {queries.shape[1]} dimensions, "
            f"points of shape {points.shape} have {points.shape[1]}; they must be equal"
        )
    if queries.backend != points.backend:
        raise DeviceError(
            f"{name}: queries are on {queries.backend}, points on {points.backend}; "
            f"write points.to({queries.backend!r})"
        )
    if not 1 <= queries.shape[1] <= LARGEST:
        raise InputError(f"{name}: points have {queries.shape[1]} dimensions; it takes from 1 to {LARGEST}")
    if not bandwidth > 0:
        raise InputError(f"{name}: bandwidth={bandwidth}; it must be positive")
    return queries.shape[0], points.shape[0], queries.shape[1]
