"""Clusters in any number of dimensions: points in small groups that lie together, compared where their boxes are near.

The points are halved by the axis along which they are widest, the halves again by theirs, and so on down to leaves of
some 32 points: a k-d tree (Bentley 1975), of which nothing is kept but the order of the points and a box round each
leaf. What two boxes say holds for all their points: too far apart, or all within eps of one another. Other leaves are
compared in tiles of distances. A tile is one matrix product, |a|² + |b|² − 2a·b. Where its rounding could decide, the
squared differences are summed as in `cells.py`, so that both ways find the same.
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from minitensor.cluster.coordinates import largest
from minitensor.cluster.dbscan.boxes import boxes_of
from minitensor.cluster.dbscan.counting import reached
from minitensor.core.counting import arange
from minitensor.core.creation import full, ones, tensor, zeros
from minitensor.core.tensor import Tensor
from minitensor.functions import argmax, concat, cumsum, floor, maximum, minimum, stack, take, where
from minitensor.groups import connected, distinct, is_new, least_of_runs, numbered, owners, scatter_add, sorted_keys

LEAF = 32  # points of a leaf at most
TOGETHER = 8  # leaves that are compared with others in one tile
HAIR = 2.0**-40  # more than rounding can do to the sum of some squares
COLUMNS = 2048  # points that a leaf is compared with at once, and not many more
BITS = 20  # of a coordinate, by which the points of a half are put in order


class Leaves(NamedTuple):
    """Points (n, d) float64, leaf by leaf.

    asking, keys : (n, d + 2), such that their product is the squared distance, off by `error` at most
    start : (leaves + 1,) int64, where each leaf begins; low, high : (leaves, d), the box of each
    """

    points: Tensor
    asking: Tensor
    keys: Tensor
    start: Tensor
    low: Tensor
    high: Tensor
    eps: float
    error: float

    @property
    def held(self) -> Tensor:
        """(leaves,) how many points each leaf holds."""
        return self.start[1:] - self.start[:-1]

    def only(self, kept: Tensor) -> "Leaves":
        """Those points alone that are kept, (n,) bool, without the leaves that hold none."""
        leaf = owners(self.held)[kept]
        start = concat([numbered(leaf)[is_new(leaf)], tensor([leaf.shape[0]], "int64", like=leaf)])
        points, asking, keys = (each[kept] for each in (self.points, self.asking, self.keys))
        low, high = _ends(points, start)
        return self._replace(points=points, asking=asking, keys=keys, start=start, low=low, high=high)

    def blocks(self) -> list[tuple[slice, slice]]:
        """Some leaves at a time, and the rows that are their points."""
        starts, count = self.start.tolist(), self.start.shape[0] - 1
        ends = [(first, min(first + TOGETHER, count)) for first in range(0, count, TOGETHER)]
        return [(slice(first, stop), slice(starts[first], starts[stop])) for first, stop in ends]

    def beside(self, other: "Leaves", block: slice, leaves: Tensor) -> tuple[Tensor, Tensor]:
        """Which of the leaves of another have points near a block of these, and of which all are near all.

        A hair is left for rounding: of what is neither, points are compared.
        """
        up = take(other.low, leaves) - self.high[block].max(0)
        down = self.low[block].min(0) - take(other.high, leaves)
        gap, span, limit = maximum(maximum(up, down), 0.0), minimum(up, down), self.eps * self.eps
        least, whole = (gap * gap).sum(1), (span * span).sum(1) <= limit * (1 - HAIR)
        return leaves[(least <= limit * (1 + HAIR)) & ~whole], leaves[whole]

    def tiles(self, leaves: Tensor) -> Iterator[Tensor]:
        """The numbers of the points of these leaves, at most COLUMNS at a time."""
        step = COLUMNS // LEAF
        for first in range(0, leaves.shape[0], step):
            yield self.members(leaves[first : min(first + step, leaves.shape[0])])

    def members(self, leaves: Tensor) -> Tensor:
        """The numbers of the points of these leaves."""
        held = take(self.held, leaves)
        which = owners(held)
        return take(take(self.start, leaves) - (cumsum(held) - held), which) + numbered(which)

    def near(self, rows: slice, other: "Leaves", columns: Tensor) -> Tensor:
        """Whether points of this and of another are within eps of one another: (rows, columns) bool."""
        table = self.asking[rows] @ take(other.keys, columns).T
        limit = self.eps * self.eps
        near = table <= limit - self.error
        unsure = (table <= limit + self.error) & ~near if self.error else None
        if unsure is not None and unsure.any():
            shape, near, unsure = near.shape, near.reshape(-1), unsure.reshape(-1)
            at = numbered(unsure)[unsure]
            mine = take(self.points, at // shape[1] + rows.start)
            mine -= take(other.points, take(columns, at % shape[1]))
            squared = mine[:, 0] * mine[:, 0]
            for axis in range(1, mine.shape[1]):
                squared += mine[:, axis] * mine[:, axis]
            near[at] = squared <= limit
            near = near.reshape(shape)
        return near


def in_leaves(points: Tensor, eps: float) -> tuple[Leaves, Tensor]:
    """Points (n, d) float64, n ≥ 1, in leaves, and which point each of them is, (n,) int64.

    Time: O(n·(d + log n)·log n). Memory: O(n·d).
    """
    order, start = _halved(points)
    points, (n, d), lowest = take(points, order), points.shape, float(np.finfo("float64").eps)
    centred = points - points[n // 2]  # not by the mean, so that whole numbers stay whole
    squares, rest = (centred * centred).sum(1), ones((n, 1), like=points)
    asking = concat([centred * -2.0, squares[:, None], rest], axis=1)
    keys = concat([centred, rest, squares[:, None]], axis=1)
    error = 16 * (d + 4) * lowest * (squares.max().item() + eps * eps)
    if _are_exact(centred):
        error = 0.0
    return Leaves(points, asking, keys, start, *_ends(points, start), eps, error), order


def _are_exact(centred: Tensor) -> bool:
    """Whether sums of products of these coordinates are exact, as those of whole numbers are: pixels, counts, grids."""
    d, wide = centred.shape[1], largest(centred)
    bits = (52 - (4 * d + 4).bit_length()) // 2  # so that d products, and squares, and twice these, fit together
    scaled = centred * 2.0 ** (bits - math.frexp(wide)[1])
    return bool((floor(scaled) == scaled).all())


def _halved(points: Tensor) -> tuple[Tensor, Tensor]:
    """The order of the points, leaf by leaf, and where the leaves begin."""
    (n, d), order = points.shape, numbered(points)
    start = tensor([0, n], "int64", like=order)
    flat = points.reshape(-1)
    while n > LEAF * (start.shape[0] - 1):
        low, high = _ends(take(points, order), start)
        axis = argmax(high - low, axis=1)
        at = numbered(axis) * d + axis
        low, width = take(low.reshape(-1), at), take((high - low).reshape(-1), at)
        node = owners(start[1:] - start[:-1])
        along = take(flat, order * d + take(axis, node)) - take(low, node)
        place = floor(along / take(where(width > 0, width, 1.0), node) * (2.0**BITS - 1)).astype("int64")
        order = take(order, sorted_keys(node * 2**BITS + place)[1])
        middle = (start[:-1] + start[1:]) // 2
        start = concat([stack([start[:-1], middle], axis=1).reshape(-1), start[-1:]])
    return order, start


def _ends(points: Tensor, start: Tensor) -> tuple[Tensor, Tensor]:
    """The least and the largest coordinates of each leaf, (leaves, d)."""
    boxes = boxes_of(tuple(points[:, axis].contiguous() for axis in range(points.shape[1])), start[:-1])
    low, high = (stack(list(ends), axis=1) for ends in boxes)
    return low, high


def core_points(leaves: Leaves, min_samples: float, weights: Tensor | None) -> Tensor:
    """Which points are core points, (n,) bool, as `counting.py` has it.

    Time: O(n·d) for each point of the leaves near its own, without pairs of leaves that have enough, and n²·d/2¹³ for
    the boxes. Memory: O(n·d) and a tile.
    """
    n, kind = leaves.points.shape[0], "float32" if weights is None else "float64"
    enough, rising = float(min_samples), True
    if weights is not None:
        enough, rising = reached(min_samples, weights), weights.min().item() >= 0
    mass = ones(n, kind, like=leaves.points) if weights is None else weights
    total, begins = zeros(n, kind, like=mass), leaves.start[:-1]
    of_leaf = scatter_add(owners(leaves.held), mass, begins.shape[0])
    of_all = of_leaf * 0.0  # what all points of a leaf have
    open_ = of_leaf == of_leaf
    for block, rows in leaves.blocks():
        ahead = arange(block.stop, open_.shape[0], dtype="int64", like=begins)
        if open_[block].any():
            own = arange(rows.start, rows.stop, dtype="int64", like=begins)
            total[rows] += leaves.near(rows, leaves, own).astype(kind) @ mass[rows]
        elif rising:
            ahead = ahead[open_[block.stop :]]
        near, whole = leaves.beside(leaves, block, ahead)
        if whole.shape[0]:
            of_all[block] += take(of_leaf, whole).sum()
            of_all[whole] = take(of_all, whole) + of_leaf[block].sum()
        for columns in leaves.tiles(near):
            table = leaves.near(rows, leaves, columns).astype(kind)
            total[rows] += table @ take(mass, columns)
            total[columns] = take(total, columns) + mass[rows] @ table
        if rising:
            touched = concat([arange(block.start, block.stop, dtype="int64", like=near), near, whole])
            held = take(leaves.held, touched)
            least = least_of_runs(take(total, leaves.members(touched)), cumsum(held) - held).astype("float64")
            open_[touched] = least + take(of_all, touched) < enough
    return total.astype("float64") + take(of_all, owners(leaves.held)) >= enough


def components(leaves: Leaves) -> Tensor:
    """The least number in the component of each point, (n,) int64; those within eps of one another are joined.

    Time: as `core_points`, without pairs of leaves in which all are known to be joined. Memory: O(n·d) and a tile.
    """
    n, begins = leaves.points.shape[0], leaves.start[:-1]
    root, edges = numbered(leaves.points), _Edges(n)
    for _, rows in leaves.blocks():  # each by itself first: most are of one component then
        own = arange(rows.start, rows.stop, dtype="int64", like=root)
        edges.add(root[rows], root[rows], leaves.near(rows, leaves, own))
    root = edges.joined(root)
    low, high = least_of_runs(root, begins), -least_of_runs(-root, begins)
    for block, rows in leaves.blocks():
        ahead = arange(block.stop, begins.shape[0], dtype="int64", like=root)
        mine, first = root[rows], low[block].min()
        if (high[block] == first).all():
            ahead = ahead[(low[block.stop :] != first) | (high[block.stop :] != first)]
        near, whole = leaves.beside(leaves, block, ahead)
        if whole.shape[0]:
            theirs = take(root, leaves.members(whole))
            edges.add(mine[:1], theirs)
            edges.add(theirs[:1], mine)
        for columns in leaves.tiles(near):
            edges.add(mine, take(root, columns), leaves.near(rows, leaves, columns))
        if edges.held > n // 4:
            root = edges.joined(root)
            low, high = least_of_runs(root, begins), -least_of_runs(-root, begins)
    return edges.joined(root)


class _Edges:
    """Pairs of roots, of n numbers, that are to be joined."""

    def __init__(self, n: int):
        self.n, self.held = n, 0
        self.found: list[Tensor] = []

    def add(self, mine: Tensor, theirs: Tensor, near: Tensor | None = None) -> None:
        """Join those of two lists that are near, all if None."""
        apart = mine[:, None] != theirs
        if near is not None:
            apart &= near
        if apart.any():
            apart, width = apart.reshape(-1), theirs.shape[0]
            at = numbered(apart)[apart]
            self.found.append(distinct(take(mine, at // width) * self.n + take(theirs, at % width)))
            self.held += self.found[-1].shape[0]

    def joined(self, root: Tensor) -> Tensor:
        """The roots, when these pairs are joined; then there are none."""
        if not self.found:
            return root
        edges, self.found, self.held = concat(self.found), [], 0
        return take(connected(self.n, edges // self.n, edges % self.n), root)


def first_near(leaves: Leaves, cores: Leaves, number: Tensor) -> Tensor:
    """The least of the numbers of the core points within eps of each point, (q,) int64; −1 where there is none.

    number : (cores,) int64. Time and memory: as `core_points`.
    """
    none, best = number.shape[0], full(leaves.points.shape[0], number.shape[0], "int64", like=number)
    least = least_of_runs(number, cores.start[:-1])
    for block, rows in leaves.blocks():
        near, whole = leaves.beside(cores, block, numbered(least))
        found = best[rows]
        if whole.shape[0]:
            found = minimum(found, take(least, whole).min())
        for columns in cores.tiles(near):
            table = leaves.near(rows, cores, columns)
            found = minimum(found, where(table, take(number, columns), none).min(1))
        best[rows] = found
    return where(best < none, best, -1)
