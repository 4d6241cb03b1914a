"""Mean shift by cells: points more than R bandwidths away are left out, and a sorted list of cells finds the others.

The points are sorted by cells of side R·h along at most 3 axes, so that all within R bandwidths of a query are in its
own cell and those beside it. Along the last axis these lie one after another in the list: 1, 3 or 9 slices.

What that costs: let the near points together weigh W, which is 1 or more if the query is a point itself. Those left out
weigh exp(−R²/2)·n_far at most. They move the mean by at most their share of the weight times the diameter of the data,
so the error is at most exp(−R²/2)·(n_far/W)·diameter. (Far points weigh so little that (R + √(2 ln n))·h serves as the
diameter: r·exp(−r²/2) falls beyond r = 1, and the mean is √(2 ln n)·h from the query at most.) The near ones are summed
in the dtype of the points; `update.rounding` says what that costs.

What that saves: all pairs outside of the 3^axes cells round a query. At constant density, where more data cover more
room, the time grows as n. In a fixed domain the cells fill up and the time grows as n², but with a smaller factor than
the exact one's.
"""

import math
from itertools import product
from typing import NamedTuple

import numpy as np

from minitensor.cluster.coordinates import largest
from minitensor.cluster.meanshift.attention import MEMORY
from minitensor.cluster.meanshift.update import rounding, weighted_means
from minitensor.core.counting import arange
from minitensor.core.creation import tensor, zeros
from minitensor.core.tensor import Tensor
from minitensor.errors import InputError
from minitensor.functions import argsort, concat, cumsum, floor, maximum, minimum, searchsorted
from minitensor.groups import distinct, is_new, means, numbered, numbered_rows
from minitensor.linalg import eigh

TILE = 256  # queries that look up their points together
SINGLE = 64.0  # bandwidths, up to which float32 tells places apart that are 1e-5 bandwidths apart
START = 1 / 8  # bandwidths: points within a box so wide start from one place
ROW = 16  # points that a row of cells should hold on average; otherwise cells get an axis less


class Axis(NamedTuple):
    """The cells along one axis that hold points, in order, and their numbers with all wide empty spaces cut out."""

    cells: Tensor
    numbers: Tensor
    size: int

    def number(self, cells: Tensor) -> Tensor:
        """Numbers such that cells side by side differ by at most 1; a cell in a space that was cut out is beside both
        ends of it."""
        at = maximum(searchsorted(self.cells, cells, side="right") - 1, 0)
        return self.numbers[at] + (cells > self.cells[at]).astype("int64")


