"""One exact update of mean shift for any kernel, tuned as far as array functions allow.

An update moves each query to the weighted mean of the points: attention, which `attention.py` does in tiles, divided by
the sums of the weights. This file makes the keys, the values and the weights, so that no digit is lost.
"""

import math
from typing import NamedTuple

import numpy as np

from minitensor import backend
from minitensor.backend.threads import in_threads
from minitensor.cluster.coordinates import by_axis, squared_distances
from minitensor.cluster.meanshift.attention import (
    MEMORY,
    SIDE,
    TILES,
    Attention,
    Floor,
    exp_in_place,
    gaussian_keys,
    product_into,
    quiet_tile,
    sums,
)
from minitensor.core import checks
from minitensor.core.creation import ones, zeros
from minitensor.core.tensor import Tensor
from minitensor.functions import concat, maximum, sqrt, where

LOST = 1e-3  # error of an exponent above which distances are no longer taken from a product
STRIP = 4096  # queries whose keys are made at once; the keys of points are made once for all of them
WORTH = 2**24  # pairs of query and point, below which another thread costs more than it gains


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


class Weighing(NamedTuple):
    """How an update weighs: the attention, whose values are coordinates, counted in `unit` from `middle`, and then 1.

    base : the number of which the weights are powers, if they are
    """

    attention: Attention
    middle: Tensor
    unit: float
    base: float


def by_product(points: Tensor, bandwidth: float) -> Weighing:
    """Gaussian weights whose exponents come out of one matrix product.

    The keys of points are (x, 1, −|x|²/2), and (x, 1) are the values: the last column of the second product is the sum
    of the weights. Coordinates are centred, in bandwidths if weights are powers of e; powers of 2 have exponents log₂e
    times as large.
    """
    middle, d = by_axis(points, "mean"), points.shape[1]
    base = backend.of(points.array).base(points.dtype)
    unit = bandwidth * math.sqrt(math.log(base))

    def keys(x: Tensor, of_queries: bool) -> Tensor:
        return gaussian_keys((_columns(x) - middle[:, None]) / unit, of_queries)

    def of_points(x: Tensor) -> tuple[Tensor, Tensor]:
        each = keys(x, of_queries=False)
        return each, each[: d + 1].T

    def weigh(scores: Tensor, floor: Floor = None) -> Tensor:
        return exp_in_place(scores, floor, base)

    attention = Attention(lambda q: keys(q, of_queries=True).T, of_points, product_into, weigh, d + 1, 2, d + 2)
    return Weighing(attention, middle, unit, base)


def by_difference(points: Tensor, bandwidth: float, kernel: str, width: float) -> Weighing:
    """Weights from the differences of coordinates, one axis after another. No digit is lost however wide the data.

    width : what `spread` gives, in bandwidths
    """
    middle = by_axis(points, "mean")
    slack = 0.0
    if kernel == "flat":  # a point that is one bandwidth away but for the rounding of its coordinates is inside
        slack = 8 * float(np.finfo(points.dtype).eps) * (1.0 + width)
    scale = 1.0 / (bandwidth**2 * (1.0 + slack))

    def of_points(x: Tensor) -> tuple[Tensor, Tensor]:
        return _columns(x), concat([x - middle, ones((x.shape[0], 1), like=x)], axis=1)

    def score(q: Tensor, x: Tensor, table: Tensor) -> Tensor:
        u = squared_distances(q.reshape(-1, q.shape[-1]), x)
        u *= scale
        return u.reshape(*table.shape)

    d = points.shape[1]
    attention = Attention(lambda q: q, of_points, score, KERNELS[kernel], d + 1, 4, d + 1)
    return Weighing(attention, middle, 1.0, math.e)


