"""The mean-shift ladder: one update of every query, from Python floats to compiled loops.

An update moves each query to the weighted mean of the data. A point at distance r weighs exp(−r²/(2h²)), h being the
bandwidth. With q queries, n points and d dimensions every rung does q·n of these weights; what changes is which tables
are made on the way, and where they live. All but the first two work in tiles, so that no table is larger than `memory`
bytes. The rungs for a GPU are in `kernels.py`.

A query that no point reaches stays where it is. Steps or centred data are summed: far from 0 no digit is lost.
"""

import math

import numpy as np

from minitensor import backend
from minitensor.cluster.coordinates import largest, squared_distances
from minitensor.cluster.meanshift import update
from minitensor.cluster.meanshift.attention import MEMORY, exp_in_place
from minitensor.cluster.meanshift.kernels import gpu_fast, gpu_fused, gpu_tiled
from minitensor.cluster.meanshift.tiles import divided, in_tiles, memory_of_tile, tiles
from minitensor.cluster.meanshift.with_numba import compiled
from minitensor.core import checks
from minitensor.core.creation import ones, tensor, zeros
from minitensor.core.tensor import Tensor
from minitensor.einsums import einsum as _einsum
from minitensor.functions import concat, stack
from minitensor.ladder import Ladder, rung


def _tuned_memory(queries: Tensor, points: Tensor, bandwidth: float, memory: int = MEMORY) -> float:
    return update.memory_held(queries.shape[0], points, memory)


def _threads_memory(queries: Tensor, points: Tensor, bandwidth: float, memory: int = MEMORY) -> float:
    return update.memory_held(queries.shape[0], points, memory, backend.of(points.array).threads())


@rung("Python floats, one pair at a time", memory=lambda q, x, h: (32 * x.shape[1] + 64) * (2 * len(q) + len(x)))
def loops(queries: Tensor, points: Tensor, bandwidth: float) -> Tensor:
    """The definition, written with Python's own numbers.

    queries : (q, d); points : (n, d); returns (q, d).
    Memory: (32·d + 64)·(n + 2q) bytes, since Python keeps each number as an object, and each point as a list.
    """
    checks.no_gradient("loops", queries, points)
    data, moved = points.tolist(), []
    for query in queries.tolist():
        total, sums = 0.0, [0.0] * len(query)
        for point in data:
            squared = 0.0
            for x, y in zip(query, point, strict=True):
                squared += (x - y) ** 2
            weight = math.exp(-squared / (2 * bandwidth**2))
            total += weight
            for axis, y in enumerate(point):
                sums[axis] += weight * (y - query[axis])
        moved.append([x + value / total for x, value in zip(query, sums, strict=True)] if total else query)
    return tensor(moved, like=points).reshape(*queries.shape)


@rung("one query against all points", memory=lambda q, x, h: (2 * x.shape[1] + 1) * len(x) * x.dtype.itemsize)
def one_point(queries: Tensor, points: Tensor, bandwidth: float) -> Tensor:
    """Broadcasting: the (d,) query is stretched over the (n, d) data, and the loop over points is gone.

    Python goes round q times. Memory: two tables of n·d numbers and the n weights.
    """
    moved = queries.copy()
    for i, query in enumerate(queries):
        steps = points - query
        weight = ((steps**2).sum(1) * (-0.5 / bandwidth**2)).exp()
        if total := weight.sum():
            moved[i] = query + (weight[:, None] * steps).sum(0) / total
    return moved


