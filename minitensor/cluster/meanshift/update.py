"""One exact update of mean shift for any kernel, as fast as array functions go: attention in tiles.

An update moves each query to the weighted mean of the points. That is attention: queries and points have *keys*, from
which come the weights, and the points have *values*, of which the weighted sums are taken. `weighted_means` makes keys
and values so that next to all of the work is one matrix product, one exponential in place, and one product more.
"""

import math
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np

from minitensor import backend
from minitensor.backend.threads import in_threads
from minitensor.core.creation import full, ones, zeros
from minitensor.core.tensor import Tensor, wrap
from minitensor.functions import concat, maximum, sqrt, stack, where

MEMORY = 2**20  # bytes of the tables of one tile: they stay in a core's own cache, which is 3 to 10 times faster
LOST = 1e-3  # error of an exponent above which distances are no longer taken from a product
COLUMNS = 1024  # points in a tile of a plain rung at most, so that there are queries enough for a matrix product
SIDE = 512  # points in a tile of those below
STRIP = 4096  # queries whose keys are made at once; the keys of points are made once for all of them
TILES = 16  # of points, whose keys are made at once
QUIET = 2**18  # multiplications up to which OpenBLAS does not wake its threads, which costs more than they gain here
PAIRS = 2**13  # in a tile at least, even if BLAS then wakes them
WORTH = 2**24  # pairs of query and point, below which another thread costs more than it gains
FEW = 8  # dimensions, up to which NumPy is faster a coordinate at a time

Floor = Tensor | float | None  # the least exponent, or a table of it


def _gaussian(u: Tensor, floor: Floor = None) -> Tensor:
    """exp(−u/2)."""
    u *= -0.5
    return exp_in_place(u, floor)


def _flat(u: Tensor, floor: Floor = None) -> Tensor:
    """1 up to one bandwidth, 0 beyond."""
    return (u <= 1.0).astype(u.dtype)


def _triangular(u: Tensor, floor: Floor = None) -> Tensor:
    """1 at the query, falling straight to 0 at one bandwidth."""
    return maximum(1.0 - sqrt(u), 0.0)


# What a point weighs, given u = (distance/bandwidth)²; the table u may be overwritten.
KERNELS = {"gaussian": _gaussian, "flat": _flat, "triangular": _triangular}


class Way(NamedTuple):
    """How weights are made.

    of_queries : (q, d) queries to their keys, (q, k)
    of_points : (n, d) points to their keys, (k, n), and values, (n, d + 1): coordinates in the middle, and 1
    weights : keys of a stack of queries, (s, q, k), and of points, (k, n), the floor of an exponent, and memory for a
        table, to the weights, (s, q, n)
    middle : (d,), what the values are counted from
    base : of which the weights are powers
    unit : how large 1 is in the values
    tables : how many numbers it holds at once for each pair of query and point
    multiplications : in a matrix product, for each pair
    """

    of_queries: Callable[[Tensor], Tensor]
    of_points: Callable[[Tensor], tuple[Tensor, Tensor]]
    weights: Callable[[Tensor, Tensor, Floor, Tensor], Tensor]
    middle: Tensor
    base: float
    unit: float
    tables: int
    multiplications: int


def by_product(points: Tensor, bandwidth: float) -> Way:
    """Gaussian weights whose exponents come out of one matrix product.

    −|q − x|²/2 = q·x − |q|²/2 − |x|²/2 is the product of (q, −|q|²/2, 1) and (x, 1, −|x|²/2), so nothing has to be
    added to the table, and (x, 1) are the values: the last column of the second product is the sum of the weights.
    Coordinates are centred, in bandwidths if weights are powers of e; powers of 2 have exponents log₂e times as large.
    """
    middle, d = by_axis(points, "mean"), points.shape[1]
    base = backend.of(points.array).base(points.dtype)
    unit = bandwidth * math.sqrt(math.log(base))

    def keys(x: Tensor, of_query: bool) -> Tensor:
        centred = (_columns(x) - middle[:, None]) / unit
        half = (centred * centred).sum(0)[None, :] * -0.5
        with backend.use_backend(x.backend):
            one = ones(half.shape, x.dtype)
        return concat([centred, half, one] if of_query else [centred, one, half])

    def of_points(x: Tensor) -> tuple[Tensor, Tensor]:
        each = keys(x, False)
        return each, each[: d + 1].T

    def weights(q: Tensor, x: Tensor, floor: Floor, table: Tensor) -> Tensor:
        lib = backend.of(table.array)
        return exp_in_place(wrap(lib.matmul_into(q.array, x.array, table.array)), floor, base)

    return Way(lambda q: keys(q, True).T, of_points, weights, middle, base, unit, 2, d + 2)


