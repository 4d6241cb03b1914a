"""Clusters in any number of dimensions: points in order along a direction, compared in tiles with those near along it.

Two points within eps of one another are within eps along any direction. Along the direction in which the points are
widest, their first principal axis, the fewest are that near. So the points are sorted along it, and a tile of them is
compared with those up to eps ahead. A tile of distances is one matrix product, |a|² + |b|² − 2a·b. Where its rounding
could decide, the squared differences are summed as in `cells.py`, so that both ways find the same.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from minitensor.cluster.dbscan.counting import reached
from minitensor.core.creation import full, ones, tensor, zeros
from minitensor.core.tensor import Tensor
from minitensor.functions import argsort, concat, searchsorted, take, where
from minitensor.groups import connected, distinct, numbered
from minitensor.linalg import eigh

ROWS, COLUMNS = 256, 512  # of a tile


class Line(NamedTuple):
    """Points (n, d) float64 in order along a direction.

    points : (n, d); along : (n,), where they are along it, rising
    asking, keys : (n, d + 2), such that their product is the squared distance, off by `error` at most
    reach : how far apart along it neighbours are at most
    """

    points: Tensor
    along: Tensor
    asking: Tensor
    keys: Tensor
    eps: float
    reach: float
    error: float

    def only(self, kept: Tensor) -> "Line":
        """Those points alone that are kept, (n,) bool."""
        points, along, asking, keys = (each[kept] for each in (self.points, self.along, self.asking, self.keys))
        return self._replace(points=points, along=along, asking=asking, keys=keys)

    def ahead(self) -> Iterator[tuple[slice, slice]]:
        """Tiles of all pairs that may be neighbours: some rows among themselves, then with what follows them."""
        n = self.along.shape[0]
        ends = searchsorted(self.along, self.along + self.reach, side="right")
        for first in range(0, n, ROWS):
            stop = min(first + ROWS, n)
            yield slice(first, stop), slice(first, stop)
            last = ends[stop - 1].item()
            for at in range(stop, last, COLUMNS):
                yield slice(first, stop), slice(at, min(at + COLUMNS, last))

    def near(self, rows: slice, other: "Line", columns: slice) -> Tensor:
        """Whether points of this and of another such line are within eps of one another: (rows, columns) bool."""
        table = self.asking[rows] @ other.keys[columns].T
        limit = self.eps * self.eps
        near, unsure = table <= limit - self.error, table <= limit + self.error
        unsure &= ~near
        if unsure.any():
            shape, near, unsure = near.shape, near.reshape(-1), unsure.reshape(-1)
            at = numbered(unsure)[unsure]
            width = columns.stop - columns.start
            mine = take(self.points, at // width + rows.start)
            mine -= take(other.points, at % width + columns.start)
            squared = mine[:, 0] * mine[:, 0]
            for axis in range(1, mine.shape[1]):
                squared += mine[:, axis] * mine[:, axis]
            near[at] = squared <= limit
            near = near.reshape(shape)
        return near


def on_line(points: Tensor, eps: float) -> tuple[Line, Tensor]:
    """Points (n, d) float64 along their first principal axis, and which point each of them is, (n,) int64.

    Time: O(n·d² + d³ + n·log n). Memory: O(n·d).
    """
    d, lowest = points.shape[1], float(np.finfo("float64").eps)
    along, order = along_first_axis(points)
    centred = take(points - points.mean(0), order)
    squares = (centred * centred).sum(1)
    rest = ones((points.shape[0], 1), like=points)
    asking = concat([centred * -2.0, squares[:, None], rest], axis=1)
    keys = concat([centred, rest, squares[:, None]], axis=1)
    longest = squares.max().item()
    error = 16 * (d + 4) * lowest * (longest + eps * eps)
    reach = eps + 16 * (d + 4) * lowest * (longest**0.5 + eps)
    return Line(take(points, order), along, asking, keys, eps, reach, error), order


def along_first_axis(points: Tensor) -> tuple[Tensor, Tensor]:
    """Where points (n, d) are along the direction in which they are widest, rising, and which point each is, (n,)."""
    centred = points - points.mean(0)
    along = (centred @ eigh(centred.T @ centred)[1][:, -1:])[:, 0]
    order = argsort(along)
    return take(along, order), order


def core_points(line: Line, min_samples: float, weights: Tensor | None) -> Tensor:
    """Which points are core points, (n,) bool, as `counting.py` has it.

    Time: O(n·d) for each point up to eps ahead, without tiles of points that have enough. Memory: O(n) and a tile.
    """
    total, enough = zeros(line.along.shape, like=line.along), float(min_samples)
    if weights is None:
        weights, rising = ones(line.along.shape, like=line.along), True
    else:
        enough, rising = reached(min_samples, weights), weights.min().item() >= 0
    for rows, columns in line.ahead():
        if rising and min(total[rows].min().item(), total[columns].min().item()) >= enough:
            continue
        near = line.near(rows, line, columns).astype("float64")
        total[rows] += near @ weights[columns]
        if rows != columns:
            total[columns] += weights[rows] @ near
    return total >= enough


def components(line: Line) -> Tensor:
    """The least number in the component of each point, (n,) int64; those within eps of one another are joined.

    Time: as `count`, without the tiles in which all are known to be joined. Memory: O(n) and a tile.
    """
    n = line.along.shape[0]
    root, found, held = numbered(line.along), [], 0
    for rows, columns in line.ahead():
        mine, theirs = root[rows], root[columns]
        least = mine.min().item()
        if least == mine.max().item() == theirs.min().item() == theirs.max().item():
            continue
        near = line.near(rows, line, columns)
        near &= mine[:, None] != theirs
        at = numbered(near.reshape(-1))[near.reshape(-1)]
        width = theirs.shape[0]
        edges = distinct(take(mine, at // width) * n + take(theirs, at % width))
        found.append(edges)
        held += edges.shape[0]
        if held > n // 4:
            edges, found, held = concat(found), [], 0
            root = take(connected(n, edges // n, edges % n), root)
    if found:
        edges = concat(found)
        root = take(connected(n, edges // n, edges % n), root)
    return root


def first_near(line: Line, cores: Line, number: Tensor) -> Tensor:
    """The least of the numbers of the core points within eps of each point of a line, (q,) int64; −1 where none is.

    number : (cores,) int64. Time: O(q·d) for each core point within eps along the line. Memory: O(q) and a tile.
    """
    none = cores.along.shape[0]
    best = full(line.along.shape[0], none, "int64", like=number)
    for first in range(0, best.shape[0], ROWS):
        rows = slice(first, min(first + ROWS, best.shape[0]))
        ends = line.along[first] - line.reach, line.along[rows.stop - 1] + line.reach
        begin, end = searchsorted(cores.along, tensor([each.item() for each in ends], like=line.along)).tolist()
        for at in range(begin, min(end + 1, none), COLUMNS):
            columns = slice(at, min(at + COLUMNS, end + 1, none))
            near = line.near(rows, cores, columns)
            least = where(near, number[columns], none).min(1)
            best[rows] = where(least < best[rows], least, best[rows])
    return where(best < none, best, -1)