@rung("a tile of queries at once, (q, n, d)", memory=memory_of_tile(lambda d: 2 * d + 1))
def batched(queries: Tensor, points: Tensor, bandwidth: float, memory: int = MEMORY) -> Tensor:
    """Broadcasting once more: (q, 1, d) against (n, d) gives every difference of a tile in one table.

    Hardly any Python is left, yet with many points nothing is gained (tests/benchmarks/mean_shift.py): the table of
    q·n·d differences goes out to memory and comes back three times, and sums over an axis of length d = 2 keep vector
    units idle.
    Memory: (2d + 1) numbers for each pair in a tile, at most `memory` bytes.
    """

    def sums(q: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        squared = ((q[:, None, :] - x) ** 2).sum(2)
        weights = (squared * (-0.5 / bandwidth**2)).exp()
        return (weights[:, :, None] * x).sum(1), weights.sum(1)

    return in_tiles(queries, points, 2 * points.shape[1] + 1, memory, sums)


@rung("one array a coordinate, (q, n)", memory=memory_of_tile(lambda d: 2))
def columns(queries: Tensor, points: Tensor, bandwidth: float, memory: int = MEMORY) -> Tensor:
    """(qx − x0)² + (qy − x1)² + …: the axis of length d becomes d tables of shape (q, n), added up.

    Every inner loop now runs over a thousand points instead of two coordinates, which is what processors are made
    for, and no table has a d in it. The weighted sums, too, are taken a coordinate at a time.
    Memory: 2 numbers for each pair in a tile, at most `memory` bytes.
    """

    def sums(q: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        weights = squared_distances(q, x.T)
        weights *= -0.5 / bandwidth**2
        weights = exp_in_place(weights)
        return stack([(weights * x[:, axis]).sum(1) for axis in range(x.shape[1])], axis=1), weights.sum(1)

    return in_tiles(queries, points, 2, memory, sums)


@rung("both sums said as einsums", memory=memory_of_tile(lambda d: d + 2))
def einsum(queries: Tensor, points: Tensor, bandwidth: float, memory: int = MEMORY) -> Tensor:
    """``qnd,qnd->qn`` squares and sums without a table of squares; ``qn,nd->qd`` is one matrix product.

    The table of differences remains. Memory: (d + 2) numbers for each pair in a tile, at most `memory` bytes.
    """

    def sums(q: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        difference = q[:, None, :] - x
        weights = exp_in_place(_einsum("qnd,qnd->qn", difference, difference) * (-0.5 / bandwidth**2))
        return _einsum("qn,nd->qd", weights, x), weights.sum(1)

    return in_tiles(queries, points, points.shape[1] + 2, memory, sums)


@rung("attention: scores by one product, sums by another", memory=memory_of_tile(lambda d: 2))
def gemm(queries: Tensor, points: Tensor, bandwidth: float, memory: int = MEMORY) -> Tensor:
    """An update is attention: each query asks all keys, and what they weigh decides how their values are averaged.

    Softmax attention moves a query q to Σ exp(q·kᵢ) vᵢ / Σ exp(q·kᵢ). In units of the bandwidth the exponent here is
    −|q − x|²/2 = q·x − |q|²/2 − |x|²/2: the product of (q, −|q|²/2, 1) and of a point's key (x, 1, −|x|²/2). So the
    scores of a tile are one matrix product. The values are (x, 1), and the last column of the other product is the sum
    of the weights. No table has a d in it, and nearly all of the arithmetic is in matrix products, which processors do
    best.

    The price is cancellation: large numbers are subtracted to give a small one, and the error of a squared distance is
    about eps·|x|² instead of eps·|q − x|². The data are therefore centred first. In float32 on the course's six
    clusters (bandwidth 2.5) the largest error of a moved point is 2e-5, centred or not; with the data 1,000 away from
    the origin it is 1e-2 as they are and 5e-5 centred, which is what rounding the answer to float32 costs there
    anyway (tests/benchmarks/cancellation.py). Data much wider than the bandwidth are beyond centring: in float32 from
    some 30 bandwidths on, where an exponent could be off by `update.LOST`, `columns` takes the differences after all.
    Memory: 2 numbers for each pair in a tile, at most `memory` bytes, and the keys.
    """
    if not points.size or update.lost(points, update.spread(queries, points) / bandwidth) > update.LOST:
        return columns(queries, points, bandwidth, memory)
    middle, d = points.mean(0), points.shape[1]
    q, x = ((each - middle) / bandwidth for each in (queries, points))
    asking = concat([q, -0.5 * (q * q).sum(1, keepdims=True), ones((len(q), 1), like=q)], axis=1)
    keys = concat([x, ones((len(x), 1), like=x), -0.5 * (x * x).sum(1, keepdims=True)], axis=1)
    values = keys[:, : d + 1]
    sums = zeros((len(q), d + 1), like=x)
    for here, there in tiles(len(q), len(x), 2 * x.dtype.itemsize, memory):
        scores = asking[here] @ keys[there].T
        weights = scores.exp()
        sums[here] += weights @ values[there]
    return divided(sums[:, :d] * bandwidth, sums[:, d:], queries, middle)


@rung("the same, tuned to a core's cache", memory=_tuned_memory)
def gemm_tiled(queries: Tensor, points: Tensor, bandwidth: float, memory: int = MEMORY) -> Tensor:
    """The five lines of `gemm`, as `attention.py` and `update.py` do them: nothing is written down that need not be.

    What the tuning adds: the table of scores is made into weights where it lies, and the same memory serves every
    tile, which stays in a core's own cache. Weights are powers of 2 where NumPy makes those faster than powers of e.
    Exponents are cut off before a weight, or its product with a coordinate, is a subnormal number, on which some
    processors are several times slower (tests/benchmarks/claims.py): queries that feel nothing but such weights are
    done again without the cut. Keys are made for a strip of queries and for some tiles of points at a time. It knows
    every kernel.

    Memory: `memory` at most for a tile, and the keys of 4,096 queries and of some tiles of points, besides the result,
    at any n.
    """
    return update.weighted_means(queries, points, bandwidth, memory=memory, threads=1)[0]


@rung("the same, the queries shared out over the cores", memory=_threads_memory)
def threads(
    queries: Tensor, points: Tensor, bandwidth: float, memory: int = MEMORY, count: int | None = None
) -> Tensor:
    """`gemm_tiled` on several threads, each with queries of its own.

    NumPy lets go of Python's lock in products and in the exponential, so plain threads will do. Each product is so
    small that BLAS keeps it to the thread that asks for it, and a stack of them is done in one call, since threads that
    keep asking for Python's lock mostly wait for it.

    count : how many threads; as many as BLAS would take if not given, fewer for a small job, and one where the backend
        has its own
    Memory: that of `gemm_tiled` for each thread.
    """
    return update.weighted_means(queries, points, bandwidth, memory=memory, threads=count)[0]


# --- the ladder ----------------------------------------------------------------------------------------------------


def flops(queries: Tensor, points: Tensor, bandwidth: float) -> float:
    """For each pair d differences, squares and sums, one scaling, one exponential (as one) and d + 1 weighted sums."""
    q, (n, d) = queries.shape[0], points.shape
    return float(q * n * (3 * d + 2 + 2 * d + 1))


def traffic(queries: Tensor, points: Tensor, bandwidth: float) -> float:
    """The fewest bytes that must move: queries and points are read once, moved queries are written once."""
    return float((2 * queries.size + points.size) * points.dtype.itemsize)


def exps(queries: Tensor, points: Tensor, bandwidth: float) -> float:
    """One exponential for each pair."""
    return float(queries.shape[0] * points.shape[0])


def share(fraction: float, queries: Tensor, points: Tensor, bandwidth: float) -> tuple[Tensor, Tensor, float]:
    """The first queries, over all the data."""
    return queries[: max(1, round(queries.shape[0] * fraction))] if queries.shape[0] else queries, points, bandwidth


def tolerance(queries: Tensor, points: Tensor, bandwidth: float) -> float:
    """How far two correct results may be apart.

    An error e in the exponents moves a weighted mean by at most 2e times the width of the data, of which the parts
    more than a hundred bandwidths away weigh nothing. Sums add n·eps of the width, storing the result eps of its size.
    """
    if not queries.size or not points.size:
        return 0.0
    width = update.spread(queries, points)
    exponent = 2 * min(update.lost(points, width / bandwidth), update.LOST) * min(width, 100 * bandwidth)
    return exponent + float(np.finfo(points.dtype).eps) * ((len(points) + 8) * width + 8 * largest(points))


ARRAY_RUNGS = (loops, one_point, batched, columns, einsum, gemm, gemm_tiled, threads)
LADDER = Ladder("mean shift", (*ARRAY_RUNGS, compiled), flops, share, tolerance, traffic, exps)
# For float32 on CuPy.
GPU_RUNGS = (gpu_fused, gpu_tiled, gpu_fast)
GPU_LADDER = LADDER._replace(rungs=(*ARRAY_RUNGS, *GPU_RUNGS))
