"""Points in cells so small that all points of one cell are neighbours, and so that few cells hold a point's neighbours.

In d ≤ 3 dimensions a cell has the side eps/√d, and a hair less, so that rounding cannot put two points into one cell
that are more than eps apart. Neighbours of a point are then at most `REACH` cells away along each axis. Points are
sorted cell by cell, row by row, so that the five cells of a row round a point lie one after another in the list: one
run of points in 1-D, 5 in 2-D, 25 in 3-D.

Distances are compared as scikit-learn's trees do: the sum of the squared differences of the coordinates, axis by axis
in float64, is at most eps². Boxes of cells only spare comparisons that must come out one way: rounding keeps the order
of numbers, so no point of a box can be nearer than its side by that same arithmetic.
"""

import math
from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

from minitensor.core.creation import tensor
from minitensor.core.tensor import Tensor
from minitensor.functions import concat, cumsum, floor, searchsorted, sort, take
from minitensor.groups import is_new, numbered, owners, sorted_keys

REACH = 2  # cells along each axis, beyond which nothing is a neighbour
MOST = 3  # dimensions: in more a point has too many cells round it
SHRINK = 1 - 2.0**-20  # more than rounding can move a point, in cells
LARGEST_KEY = 2**62  # so that sums of keys are int64 too
PAIRS = 2**17  # that are compared at once
TOGETHER = 2**15  # cells whose rows are looked up at once


class Cells(NamedTuple):
    """Points (n, d) sorted by their cells.

    columns : d times (n,) float64, the coordinates cell by cell; order : (n,) int64, which point each of them is
    keys : (cells,) int64, of the cells that hold points, in order; start : (cells + 1,), where the points of each begin
    steps : how much the key changes by one cell along each axis, by 1 along the last
    """

    columns: tuple[Tensor, ...]
    order: Tensor
    keys: Tensor
    start: Tensor
    steps: tuple[int, ...]

    @property
    def held(self) -> Tensor:
        """(cells,) how many points each cell holds."""
        return self.start[1:] - self.start[:-1]

    def shifts(self) -> list[int]:
        """What leads from a cell to the rows round it that may hold neighbours, the nearest first."""
        offsets = sorted(
            product(range(-REACH, REACH + 1), repeat=len(self.steps) - 1), key=lambda at: sum(map(abs, at))
        )
        return [sum(step * by for step, by in zip(self.steps, at, strict=False)) for at in offsets]

    def row(self, keys: Tensor, shift: int) -> tuple[Tensor, Tensor]:
        """The first of the cells in a row round those with these keys, and the one after the last."""
        return (
            searchsorted(self.keys, keys + (shift - REACH)),
            searchsorted(self.keys, keys + (shift + REACH), side="right"),
        )

    def only(self, kept: Tensor) -> "Cells":
        """The same cells with those points alone that are kept, (n,) bool, without the cells that hold none."""
        at = numbered(kept)[kept]
        number = take(owners(self.held), at)
        begins = is_new(number)
        start = concat([numbered(at)[begins], tensor([at.shape[0]], "int64", like=at)])
        columns = tuple(take(column, at) for column in self.columns)
        return Cells(columns, take(self.order, at), self.keys[number[begins]], start, self.steps)


def in_cells(points: Tensor, eps: float) -> Cells | None:
    """The cells of points (n, d) float64, n ≥ 1 and d ≤ `MOST`; None where the numbers of cells are too large.

    That takes more than half a million points in 3-D, nearly all more than eps apart along every axis.
    Time: O(d·n·log n). Memory: O(d·n).

    >>> import minitensor as mt
    >>> cells = in_cells(mt.tensor([[0.0, 0.0], [9.0, 9.0], [0.0, 0.1]]), eps=1.0)
    >>> cells.order.tolist(), cells.start.tolist()
    ([0, 2, 1], [0, 2, 3])
    """
    d = points.shape[1]
    columns = [points[:, axis].contiguous() for axis in range(d)]
    side = eps / math.sqrt(d) * SHRINK
    axes = [_along(column, side, eps) for column in columns]
    sizes = [number.max().item() + 2 * REACH + 1 for number in axes]
    if math.prod(sizes) > LARGEST_KEY:
        return None
    steps = tuple(math.prod(sizes[axis + 1 :]) for axis in range(d))
    keys = axes[0]
    for number, size in zip(axes[1:], sizes[1:], strict=True):
        keys *= size
        keys += number
    keys, order = sorted_keys(keys)
    begins = is_new(keys)
    start = concat([numbered(keys)[begins], tensor([keys.shape[0]], "int64", like=keys)])
    return Cells(tuple(take(column, order) for column in columns), order, keys[begins], start, steps)


def _along(column: Tensor, side: float, eps: float) -> Tensor:
    """The number of the cell of each coordinate, int64, where wide empty spaces are left out.

    Between two coordinates that are more than eps apart, and have no other between them, there are no neighbours: what
    follows is counted anew, `REACH` cells on. So numbers are never large, and rounding moves no point by 2⁻²⁰ cells.
    """
    ordered = sort(column)
    gaps = ordered[1:] - ordered[:-1]
    gaps *= gaps
    wide = numbered(gaps)[gaps > eps * eps]
    if not wide.shape[0]:
        return floor((column - ordered[0]) / side).astype("int64")
    first, last = concat([ordered[:1], ordered[wide + 1]]), ordered[wide]
    cells = floor((last - first[:-1]) / side).astype("int64") + (1 + REACH)
    begins = concat([cells[:1] * 0, cumsum(cells)])
    part = searchsorted(first, column, side="right") - 1
    return floor((column - take(first, part)) / side).astype("int64") + take(begins, part)


def pairs(lower: Tensor, upper: Tensor) -> Iterator[tuple[slice, Tensor, Tensor]]:
    """Every pair of a query and one of the points from its `lower` up to its `upper`, some at a time.

    lower, upper : (q,) int64. Yields the slice of some queries and, of each of their pairs, which of these queries it
    is and which point. Memory: O(PAIRS), and the longest run.

    >>> import minitensor as mt
    >>> [(query.tolist(), point.tolist()) for _, query, point in pairs(mt.tensor([4, 7]), mt.tensor([6, 8]))]
    [([0, 0, 1], [4, 5, 7])]
    """
    held = upper - lower
    ends = cumsum(held)
    total = ends[-1].item() if held.shape[0] else 0
    first = 0
    while total and first < held.shape[0]:
        before = ends[first - 1].item() if first else 0
        if before == total:
            break
        stop = max(searchsorted(ends, tensor([before + PAIRS], "int64", like=ends)).item(), first + 1)
        some = slice(first, stop)
        query = owners(held[some])
        point = take(lower[some] - (ends[some] - held[some] - before), query)
        point += numbered(query)
        yield some, query, point
        first = stop


def squared_distances(queries: tuple[Tensor, ...], query: Tensor, points: tuple[Tensor, ...], point: Tensor) -> Tensor:
    """The squared distance of each pair, axis by axis; queries and points : a column for each axis."""
    total = None
    for mine, theirs in zip(queries, points, strict=True):
        difference = take(theirs, point)
        difference -= take(mine, query)
        difference *= difference
        if total is None:
            total = difference
        else:
            total += difference
    assert total is not None
    return total