def by_difference(points: Tensor, bandwidth: float, kernel: str) -> Way:
    """Weights from the differences of coordinates, one axis after another. No digit is lost however wide the data."""
    middle, weigh = by_axis(points, "mean"), KERNELS[kernel]
    slack = 0.0
    if kernel == "flat":  # a point that is one bandwidth away but for the rounding of its coordinates is inside
        slack = 8 * float(np.finfo(points.dtype).eps) * (1.0 + largest(points) / bandwidth)
    scale = 1.0 / (bandwidth**2 * (1.0 + slack))

    def of_points(x: Tensor) -> tuple[Tensor, Tensor]:
        with backend.use_backend(x.backend):
            return _columns(x), concat([x - middle, ones((x.shape[0], 1), x.dtype)], axis=1)

    def weights(q: Tensor, x: Tensor, floor: Floor, table: Tensor) -> Tensor:
        u = squared_distances(q.reshape(-1, q.shape[-1]), x)
        u *= scale
        return weigh(u.reshape(*table.shape), floor)

    return Way(lambda q: q, of_points, weights, middle, math.e, 1.0, 4, points.shape[1] + 1)


def _columns(x: Tensor) -> Tensor:
    """(n, d) as (d, n), each coordinate's numbers side by side in memory."""
    return wrap(backend.of(x.array).contiguous(x.T.array))


