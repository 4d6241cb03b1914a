"""The rungs of the mean-shift ladder that are kernels: one update of every query, in float32, without a q × n table.

Each thread moves one query to the weighted mean of all points, where a point at distance r weighs exp(−r²/(2h²)).
What is summed is weight·(point − query), so rounding is relative to how far the points that count are from the query,
wherever the origin is. A query that no point reaches, because every weight rounds to 0, stays where it is. A GPU counts
float32 numbers below 1.2e-38 as 0, so that is from 13.2 bandwidths on, and a little nearer along an axis on which the
differences d are small, since there weight·d rounds to 0: from √(2·ln(d/1.2e-38)), 12.9 bandwidths at d = 0.01.

CuPy's JIT has no arrays in registers, and a thread needs d sums. So the text of a kernel is written for each d, with
a variable for each dimension. The last rung is CUDA C++, in `kernels.cu`, which has such arrays.
"""

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from minitensor.core import checks
from minitensor.core.tensor import Tensor, wrap
from minitensor.data import blobs
from minitensor.errors import InputError, ShapeError
from minitensor.gpu import cpp
from minitensor.gpu.launching import Kernel
from minitensor.gpu.memory import uninitialised
from minitensor.gpu.predict import Prediction
from minitensor.gpu.report import Launch
from minitensor.gpu.written import written
from minitensor.ladder import rung
from minitensor.text.code import indent

BLOCK = 128  # threads of a block
TILE = 128  # points that a block keeps in shared memory
PARAMETERS = "queries, points, moved, count, n, scale"  # scale is −1/(2h²)
LARGEST = 64  # dimensions: beyond that a thread has too few registers

DIMENSIONS = (*range(1, 9), 64)  # for which there is a `fast` in kernels.cu
CPP = cpp.CppKernels(__package__, [f"fast<{d}>" for d in DIMENSIONS])


def nothing(queries: Tensor, points: Tensor, bandwidth: float) -> float:
    """The memory of every rung here: none besides the output, whatever n is."""
    return 0.0


# --- the text of the kernels -----------------------------------------------------------------------------------------


@cache
def fused(d: int) -> Kernel:
    """``mean_shift_fused(queries, points, moved, count, n, scale)`` for d dimensions, each with a variable of its own.

    >>> print(fused(2).text)
    def mean_shift_fused(queries, points, moved, count, n, scale):
        query = cuda.grid(1)
        if query < count:
            q_0 = queries[query, 0]
            q_1 = queries[query, 1]
            sum_0 = np.float32(0)
            sum_1 = np.float32(0)
            total = np.float32(0)
            for point in range(n):
                x_0 = points[point, 0]
                x_1 = points[point, 1]
                d_0 = x_0 - q_0
                d_1 = x_1 - q_1
                weight = cuda.exp((d_0 * d_0 + d_1 * d_1) * scale)
                total += weight
                sum_0 += weight * d_0
                sum_1 += weight * d_1
            moved[query, 0] = q_0 + sum_0 / total if total > 0 else q_0
            moved[query, 1] = q_1 + sum_1 / total if total > 0 else q_1
    """
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
    """``mean_shift_tiled(...)``, as `fused`, with the points staged through shared memory.

    >>> print(tiled(2).text)
    def mean_shift_tiled(queries, points, moved, count, n, scale):
        tile = cuda.shared_memory(np.float32, 256)
        query = cuda.grid(1)  # a thread without a query fetches and waits like the others
        q_0 = queries[query, 0] if query < count else np.float32(0)
        q_1 = queries[query, 1] if query < count else np.float32(0)
        sum_0 = np.float32(0)
        sum_1 = np.float32(0)
        total = np.float32(0)
        for start in range(0, n, 128):
            for at in range(cuda.threadIdx.x, 256, 128):
                if start + at // 2 < n:
                    tile[at] = points[start + at // 2, at % 2]
            cuda.syncthreads()  # until the tile is full
            for point in range(min(128, n - start)):
                x_0 = tile[point * 2 + 0]
                x_1 = tile[point * 2 + 1]
                d_0 = x_0 - q_0
                d_1 = x_1 - q_1
                weight = cuda.exp((d_0 * d_0 + d_1 * d_1) * scale)
                total += weight
                sum_0 += weight * d_0
                sum_1 += weight * d_1
            cuda.syncthreads()  # until nobody reads it any more
        if query < count:
            moved[query, 0] = q_0 + sum_0 / total if total > 0 else q_0
            moved[query, 1] = q_1 + sum_1 / total if total > 0 else q_1
    """
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
        *(f"d_{axis} = x_{axis} - q_{axis}" for axis in axes),
        f"weight = cuda.exp(({' + '.join(f'd_{axis} * d_{axis}' for axis in axes)}) * scale)",
        "total += weight",
        *(f"sum_{axis} += weight * d_{axis}" for axis in axes),
    ]


def _finish(d: int) -> list[str]:
    return [f"moved[query, {axis}] = q_{axis} + sum_{axis} / total if total > 0 else q_{axis}" for axis in range(d)]


# --- the rungs -------------------------------------------------------------------------------------------------------


def predicted(name: str, kernel_for: Callable[[int], Kernel]) -> Callable[..., Prediction]:
    """A function of queries, points, bandwidth, gpu="RTX 3090" and ghz=None: what a rung is PREDICTED to take, by two
    blocks that are counted, the first and the last.
    """

    def of(
        queries: Tensor, points: Tensor, bandwidth: float, gpu: Any = "RTX 3090", ghz: float | None = None
    ) -> Prediction:
        return move(name, kernel_for, queries, points, bandwidth, sample=2)[1].predict(gpu, ghz)

    return of