def _columns(x: Tensor) -> Tensor:
    """(n, d) as (d, n), each coordinate's numbers side by side in memory."""
    return x.T.contiguous()


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
    Memory: `memory`, and besides the result the keys of STRIP queries and of TILES tiles of points for each thread.
    """
    checks.no_gradient("an update of mean shift", queries, points)
    (q, d), n, kind = queries.shape, points.shape[0], np.finfo(points.dtype)
    totals, moved = zeros((q, 1), like=points), queries.astype(points.dtype)
    if not q or not points.size:
        return moved, totals
    width = spread(queries, points) / bandwidth
    product = kernel == "gaussian" and lost(points, width) <= LOST
    weighing = by_product(points, bandwidth) if product else by_difference(points, bandwidth, kernel, width)
    # The least weight: it and its products with coordinates are normal numbers. It stands for all smaller ones, and
    # counts for nothing beside a total of `telling`; the few queries with less than that are done again without it.
    least = 2.0**24 * float(kind.tiny)
    floor: float | None = math.log(least, weighing.base)
    telling = n * least / float(kind.eps)
    if kernel != "gaussian" or 2 * d * width**2 < -math.log(least) or least > kind.eps:
        floor, telling = None, 0.0  # no weight is as small as that; or float16, which has no room for a floor

    def strip(start: int) -> None:
        here = slice(start, min(start + size, q))
        block = queries[here]
        found = sums(weighing.attention, block, points, memory, floor)
        if floor is not None:
            weak = found[:, d] <= telling
            if weak.any():
                found[weak] = sums(weighing.attention, block[weak], points, memory, None)
        total = found[:, d:]
        means = found[:, :d] / where(total > 0, total, 1.0) * weighing.unit + weighing.middle
        moved[here], totals[here] = where(total > 0, means, block), total

    threads = threads or cores(queries, points)
    size = min(STRIP, -(-q // threads))
    workers = min(threads, -(-q // size))
    with in_threads(workers) as each:
        list(each(strip, range(0, q, size)))
    return moved, totals


def memory_held(q: int, points: Tensor, memory: int = MEMORY, threads: int = 1) -> float:
    """Bytes that `weighted_means` of q queries holds besides its input and its result, if exponents are a product.

    Two tables, the keys and sums of a strip of queries, and the keys of some tiles of points, a thread.
    """
    (n, d), itemsize, strip = points.shape, points.dtype.itemsize, min(STRIP, q)
    of_blas = backend.of(points.array).threads()
    stacked, rows, columns = quiet_tile(strip, n, 2 * itemsize, d + 2, memory, of_blas)
    numbers = 2 * stacked * rows * columns + strip * (5 * d + 5) + TILES * columns * (3 * d + 4)
    return float(threads * itemsize * numbers)


# --- what is shared with the rungs ---------------------------------------------------------------------------------


def lost(points: Tensor, width: float) -> float:
    """How far the exponent of a Gaussian weight may be off if the distance comes from a product of centred data.

    width : what `spread` gives, in bandwidths
    """
    d = points.shape[1]
    return d * (d + 3) * float(np.finfo(points.dtype).eps) * width * width


def rounding(points: Tensor, diameter: float) -> float:
    """How far `weighted_means` may be off, in bandwidths, for queries that start on the points, by its own rounding.

    diameter : of the data, in bandwidths

    Exponents are off by e = `LOST` at most if from a product, else by (d + 4)·eps of themselves, which is less; that
    moves the mean by 2e·√(E r²) at most, and E r² is 2·ln(n + 1) at most, as a point itself weighs 1 (`frame.py`). The
    sums of a tile, and of the tiles, lose eps for each number in them.
    """
    n, eps = points.shape[0], float(np.finfo(points.dtype).eps)
    exponent = min(lost(points, diameter), LOST) + (points.shape[1] + 4) * eps * math.log(n + 1)
    return 2 * exponent * math.sqrt(2 * math.log(n + 1)) + (min(n, SIDE) + n / SIDE + 8) * eps * diameter


def spread(queries: Tensor, points: Tensor) -> float:
    """The largest coordinate of queries and points, seen from the mean of the points. No table is made."""
    if not queries.size or not points.size:
        return 0.0
    middle, both = by_axis(points, "mean"), (queries, points)
    return max(*((by_axis(x, "max") - middle).max().item() for x in both),
               *((middle - by_axis(x, "min")).max().item() for x in both))  # fmt: skip


def cores(queries: Tensor, points: Tensor, worth: int = WORTH) -> int:
    """How many threads to use: as many as BLAS would take, but one for each `worth` pairs at most."""
    return min(backend.of(points.array).threads(), 1 + queries.shape[0] * points.shape[0] // worth)
