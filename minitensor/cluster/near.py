"""The nearest of many centres: by tables of distances where they are few, by a hash of cells where they are many.

Space is cut into cells of one side along at most 3 axes, those along which the places are widest. Whatever lies within
that side of a place is then in its own cell or in one beside it: 3, 9 or 27 cells to look into. A cell has a number on
each axis, of which `BITS` bits are kept, so that one integer is the key of a cell however far apart the places lie.
Cells that share a key by chance cost a few more comparisons and change nothing, since distances are always compared.
"""

import math
from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from typing import NamedTuple

import numpy as np

from minitensor import backend
from minitensor.cluster.coordinates import squared_distances
from minitensor.core.creation import full, tensor
from minitensor.core.tensor import Tensor
from minitensor.functions import argmax, argmin, argsort, concat, floor, searchsorted, where
from minitensor.groups import among, is_new, numbered

BITS = 20  # of the number of a cell along each axis
FEW = 64  # centres, up to which comparing a point with all of them is quicker
CROWD = 8  # centres in a cell at most
PRODUCT = 256  # points that are compared with all centres in one product
WORTH = 8  # pairs in a table that take the time of one pair found by cells
NARROW = 8  # dimensions, up to which differences are quicker than products


def nearest(points: Tensor, centers: Tensor) -> tuple[Tensor, Tensor]:
    """The number of the centre nearest to each point, (n,) int64, and the squared distance to it, (n,).

    points : (n, d); centers : (c, d), c ≥ 1, of the same dtype. Of two centres equally near it is the first.
    Time: O(n·c·d) for up to `FEW` centres and in more than 3 dimensions, in matrix products; else about
    O((n + c)·log(n + c)) where the points lie among the centres. Memory: O((n + c)·d).

    >>> import minitensor as mt
    >>> labels, squared = nearest(mt.tensor([[1.0], [8.0]]), mt.tensor([[0.0], [10.0]]))
    >>> labels.tolist(), squared.tolist()
    ([0, 1], [1.0, 4.0])
    """
    (n, d), count = points.shape, centers.shape[0]
    if count <= FEW or not n:
        return _by_table(points, centers)
    labels, least = full(n, 0, "int64", like=points), full(n, math.inf, like=points)
    left, widest = numbered(points), (centers.max(0) - centers.min(0)).max().item()
    radius = widest / count ** (1 / min(d, 3))
    while radius > widest / count and _crowd(centers, radius) > CROWD:
        radius /= 2
    while left.shape[0] and 0 < radius < widest / 2:
        some, squared = nearest_within(points[left], centers, radius)
        found = some >= 0
        labels[left[found]], least[left[found]] = some[found], squared[found]
        left, radius = left[~found], 2 * radius
    labels[left], least[left] = _by_table(points[left], centers)
    return labels, least


def nearest_within(points: Tensor, centers: Tensor, radius: float, tie: float = 0.0) -> tuple[Tensor, Tensor]:
    """As `nearest`, but only within `radius`: the number of the centre, or −1, and the squared distance, or infinity.

    Of centres whose squared distances differ by no more than `tie` it is the first.

    Time: O((n + c)·(d + log(n + c))) for a few centres in each cell of side `radius`. Memory: O((n + c)·d).

    >>> import minitensor as mt
    >>> nearest_within(mt.tensor([[1.0], [7.0], [8.0]]), mt.tensor([[0.0], [10.0]]), radius=2.0)[0].tolist()
    [0, -1, 1]
    """
    n, count = points.shape[0], centers.shape[0]
    if count <= FEW or not n:
        return _cut(*_by_table(points, centers, tie), radius)
    hashed = in_cells(concat([points, centers]), radius)
    asking, asked = hashed.of_rows(slice(0, n)), hashed.of_rows(slice(n, n + count)).grouped()
    groups, around, pairs = asking.grouped(), [], 0.0
    for keys in asking.beside(groups.first):
        cell, there = asked.find(keys)
        held = where(there, asked.held[cell], 0)
        pairs += (held * groups.held).sum().item()
        around.append((asked.start[cell], held))
    if pairs * WORTH > n * count:
        return _cut(*_by_table(points, centers, tie), radius)
    labels, least = full(n, -1, "int64", like=points), full(n, math.inf, like=points)
    for start, held in around:
        rows, at, turn = numbered(points), groups.number, 0
        while True:  # the first centre of each cell, then the second, …
            more = held[at] > turn
            rows, at = rows[more], at[more]
            if not rows.shape[0]:
                break
            number = asked.order[start[at] + turn]
            squared = ((points[rows] - centers[number]) ** 2).sum(1)
            best, of_best = least[rows], labels[rows]
            closer = (squared < best - tie) | ((squared <= best + tie) & (number < of_best))
            least[rows], labels[rows] = where(closer, squared, best), where(closer, number, of_best)
            turn += 1
    return _cut(labels, least, radius)


def _cut(labels: Tensor, least: Tensor, radius: float) -> tuple[Tensor, Tensor]:
    inside = least <= radius**2
    return where(inside, labels, -1), where(inside, least, math.inf)


def _crowd(places: Tensor, side: float) -> float:
    """How many places share the cell of a place, on average."""
    held = in_cells(places, side).grouped().held
    return (held * held).sum().item() / places.shape[0]


