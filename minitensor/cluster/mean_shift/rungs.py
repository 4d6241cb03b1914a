"""The mean-shift ladder: one update of every query, from Python floats to matrix products.

An update moves each query to the weighted mean of the data. A point at distance r weighs exp(−r²/(2h²)), h being the
bandwidth. With q queries, n points and d dimensions every rung does q·n of these weights; what changes is where the
intermediate tables live. All but the first two work in tiles, so that no table is larger than `memory` bytes.

A query that no point reaches, because every weight rounds to 0, stays where it is.
"""

import math
from collections.abc import Callable

import numpy as np

from minitensor import backend
from minitensor.einsum import einsum as _einsum
from minitensor.functions import maximum, sqrt, where
from minitensor.ladder import Ladder, rung
from minitensor.tensor import Tensor, wrap, zeros

MEMORY = 2**20  # bytes of the tables of one tile: they stay in a core's own cache, which is 3 to 10 times faster
LOST = 1e-3  # error of an exponent above which distances are no longer taken from a product
COLUMNS = 1024  # points in a tile at most, so that there are queries enough to make a matrix product worth it


def _tile_memory(tables: Callable[[int], int]) -> Callable[..., float]:
    """The memory formula of a tiled rung whose tile holds ``tables(d)`` numbers for each pair of query and point."""

    def memory(queries: Tensor, points: Tensor, bandwidth: float, memory: int = MEMORY) -> float:
        q, n, d = queries.shape[0], *points.shape
        rows, columns = _tile(q, n, tables(d) * points.dtype.itemsize, memory)
        return float(rows * columns * tables(d) * points.dtype.itemsize)

    return memory


@rung("Python floats, one pair at a time", memory=lambda q, x, h: (32 * x.shape[1] + 64) * (2 * len(q) + len(x)))
def loops(queries: Tensor, points: Tensor, bandwidth: float) -> Tensor:
    """The definition, written with Python's own numbers.

    queries : (q, d); points : (n, d); returns (q, d).
    Memory: (32·d + 64)·(n + 2q) bytes, since Python keeps each number as an object, and each point as a list.
    """
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
                sums[axis] += weight * y
        moved.append([value / total for value in sums] if total else query)
    return wrap(backend.of(points.array).asarray(moved, points.dtype)).reshape(*queries.shape)


@rung("one query against all points", memory=lambda q, x, h: (2 * x.shape[1] + 1) * len(x) * x.dtype.itemsize)
def one_point(queries: Tensor, points: Tensor, bandwidth: float) -> Tensor:
    """Broadcasting: the (d,) query is stretched over the (n, d) data, and the loop over points is gone.

    Python runs q times round. Memory: two tables of n·d numbers and the n weights.
    """
    moved = queries.copy()
    for i, query in enumerate(queries):
        weight = (((points - query) ** 2).sum(1) * (-0.5 / bandwidth**2)).exp()
        total = weight.sum()
        if total:
            moved[i] = (weight[:, None] * points).sum(0) / total
    return moved