def weighted_means(
    queries: Tensor,
    points: Tensor,
    bandwidth: float,
    kernel: str = "gaussian",
    memory: int = MEMORY,
    threads: int | None = None,
) -> tuple[Tensor, Tensor]:
    """Where each query moves, (q, d), and the sum of its weights, (q, 1): the density there, but for a constant.

    queries : (q, d); points : (n, d); kernel : a name in KERNELS
    memory : bytes of the tables of each thread
    threads : how many; what `cores` says if not given

    Exponents of the Gaussian come from a product (`by_product`) unless the data are so wide that one could be off by
    `LOST`. The flat and the triangular kernel have an edge and a point, where rounding shows: their distances are
    always taken from differences. A query that no point reaches stays where it is.
    Memory: `memory`, and beside the result the keys of STRIP queries and of TILES tiles of points for each thread.
    """
    (q, d), n, kind = queries.shape, points.shape[0], np.finfo(points.dtype)
    with backend.use_backend(points.backend):
        totals = zeros((q, 1), points.dtype)
    moved = queries.astype(points.dtype)
    if not q or not points.size:
        return moved, totals
    width = spread(queries, points) / bandwidth
    product = kernel == "gaussian" and lost(points, width) <= LOST
    way = by_product(points, bandwidth) if product else by_difference(points, bandwidth, kernel)
    # The least weight: it and its products with coordinates are normal numbers. It stands for all smaller ones, and
    # counts for nothing beside a total of `telling`; the few queries with less than that are done again without it.
    least = 2.0**24 * float(kind.tiny)
    floor: float | None = math.log(least, way.base)
    telling = n * least / float(kind.eps)
    if kernel != "gaussian" or 2 * d * width**2 < -math.log(least) or least > kind.eps:
        floor, telling = None, 0.0  # no weight is as small as that; or float16, which has no room for a floor

    def strip(start: int) -> None:
        here = slice(start, min(start + size, q))
        block = queries[here]
        sums = _sums(way, block, points, memory, floor)
        if floor is not None:
            weak = sums[:, d] <= telling
            if weak.any():
                sums[weak] = _sums(way, block[weak], points, memory, None)
        total = sums[:, d:]
        means = sums[:, :d] / where(total > 0, total, 1.0) * way.unit + way.middle
        moved[here], totals[here] = where(total > 0, means, block), total

    threads = threads or cores(queries, points)
    size = min(STRIP, -(-q // threads))
    workers = min(threads, -(-q // size))
    with in_threads(workers) as each:
        list(each(strip, range(0, q, size)))
    return moved, totals


def _sums(way: Way, queries: Tensor, points: Tensor, memory: int, floor: float | None) -> Tensor:
    """Weighted sums of the values over all points, (q, d + 1)."""
    (q, d), n, itemsize = queries.shape, points.shape[0], points.dtype.itemsize
    lib = backend.of(points.array)
    stack, rows, columns = quiet_tile(q, n, way.tables * itemsize, way.multiplications, memory, lib.threads())
    pairs = stack * rows * columns
    with backend.use_backend(points.backend):
        room, part = zeros((pairs,), points.dtype), zeros((stack * rows * (d + 1),), points.dtype)
        # NumPy compares with a table of floors in half the time that it takes with a number.
        floors = None if floor is None else full((pairs,), floor, points.dtype)

    @cache
    def tables(*shape: int) -> tuple[Tensor, Tensor | None, Tensor]:
        """For weights, for floors and for sums: the same memory for every tile, in the shape of this one."""
        size, some = math.prod(shape), (*shape[:-1], d + 1)
        least = None if floors is None else floors[:size].reshape(*shape)
        return room[:size].reshape(*shape), least, part[: math.prod(some)].reshape(*some)

    of_queries = way.of_queries(queries)
    blocks, sums, done = [], [], 0
    while done < q:
        shape = min(stack, (q - done) // rows) or 1, min(rows, q - done)
        here = slice(done, done + math.prod(shape))
        with backend.use_backend(points.backend):
            sums.append(zeros((*shape, d + 1), points.dtype))
        blocks.append(of_queries[here].reshape(*shape, of_queries.shape[1]))
        done = here.stop
    for start in range(0, n, TILES * columns):
        keys, values = way.of_points(points[start : min(start + TILES * columns, n)])
        ends = range(0, keys.shape[1], columns)
        tiles = [
            (keys[:, j : min(j + columns, keys.shape[1])], values[j : min(j + columns, keys.shape[1])]) for j in ends
        ]
        for block, into in zip(blocks, sums, strict=True):
            for some, value in tiles:
                table, least, more = tables(*block.shape[:2], some.shape[1])
                weights = way.weights(block, some, least, table)
                # Not with @: that would make one large product of the stack, for which BLAS would wake its threads.
                into += wrap(lib.matmul_into(weights.array, value.array, more.array))
    return concat([each.reshape(-1, d + 1) for each in sums])


# --- what is shared with the rungs ---------------------------------------------------------------------------------


def squared_distances(queries: Tensor, points: Tensor) -> Tensor:
    """|q − x|² for each pair of (q, d) queries and (d, n) points, (q, n). Memory: two tables of q·n numbers."""
    table = queries[:, 0][:, None] - points[0]
    table *= table
    for axis in range(1, points.shape[0]):
        difference = queries[:, axis][:, None] - points[axis]
        difference *= difference
        table += difference
    return table


def exp_in_place(x: Tensor, floor: Floor = None, base: float = math.e) -> Tensor:
    """e, or 2, to the power of every element, or of `floor` if that is larger, written over it."""
    return wrap(backend.of(x.array).exp_in_place(x.array, floor.array if isinstance(floor, Tensor) else floor, base))


def lost(points: Tensor, width: float) -> float:
    """How far the exponent of a Gaussian weight may be off if the distance comes from a product of centred data.

    width : what `spread` gives, in bandwidths
    """
    d = points.shape[1]
    return d * (d + 3) * float(np.finfo(points.dtype).eps) * width * width


def spread(queries: Tensor, points: Tensor) -> float:
    """The largest coordinate of queries and points, seen from the mean of the points. No table is made."""
    if not queries.size or not points.size:
        return 0.0
    middle, both = by_axis(points, "mean"), (queries, points)
    return max(*((by_axis(x, "max") - middle).max().item() for x in both),
               *((middle - by_axis(x, "min")).max().item() for x in both))  # fmt: skip


def by_axis(x: Tensor, name: str) -> Tensor:
    """The "mean", "max" or "min" of each coordinate, (d,), a coordinate at a time where there are few.

    NumPy goes through (n, 2) row by row, which takes it 20 times as long.
    """
    if x.shape[1] > FEW:
        return getattr(x, name)(0)
    return stack([getattr(x[:, axis], name)() for axis in range(x.shape[1])])


def largest(x: Tensor) -> float:
    """The largest coordinate, without its sign. No table is made."""
    return max(float(x.max().item()), -float(x.min().item()))


def cores(queries: Tensor, points: Tensor, worth: int = WORTH) -> int:
    """How many threads are worth their while: as many as BLAS would take, one for each `worth` pairs."""
    return min(backend.of(points.array).threads(), 1 + queries.shape[0] * points.shape[0] // worth)


def tile(q: int, n: int, bytes_per_pair: int, memory: int) -> tuple[int, int]:
    """How many queries and points make a tile of at most `memory` bytes."""
    pairs = max(1, memory // bytes_per_pair)
    columns = max(1, min(n, pairs, COLUMNS))
    return max(1, min(q, pairs // columns)), columns


def quiet_tile(
    q: int, n: int, bytes_per_pair: int, multiplications: int, memory: int, threads: int
) -> tuple[int, int, int]:
    """How many queries and points make a tile nearer to a square, and how many of those a stack of `memory` bytes.

    If BLAS has several threads, a tile is so small that it leaves the product to the thread that asks. One call of
    NumPy's does a stack of products without Python's lock, so that threads seldom wait for each other.
    """
    pairs = one = max(1, memory // bytes_per_pair)
    if threads > 1:
        one = min(pairs, max(PAIRS, QUIET // multiplications))
    columns = max(1, min(n, one, max(min(SIDE, one // 64), one // max(q, 1))))
    rows = max(1, min(q, one // columns))
    return max(1, min(pairs // (rows * columns), q // rows)), rows, columns