class Cells(NamedTuple):
    """The cells of places: numbers (n,) int64 along each of at most 3 axes, of which `BITS` bits are kept."""

    numbers: tuple[Tensor, ...]

    def of_rows(self, rows: slice | Tensor) -> "Cells":
        return Cells(tuple(number[rows] for number in self.numbers))

    def keys(self, offset: tuple[int, ...] = (0, 0, 0)) -> Tensor:
        """One integer for each place: that of the cell so many cells away from its own."""
        keys = self.numbers[0] * 0
        for number, step in zip(self.numbers, offset, strict=False):
            keys = keys * 2**BITS + (number + step) % 2**BITS
        return keys

    def beside(self, rows: Tensor) -> Iterator[Tensor]:
        """The keys of the cells of these places, then of all cells beside them."""
        some = self.of_rows(rows)
        for offset in sorted(product((-1, 0, 1), repeat=len(self.numbers)), key=lambda steps: sum(map(abs, steps))):
            yield some.keys(offset)

    def grouped(self) -> "Groups":
        """The places by their cells. Time: O(n·log n). Memory: O(n)."""
        keys = self.keys()
        order = argsort(keys)
        ordered = keys[order]
        begins = is_new(ordered)
        start = numbered(ordered)[begins]
        stop = concat([start[1:], tensor([keys.shape[0]], "int64", like=start)])
        number = searchsorted(ordered[start], keys)
        return Groups(ordered[start], order, start, stop - start, order[start], number)


class Groups(NamedTuple):
    """Places by their cells.

    keys : (cells,), in order; order : (n,), the places cell by cell, those of one cell in their own order
    start, held : (cells,), where the places of each cell begin in `order`, and how many there are
    first : (cells,), the first place of each cell; number : (n,), the cell of each place
    """

    keys: Tensor
    order: Tensor
    start: Tensor
    held: Tensor
    first: Tensor
    number: Tensor

    def find(self, keys: Tensor) -> tuple[Tensor, Tensor]:
        """Which cell has each key, and whether any has."""
        return among(keys, self.keys)


def in_cells(places: Tensor, side: float) -> Cells:
    """The cells of places (n, d), n ≥ 1: all within `side` of a place are in its cell or in one beside it.

    >>> import minitensor as mt
    >>> in_cells(mt.tensor([[0.5, 7.0], [1.6, 7.0]]), side=1.0).keys().tolist()
    [0, 1]
    """
    low, high = places.min(0), places.max(0)
    widths = (high - low).tolist()
    axes = sorted(range(len(widths)), key=lambda axis: -widths[axis])[:3]
    axes = [axis for axis in sorted(axes) if widths[axis] > 0] or axes[:1]
    # A little wider, for the rounding of distances and of the numbers of cells.
    side = side * (1 + 8 * float(np.finfo(places.dtype).eps)) + 16 * float(np.finfo("float64").eps) * max(widths)
    numbers = []
    for axis in axes:
        cell = floor((places[:, axis].astype("float64") - float(low[axis].item())) / (side or 1.0))
        numbers.append((cell - floor(cell / 2**BITS) * 2.0**BITS).astype("int64"))
    return Cells(tuple(numbers))


# --- by tables of distances ----------------------------------------------------------------------------------------


def _by_table(points: Tensor, centers: Tensor, tie: float = 0.0) -> tuple[Tensor, Tensor]:
    """`nearest` by comparing every point with every centre."""
    if centers.shape[0] <= FEW:  # one centre after another, all points at once
        labels, least = full(points.shape[0], 0, "int64", like=points), full(points.shape[0], math.inf, like=points)
        for number, center in enumerate(centers):
            squared = ((points - center) ** 2).sum(1)
            closer = squared < least - tie
            least[closer], labels[closer] = squared[closer], number
        return labels, least
    find: Callable[[Tensor], Tensor] = partial(_by_differences, centers.T, tie)
    rows = max(16, 4 * backend.of(points.array).chunk // centers.shape[0])
    if points.shape[1] > NARROW:
        find, rows = _by_product(centers, tie), PRODUCT
    tiles = [points[at : min(at + rows, points.shape[0])] for at in range(0, points.shape[0], rows)]
    labels = concat([find(tile) for tile in tiles]) if tiles else full(0, 0, "int64", like=points)
    return labels, ((points - centers[labels]) ** 2).sum(1)


def _by_differences(columns: Tensor, tie: float, points: Tensor) -> Tensor:
    table = squared_distances(points, columns)
    return argmax(table <= table.min(1, keepdims=True) + tie, axis=1) if tie else argmin(table, axis=1)


def _by_product(centers: Tensor, tie: float) -> Callable[[Tensor], Tensor]:
    """|c|²/2 − x·c is least for the nearest centre c; where rounding could decide, differences do."""
    middle, columns = centers.mean(0), centers.T
    keys = (centers - middle).T.contiguous()
    half = (keys * keys).sum(0) * 0.5
    unsure, longest = 4 * (centers.shape[1] + 3) * float(np.finfo(centers.dtype).eps), 2 * half.max()

    def find(points: Tensor) -> Tensor:
        x = points - middle
        table = x @ keys
        table -= half
        labels = argmax(table, axis=1)
        least = table.max(1, keepdims=True) - unsure * ((x * x).sum(1, keepdims=True) + longest) - tie / 2
        open_ = (table >= least).astype("float64").sum(1) != 1
        if open_.any():
            labels[open_] = _by_differences(columns, tie, points[open_])
        return labels

    return find