@rung("GPU: one thread a query, weights never stored", memory=nothing, predicted=predicted("gpu_fused", fused))
def gpu_fused(queries: Tensor, points: Tensor, bandwidth: float) -> Tensor:
    """One thread a query: distance, weight and sums in one loop over the points, all in registers.

    queries : (q, d), points : (n, d), float32, d from 1 to 64, both on CuPy or both on NumPy, where a simulator runs
    it; returns (q, d), float32. The array rungs write tables of q·n numbers and read them again; here no weight is
    ever stored. Memory: nothing besides the output, so O(n). Global loads: q·(n + 1)·d, all threads of a warp the same.

    >>> import minitensor as mt
    >>> x = mt.tensor([[0.0], [2.0]], "float32")
    >>> [round(value, 4) for [value] in gpu_fused(x, x, 1.0).tolist()]
    [0.2384, 1.7616]
    """
    return move("gpu_fused", fused, queries, points, bandwidth)[0]


@rung("GPU: blocks fetch points into shared memory", memory=nothing, predicted=predicted("gpu_tiled", tiled))
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
    return move("gpu_tiled", tiled, queries, points, bandwidth)[0]


@rung("GPU: several queries a thread, exponentials in hardware", memory=nothing)
def gpu_fast(queries: Tensor, points: Tensor, bandwidth: float) -> Tensor:
    """`gpu_tiled` with several queries in each thread's registers, so that a point fetched once serves them all.

    queries : (q, d) float32 on CuPy, d being 1 to 8 or 64; points : (n, d) likewise; returns (q, d).
    bandwidth : standard deviation of the weights, in the units of the points

    The number of dimensions is a constant of the compiler, and the exponential is the hardware's own ``ex2.approx``,
    the scale folded into the coordinates beforehand. CUDA C++, for a GPU only. `kernels.cu` bounds the error: of the
    order of rounding each coordinate once, where the ladder's other rungs round every sum. A query that is more than
    13.2 bandwidths away from every point stays where it is. Points more than 1e18 bandwidths apart are beyond it.

    Memory: nothing besides the result, and a copy of an operand that is not contiguous.
    Raises DeviceError for Tensors that are not on CuPy, DTypeError, ShapeError, and InputError for a bandwidth that is
    not positive and finite.
    """
    q, d, n = checks.matrices("gpu_fast", queries, points, words=("queries", "points"), rows=True, dtype="float32")
    cpp.check_on_gpu("gpu_fast", queries=queries, points=points)
    if d not in DIMENSIONS:
        raise ShapeError(
            f"gpu_fast: queries of shape {queries.shape} have {d} columns; the kernel is compiled for 1 to 8 or 64; "
            "use gpu_tiled for others"
        )
    bandwidth = checks.distance("gpu_fast: bandwidth", bandwidth)
    if not q or not n:
        return queries.copy()
    moved = cpp.empty((q, d), like=queries)
    # The weight exp(-r²/2h²) is 2 to the power of -(scale·r)².
    scale = math.sqrt(0.5 * math.log2(math.e)) / bandwidth
    # As `Shape` in kernels.cu has it.
    queries_a_thread, threads = (4 if d <= 2 else 2, 256) if d <= 8 else (1, 128)
    blocks = -(-q // (32 * queries_a_thread))
    arrays = (queries.contiguous().array, points.contiguous().array, moved)
    CPP.launch(f"fast<{d}>", blocks, (threads,), *arrays, q, n, np.float32(scale))
    return wrap(moved)


def move(
    name: str,
    kernel_for: Callable[[int], Kernel],
    queries: Tensor,
    points: Tensor,
    bandwidth: float,
    sample: int | None = None,
) -> tuple[Tensor, Launch]:
    """Where each query moves by the kernel ``kernel_for(d)``, and the launch, for its counters.

    sample : how many blocks the simulator is to run, if not all of them; other queries move to NaN then

    Raises ShapeError, DTypeError, DeviceError or InputError where queries, points and bandwidth do not fit.
    """
    q, d, n = checks.matrices(name, queries, points, words=("queries", "points"), rows=True, dtype="float32")
    if not 1 <= d <= LARGEST:
        raise InputError(f"{name}: points have {d} dimensions; it takes from 1 to {LARGEST}")
    scale = np.float32(-0.5 / checks.distance(f"{name}: bandwidth", bandwidth) ** 2)
    moved = uninitialised((q, d), like=queries)
    blocks = max(1, -(-q // BLOCK))
    launching = kernel_for(d) if sample is None else kernel_for(d).sample(sample)
    launch = launching[blocks, BLOCK](queries.contiguous(), points.contiguous(), moved, q, n, scale)
    return moved, launch


def simulated(n: int = 256) -> list[tuple[str, Launch]]:
    """The rungs that are Python, run by the simulator on n points in two dimensions: name and counted launch.

    >>> [name for name, launch in simulated(6)]
    ['gpu_fused', 'gpu_tiled']
    """
    points = blobs(0, clusters=1, each=n, dtype="float32")[0].to("numpy")
    return [
        ("gpu_fused", move("gpu_fused", fused, points, points, 2.5)[1]),
        ("gpu_tiled", move("gpu_tiled", tiled, points, points, 2.5)[1]),
    ]
