"""Tiles of the plain rungs: which queries meet which points at a time, so that no table is larger than a budget."""

import math
from collections.abc import Callable, Iterator

from minitensor.cluster.meanshift.attention import MEMORY
from minitensor.core import checks
from minitensor.core.creation import zeros
from minitensor.core.tensor import Tensor
from minitensor.functions import where

COLUMNS = 1024  # points in a tile at most, so that there are queries enough for a matrix product


def tile(q: int, n: int, bytes_per_pair: int, memory: int) -> tuple[int, int]:
    """How many queries and points make a tile of at most `memory` bytes.

    >>> tile(5_000, 5_000, bytes_per_pair=16, memory=2**20)
    (64, 1024)
    """
    pairs = max(1, memory // bytes_per_pair)
    width = max(1, min(n, pairs, COLUMNS))
    return max(1, min(q, pairs // width)), width


def tiles(q: int, n: int, bytes_per_pair: int, memory: int) -> Iterator[tuple[slice, slice]]:
    """The queries and the points that meet in each tile."""
    rows, width = tile(q, n, bytes_per_pair, memory)
    for i in range(0, q, rows):
        for j in range(0, n, width):
            yield slice(i, min(i + rows, q)), slice(j, min(j + width, n))


def memory_of_tile(tables: Callable[[int], int]) -> Callable[..., float]:
    """The memory formula of a tiled rung whose tile holds ``tables(d)`` numbers for each pair of query and point."""

    def memory(queries: Tensor, points: Tensor, bandwidth: float, memory: int = MEMORY) -> float:
        bytes_per_pair = tables(points.shape[1]) * points.dtype.itemsize
        return float(math.prod(tile(len(queries), len(points), bytes_per_pair, memory)) * bytes_per_pair)

    return memory


def in_tiles(
    queries: Tensor,
    points: Tensor,
    tables: int,
    memory: int,
    sums: Callable[[Tensor, Tensor], tuple[Tensor, Tensor]],
) -> Tensor:
    """Weighted means from ``sums(tile of queries, tile of points)``, which gives weighted sums and total weights.

    tables : how many numbers a tile holds for each pair of query and point

    Both are centred first: sums of coordinates far from the origin would lose the digits that tell the points apart.
    """
    checks.no_gradient("an update of mean shift", queries, points)
    if not points.size:
        return queries.copy()
    middle = points.mean(0)
    asking, data = queries - middle, points - middle
    weighted, totals = zeros(queries.shape, like=points), zeros((len(queries), 1), like=points)
    for here, there in tiles(len(queries), len(points), tables * points.dtype.itemsize, memory):
        part, weights = sums(asking[here], data[there])
        weighted[here] += part
        totals[here] += weights[:, None]
    return divided(weighted, totals, queries, middle)


def divided(weighted: Tensor, totals: Tensor, queries: Tensor, middle: Tensor) -> Tensor:
    """The weighted means, (q, d), of weighted sums of data centred at `middle` and of totals, (q, 1).

    A query whose total weight is 0 stays.
    """
    return where(totals > 0, weighted / where(totals > 0, totals, 1.0) + middle, queries)