@rung("a tile of queries at once, (q, n, d)", memory=_tile_memory(lambda d: 2 * d + 1))
def batched(queries: Tensor, points: Tensor, bandwidth: float, memory: int = MEMORY) -> Tensor:
    """Broadcasting once more: (q, 1, d) against (n, d) gives every difference of a tile in one table.

    Hardly any Python is left, yet the gain is small: the table of q·n·d differences goes out to memory and comes
    back three times, and sums over an axis of length d = 2 keep vector units idle.
    Memory: (2d + 1) numbers for each pair in a tile, at most `memory` bytes.
    """

    def sums(q: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        squared = ((q[:, None, :] - x) ** 2).sum(2)
        weights = (squared * (-0.5 / bandwidth**2)).exp()
        return (weights[:, :, None] * x).sum(1), weights.sum(1)

    return _tiled(queries, points, 2 * points.shape[1] + 1, memory, sums)[0]


@rung("both sums said as einsums", memory=_tile_memory(lambda d: d + 2))
def einsum(queries: Tensor, points: Tensor, bandwidth: float, memory: int = MEMORY) -> Tensor:
    """``qnd,qnd->qn`` squares and sums without a table of squares; ``qn,nd->qd`` is one matrix product.

    The table of differences remains. Memory: (d + 2) numbers for each pair in a tile, at most `memory` bytes.
    """

    def sums(q: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        difference = q[:, None, :] - x
        weights = _exp(_einsum("qnd,qnd->qn", difference, difference) * (-0.5 / bandwidth**2))
        return _einsum("qn,nd->qd", weights, x), weights.sum(1)

    return _tiled(queries, points, points.shape[1] + 2, memory, sums)[0]


@rung("|q|² + |x|² − 2q·x: distances by a product", memory=_tile_memory(lambda d: 2))
def gemm(queries: Tensor, points: Tensor, bandwidth: float, memory: int = MEMORY) -> Tensor:
    """|q − x|² = |q|² + |x|² − 2q·x, so the distances too come from one matrix product; no table has a d in it.

    The price is cancellation: two large numbers are subtracted to give a small one, and the error of the squared
    distance is about eps·|x|² instead of eps·|q − x|². The data are therefore centred first. Measured in float32 on
    the course's six clusters (bandwidth 2.5, largest error of a moved point): 2e-5 as they are, 8e-6 centred; with
    the data 1,000 away from the origin 1e-2 as they are, 5e-5 centred, which is what rounding the answer to float32
    costs there anyway (tests/benchmarks/cancellation.py). Data much wider than the bandwidth are beyond centring: in
    float32 from some 30 bandwidths on, where an exponent could be off by `LOST`, the differences are taken after all.
    Memory: 2 numbers for each pair in a tile, or d + 3 for differences, at most `memory` bytes.
    """
    return weighted_means(queries, points, bandwidth, "gaussian", memory)[0]


# --- what the rungs share ------------------------------------------------------------------------------------------


def _gaussian(u: Tensor) -> Tensor:
    """exp(−u/2)."""
    u *= -0.5
    return _exp(u)


def _flat(u: Tensor) -> Tensor:
    """1 up to one bandwidth, 0 beyond."""
    return (u <= 1.0).astype(u.dtype)


def _triangular(u: Tensor) -> Tensor:
    """1 at the query, falling straight to 0 at one bandwidth."""
    return maximum(1.0 - sqrt(u), 0.0)


# What a point weighs, given u = (distance/bandwidth)²; the table u may be overwritten.
KERNELS = {"gaussian": _gaussian, "flat": _flat, "triangular": _triangular}


def weighted_means(
    queries: Tensor, points: Tensor, bandwidth: float, kernel: str = "gaussian", memory: int = MEMORY
) -> tuple[Tensor, Tensor]:
    """The rung `gemm` for any kernel: where each query moves, (q, d), and the sum of its weights, (q, 1).

    That sum is the density of the data at the query, but for a constant. The flat and the triangular kernel have an
    edge and a point, where rounding shows: their distances are always taken from differences.
    """
    middle, weigh = points.mean(0), KERNELS[kernel]
    by_product = kernel == "gaussian" and _lost(queries, points, bandwidth) <= LOST
    slack = 0.0
    if kernel == "flat":  # a point that is one bandwidth away but for the rounding of its coordinates is inside
        slack = 8 * float(np.finfo(points.dtype).eps) * (1.0 + _largest(points) / bandwidth)

    def sums_by_product(q: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        u = (q * -2.0) @ x.T
        u += _einsum("qd,qd->q", q, q)[:, None]
        u += _einsum("nd,nd->n", x, x)
        weights = weigh(maximum(u, 0.0))  # rounding may leave a squared distance a little below 0
        return weights @ x, weights.sum(1)

    def sums_by_difference(q: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        difference = q[:, None, :] - x
        u = _einsum("qnd,qnd->qn", difference, difference)
        u /= bandwidth**2 * (1.0 + slack)
        weights = weigh(u)
        return weights @ (x - middle), weights.sum(1)

    if by_product:
        # In units of the bandwidth, so that no table has to be scaled.
        centred, data = ((x - middle) / bandwidth for x in (queries, points))
        means, totals = _tiled(centred, data, 2, memory, sums_by_product)
        return means * bandwidth + middle, totals
    means, totals = _tiled(queries, points, points.shape[1] + 3, memory, sums_by_difference)
    return where(totals > 0, means + middle, queries), totals


def _lost(queries: Tensor, points: Tensor, bandwidth: float) -> float:
    """How far the exponent of a Gaussian weight may be off if the distance comes from a product of centred data."""
    if not queries.size:
        return 0.0
    d, width = points.shape[1], max(_largest(x - points.mean(0)) for x in (queries, points)) / bandwidth
    return d * (d + 3) * float(np.finfo(points.dtype).eps) * width * width


def _largest(x: Tensor) -> float:
    return float(abs(x).max().item())


def _tiled(
    queries: Tensor,
    points: Tensor,
    tables: int,
    memory: int,
    sums: Callable[[Tensor, Tensor], tuple[Tensor, Tensor]],
) -> tuple[Tensor, Tensor]:
    """Weighted means and total weights from ``sums(tile of queries, tile of points)``, which gives their two parts.

    tables : how many numbers a tile holds for each pair of query and point
    """
    (q, d), n = queries.shape, points.shape[0]
    rows, columns = _tile(q, n, tables * points.dtype.itemsize, memory)
    with backend.use_backend(points.backend):
        weighted, totals = zeros((q, d), points.dtype), zeros((q, 1), points.dtype)
    for i in range(0, q, rows):
        here = slice(i, min(i + rows, q))
        block, into_weighted, into_totals = queries[here], weighted[here], totals[here]
        for j in range(0, n, columns):
            part, weights = sums(block, points[j : min(j + columns, n)])
            into_weighted += part
            into_totals += weights[:, None]
    return where(totals > 0, weighted / where(totals > 0, totals, 1.0), queries), totals


def _tile(q: int, n: int, bytes_per_pair: int, memory: int) -> tuple[int, int]:
    """How many queries and points make a tile of at most `memory` bytes."""
    pairs = max(1, memory // bytes_per_pair)
    columns = max(1, min(n, pairs, COLUMNS))
    return max(1, min(q, pairs // columns)), columns


def _exp(x: Tensor) -> Tensor:
    """e to the power of every element, written over it."""
    return wrap(backend.of(x.array).exp_in_place(x.array))


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
    more than a hundred bandwidths away weigh nothing. Sums of n weights add n·eps of the largest coordinate at worst.
    """
    if not queries.size:
        return 0.0
    width = max(_largest(x - points.mean(0)) for x in (queries, points))
    exponent = 2 * min(_lost(queries, points, bandwidth), LOST) * min(width, 100 * bandwidth)
    return exponent + float(np.finfo(points.dtype).eps) * (len(points) + 8) * (_largest(points) + width)


LADDER = Ladder("mean shift", (loops, one_point, batched, einsum, gemm), flops, share, tolerance, traffic, exps)
