"""The k-means ladder: one step of Lloyd's algorithm, from Python floats to threads.

A step gives each of n points to the nearest of k centres, of equally near ones to the first, and moves each centre to
the mean of its points; a centre without points stays. Every rung compares n·k pairs; what changes is which tables are
made on the way, and where they live. The rungs for a GPU are in `kernels.py`.
"""

from collections.abc import Callable

import numpy as np

from minitensor import backend
from minitensor.cluster.coordinates import largest
from minitensor.cluster.kmeans.assignment import Assignment
from minitensor.cluster.kmeans.kernels import gpu_assign, gpu_fused, gpu_shared
from minitensor.cluster.kmeans.lloyd import TABLE, TILE, centers_given, coordinates
from minitensor.cluster.kmeans.steps import WORTH, on_threads
from minitensor.core import checks
from minitensor.core.counting import arange
from minitensor.core.creation import tensor, zeros
from minitensor.core.tensor import Tensor
from minitensor.functions import argmin, where
from minitensor.ladder import Ladder, rung

PAIRS = 2**17  # of a point and a centre in a tile of the plain rungs


def _rows(k: int) -> int:
    """Points in a tile of the plain rungs."""
    return max(1, PAIRS // max(k, 1))


def _pairs(points: Tensor, centers: Tensor) -> int:
    return min(len(points), _rows(len(centers))) * len(centers) * points.dtype.itemsize


def _objects(points: Tensor, centers: Tensor) -> float:
    """Python keeps each number as an object, and each point as a list."""
    return (32.0 * points.shape[1] + 64) * (len(points) + 2 * len(centers))


@rung("Python floats, one pair at a time", memory=_objects)
def loops(points: Tensor, centers: Tensor) -> Tensor:
    """The definition, written with Python's own numbers.

    points : (n, d); centers : (k, d); returns (k, d). Memory: (32·d + 64)·(n + 2k) bytes.
    """
    checks.no_gradient("loops", points, centers)
    places = centers.tolist()
    sums, counts = [[0.0] * len(place) for place in places], [0] * len(places)
    for point in points.tolist():
        nearest, least = 0, float("inf")
        for number, place in enumerate(places):
            squared = 0.0
            for x, c in zip(point, place, strict=True):
                squared += (x - c) ** 2
            if squared < least:
                nearest, least = number, squared
        counts[nearest] += 1
        for axis, x in enumerate(point):
            sums[nearest][axis] += x - places[nearest][axis]
    moved = [
        [c + total / count for c, total in zip(place, each, strict=True)] if count else place
        for place, each, count in zip(places, sums, counts, strict=True)
    ]
    return tensor(moved, like=centers).reshape(*centers.shape)


@rung("all differences of a tile at once, (t, k, d)", memory=lambda x, c: (2 * x.shape[1] + 1) * _pairs(x, c))
def broadcasting(points: Tensor, centers: Tensor) -> Tensor:
    """(t, 1, d) against (k, d) gives every difference of a tile in one table, and the loops over points are gone.

    The sums are taken one centre at a time, over the points that are its own. Memory: (2d + 1) numbers for each pair in
    a tile.
    """

    def labels(x: Tensor, c: Tensor) -> Tensor:
        return argmin(((x[:, None, :] - c) ** 2).sum(2), axis=1)

    def sums(x: Tensor, label: Tensor, k: int) -> tuple[Tensor, Tensor]:
        total, count = zeros((k, x.shape[1]), "float64", like=x), zeros(k, "float64", like=x)
        for number in range(k):
            own = label == number
            total[number], count[number] = x[own].sum(0).astype("float64"), own.astype("float64").sum()
        return total, count

    return _in_tiles("broadcasting", points, centers, labels, sums)


@rung("scores by one product, sums by another", memory=lambda x, c: 3 * _pairs(x, c))
def gemm(points: Tensor, centers: Tensor) -> Tensor:
    """|x − c|² = |x|² + 2·(|c|²/2 − x·c): |x|² is the same for all centres, so what is left decides, and is a product.

    With ones where a point has its nearest centre and zeros elsewhere, (t, k), the sums are a product too, though k − 1
    of k of its multiplications are by 0. No table has a d in it. The price is cancellation: the error of a squared
    distance is about eps·|x|² instead of eps·|x − c|². The data are therefore centred first.
    Memory: 3 numbers for each pair in a tile.
    """

    def labels(x: Tensor, c: Tensor) -> Tensor:
        return argmin((c * c).sum(1) * 0.5 - x @ c.T, axis=1)

    def sums(x: Tensor, label: Tensor, k: int) -> tuple[Tensor, Tensor]:
        own = (label[:, None] == arange(k, dtype="int64", like=x)).astype(x.dtype)
        return (own.T @ x).astype("float64"), own.astype("float64").sum(0)

    return _in_tiles("gemm", points, centers, labels, sums)


def _tiled_memory(points: Tensor, centers: Tensor, workers: int = 1) -> float:
    """The points as coordinates, their labels, and a table of scores with its marks on each thread."""
    rows = min(len(points), TILE)
    return float(points.size * points.dtype.itemsize + len(points) + workers * (TABLE + rows * (len(centers) + 8 * 8)))


@rung("the same, coordinates side by side, nearest by marks", memory=_tiled_memory)
def tiled(points: Tensor, centers: Tensor) -> Tensor:
    """`gemm` turned round: a table of scores is (k, t), with thousands of points in a row, and so are the points.

    The least of k numbers is then k − 1 minima of long rows, which processors take many at a time, and the nearest
    centre is found by marks where a row equals the least (`NumPyBackend.lowest`), in place of an `argmin` along rows of
    k. One table serves all tiles. Sums go point by point to their centre instead of through a product of zeros.
    Memory: a copy of the points, a label each, and a table of 4 MiB at most.
    """
    return _by_assignment("tiled", points, centers, 1)


@rung(
    "the same, the tiles shared out over the cores",
    memory=lambda x, c: _tiled_memory(x, c, backend.of(x.array).threads()),
)
def threads(points: Tensor, centers: Tensor, count: int | None = None) -> Tensor:
    """`tiled` on several threads, each with tiles of its own. NumPy lets go of Python's lock while it computes.

    count : how many threads; as many as BLAS takes if not given, fewer for a small job
    """
    most = min(backend.of(points.array).threads(), 1 + points.shape[0] * centers.shape[0] // WORTH)
    return _by_assignment("threads", points, centers, count or most)


def _in_tiles(
    name: str,
    points: Tensor,
    centers: Tensor,
    labels: Callable[[Tensor, Tensor], Tensor],
    sums: Callable[[Tensor, Tensor, int], tuple[Tensor, Tensor]],
) -> Tensor:
    """New centres from ``labels(tile, centers)`` and ``sums(tile, its labels, k)``, both on centred data."""
    n, _, k = checks.matrices(name, points, centers, words=("points", "centers"), rows=True)
    checks.no_gradient(name, points, centers)
    centers_given(k)
    middle = centers.mean(0)
    around = centers - middle
    total, count = zeros(centers.shape, "float64", like=centers), zeros(k, "float64", like=centers)
    for start in range(0, n, _rows(k)):
        x = points[start : min(start + _rows(k), n)] - middle
        part, held = sums(x, labels(x, around), k)
        total, count = total + part, count + held
    return _means(total, count, centers, middle)


def _by_assignment(name: str, points: Tensor, centers: Tensor, count: int) -> Tensor:
    n, _, k = checks.matrices(name, points, centers, words=("points", "centers"), rows=True)
    checks.no_gradient(name, points, centers)
    centers_given(k)
    if not n:
        return centers.copy()
    middle = centers.mean(0)
    with on_threads(count) as each:
        state = Assignment(coordinates(points, middle), k, bounds=False, threads=count, each=each)
        state.update(centers - middle)
    return _means(state.sums, state.counts, centers, middle)


def _means(sums: Tensor, counts: Tensor, centers: Tensor, middle: Tensor) -> Tensor:
    """The means, moved back by `middle`; a centre without points stays."""
    means = sums / where(counts > 0, counts, 1.0)[:, None] + middle.astype("float64")
    return where((counts > 0)[:, None], means.astype(centers.dtype), centers)


# --- the ladder ----------------------------------------------------------------------------------------------------


def flops(points: Tensor, centers: Tensor) -> float:
    """For each pair d differences, squares and sums; for each point d sums."""
    (n, d), k = points.shape, centers.shape[0]
    return float(n * (3 * k * d + d))


def traffic(points: Tensor, centers: Tensor) -> float:
    """The fewest bytes that must move: points and centres are read once, new centres are written once."""
    return float((points.size + 2 * centers.size) * points.dtype.itemsize)


def share(fraction: float, points: Tensor, centers: Tensor) -> tuple[Tensor, Tensor]:
    """The first points, and all centres."""
    return points[: max(1, round(len(points) * fraction))] if len(points) else points, centers


def tolerance(points: Tensor, centers: Tensor) -> Tensor:
    """How far two correct results may be apart, for each centre: (k, 1).

    Where rounding decides to which of two centres a point goes, both are right. m such points move the mean of s others
    by m/(s + m) of the width of the data at most. Sums add eps for each number in them, and storing the result another.
    """
    (n, d), k = points.shape, len(centers)
    if not n or not k:
        return zeros((k, 1), "float64", like=centers)
    middle, eps = centers.mean(0), float(np.finfo(points.dtype).eps)
    around, far = (centers - middle).astype("float64"), max(largest(centers - middle), largest(points - middle))
    surely, maybe = (zeros(k, "float64", like=centers) for _ in range(2))
    doubt = 8 * (d + 8) * eps * d * far**2
    for start in range(0, n, _rows(k * d)):
        x = (points[start : min(start + _rows(k * d), n)] - middle).astype("float64")
        squared = ((x[:, None, :] - around) ** 2).sum(2)
        near = (squared <= squared.min(1, keepdims=True) + doubt).astype("float64")
        alone = (near.sum(1, keepdims=True) == 1).astype("float64")
        surely, maybe = surely + (near * alone).sum(0), maybe + (near * (1 - alone)).sum(0)
    rounded = eps * ((min(n, TILE) + 8) * 2 * far + 8 * max(largest(points), largest(centers)))
    return (maybe / where(maybe + surely > 0, maybe + surely, 1.0) * 4 * d * far + rounded)[:, None]


ARRAY_RUNGS = (loops, broadcasting, gemm, tiled, threads)
LADDER = Ladder("k-means", ARRAY_RUNGS, flops, share, tolerance, traffic)
# For float32 on CuPy.
GPU_RUNGS = (gpu_assign, gpu_fused, gpu_shared)
GPU_LADDER = LADDER._replace(rungs=(*ARRAY_RUNGS, *GPU_RUNGS))