class Cells(NamedTuple):
    """Points (n, d) sorted by their cells.

    directions : (d, axes), the unit vectors along which cells are counted; low : (1, axes), where they begin
    keys : (n,) int64, the number of the cell of each point
    radius : R, in bandwidths
    error_bound : how far an update of any of the points may be from the exact one, in the units of the points
    """

    points: Tensor
    bandwidth: float
    radius: float
    directions: Tensor
    low: Tensor
    axes: tuple[Axis, ...]
    keys: Tensor
    error_bound: float
    memory: int
    method: str = "cells"

    def starts(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """One place (q, d) for all points within a small box, their mean, and which one each of them follows, (n,).

        A box is `START` bandwidths wide, so a point starts that far off along each axis at most, and only near a
        watershed can it end at another peak than by itself. Time: O(d·n·log n). Memory: O(n·d).
        """
        boxes = floor(points.astype("float64") / (START * self.bandwidth))
        owner, count = numbered_rows(boxes)
        return means(points, owner, count).astype(points.dtype), owner

    def shift(self, queries: Tensor) -> tuple[Tensor, Tensor]:
        """Where each query (q, d) moves, (q, d), and the sum of its weights, (q, 1).

        Time: O(q·d) for each point in the cells round a query. Memory: O(q·d) and the points round `TILE` queries.
        """
        keys = self._keys(queries)
        order = argsort(keys)
        keys = keys[order]
        moved, totals = queries.copy(), zeros((queries.shape[0], 1), like=queries)
        for start, stop, slices in self._tiles(keys):
            near = [self.points[first:last] for first, last in slices if last > first]
            if near:
                rows = order[start:stop]
                asking = queries[rows].astype(self.points.dtype)
                found = weighted_means(asking, concat(near), self.bandwidth, "gaussian", self.memory)
                moved[rows], totals[rows] = (each.astype(queries.dtype) for each in found)
        return moved, totals

    def pairs(self) -> int:
        """How many pairs of a point and a query an update of all points compares. Time: O(n)."""
        return sum((stop - start) * sum(b - a for a, b in slices) for start, stop, slices in self._tiles(self.keys))

    def _keys(self, places: Tensor) -> Tensor:
        cells = _cells(places, self.directions, self.low, self.bandwidth * self.radius)
        return _keys([axis.number(column) for axis, column in zip(self.axes, cells, strict=True)], self.axes)

    def _tiles(self, keys: Tensor) -> list[tuple[int, int, list[tuple[int, int]]]]:
        """For each tile its first query, where it ends, and the slices of points near it; the keys are sorted."""
        if not keys.shape[0]:
            return []
        rows, count = keys // self.axes[-1].size, keys.shape[0]
        begins = numbered(rows)[is_new(rows)].tolist()
        starts = [at for a, b in zip(begins, [*begins[1:], count], strict=True) for at in range(a, b, TILE)]
        stops = [*starts[1:], count]
        first, last = keys[tensor(starts, like=keys)], keys[tensor(stops, like=keys) - 1]
        bounds = []
        for beside in product((-1, 0, 1), repeat=len(self.axes) - 1):
            shift = 0
            for axis, offset in zip(self.axes, (*beside, 0), strict=True):
                shift = shift * axis.size + offset
            lower = searchsorted(self.keys, first + (shift - 1), side="left")
            upper = searchsorted(self.keys, last + (shift + 1), side="right")
            bounds.append(list(zip(lower.tolist(), upper.tolist(), strict=True)))
        return list(zip(starts, stops, map(list, zip(*bounds, strict=True)), strict=True))


def build(points: Tensor, bandwidth: float, radius: float = 4.0, memory: int = MEMORY, single: bool = False) -> Cells:
    """The cells of `points` (n, d), any d; what is more than `radius` bandwidths away may be left out.

    With more than 3 dimensions cells are counted along the 3 principal axes along which the data are widest.
    memory : bytes that the tables of one tile may take
    single : whether sums may be in float32, whose exponentials are several times faster (tests/benchmarks/claims.py);
        they are where the data are at most `SINGLE` bandwidths wide, so that rounding is far below the error left out
    Time: O(n·d² + d³ + n·log n). Memory: O(n·d).

    >>> import minitensor as mt
    >>> cells = build(mt.tensor([[0.0], [1.0], [1e9]]), bandwidth=1.0, radius=6.0)
    >>> moved, weights = cells.shift(mt.tensor([[0.0], [1e9]]))
    >>> [round(x, 3) for [x] in moved.tolist()], cells.error_bound < 0.01
    ([0.378, 1000000000.0], True)

    Raises InputError for a radius of less than 1.
    """
    if not 1 <= radius < math.inf:
        raise InputError(f"cells: radius={radius} bandwidths; it must be 1 or more")
    n = points.shape[0]
    directions = _directions(points)
    for count in range(directions.shape[1], 0, -1):
        along = directions[:, :count]
        low = (points.astype("float64") @ along).min(0, keepdims=True)
        cells = _cells(points, along, low, bandwidth * radius)
        axes = tuple(map(_axis, cells))
        keys = _keys([axis.number(column) for axis, column in zip(axes, cells, strict=True)], axes)
        order = argsort(keys)
        keys = keys[order]
        rows = keys // axes[-1].size
        few = is_new(rows).sum().item() <= n / ROW
        if (few and math.prod(axis.size for axis in axes) < 2**62) or count == 1:
            break
    diameter = (((points.max(0) - points.min(0)) / bandwidth) ** 2).sum().item() ** 0.5
    off = 0.0
    if single and diameter <= SINGLE:
        # What rounding each coordinate once does to a mean, as `Frame.rounding` in `frame.py` has it.
        off = math.sqrt(points.shape[1]) * float(np.finfo("float32").eps) / 2 * largest(points)
        off *= 2 + 8 * math.log(n + 1)
        points = points.astype("float32")
    bound = bandwidth * (truncation_bound(radius, n, n, 1.0, diameter) + rounding(points, diameter)) + off
    return Cells(points[order], bandwidth, radius, along, low, axes, keys, bound, memory)


def truncation_bound(radius: float, far: float, n: int, near: float, diameter: float) -> float:
    """How far a mean of `n` points may move if `far` of them, over `radius` bandwidths away, are left out.

    near : how much the others weigh; diameter : of the data. Lengths are in bandwidths, `radius` 1 or more.

    >>> truncation_bound(4.0, 100, 1_000, 50.0, 30.0) < 0.01
    True
    """
    return math.exp(-(radius**2) / 2) * far / near * min(diameter, radius + math.sqrt(2 * math.log(max(n / near, 1))))


def radius_for(error: float, n: int) -> float:
    """The radius at which the bound for any of n points is `error` bandwidths at most, wherever the others are."""
    radius = 1.0
    while truncation_bound(radius, n, n, 1.0, math.inf) > error:
        radius += 1 / 16
    return radius


def _directions(points: Tensor) -> Tensor:
    """(d, axes), the widest last, since along the last axis a tile may be of any length."""
    d = points.shape[1]
    centred = points.astype("float64") - points.astype("float64").mean(0)
    if d > 3:
        return eigh(centred.T @ centred)[1][:, -3:]  # in order of the spread along them
    order = argsort((centred**2).sum(0))
    return (arange(d, dtype="int64", like=order)[:, None] == order).astype("float64")


def _cells(places: Tensor, directions: Tensor, low: Tensor, side: float) -> list[Tensor]:
    """The cell of each place along each direction, int64."""
    along = (places.astype("float64") @ directions - low) * ((1 - 1e-9) / side)  # a little wider, for the rounding
    cells = floor(along).astype("int64")
    return [cells[:, axis] for axis in range(cells.shape[1])]


def _axis(cells: Tensor) -> Axis:
    """The axis on which these cells hold points. Free at either end is one cell in which there is none."""
    cells = distinct(cells)
    steps = minimum(cells[1:] - cells[:-1], 2)
    numbers = concat([cells[:1] * 0, cumsum(steps)]) + 1
    return Axis(cells, numbers, numbers[-1].item() + 3)


def _keys(numbers: list[Tensor], axes: tuple[Axis, ...]) -> Tensor:
    """One number for each cell, so that cells side by side on the last axis are numbered one after the other."""
    keys = numbers[0]
    for number, axis in zip(numbers[1:], axes[1:], strict=True):
        keys = keys * axis.size + number
    return keys
