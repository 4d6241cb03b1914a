"""Boxes of points that lie together: where all of a box are nearest to one centre, none need be looked at.

The score of a centre z at a place x is |z|²/2 − x·z, linear in x, and so is the difference of two scores. Over a box
with middle m and half widths h it is at most its value at m and Σ hₐ·|zₐ − cₐ| more. So where every other centre z has
a score that is more than that above the score of the nearest centre c at m, all points of the box are c's, and what
they add to its sums is known beforehand. Other boxes are opened: their points are compared with the centres that could
be nearest in any box of the tile. This is the filtering algorithm (Kanungo and others, "An efficient k-means clustering
algorithm: analysis and implementation", PAMI 2002) on the leaves of a tree alone, which arrays can do all at once.

A box holds `HELD` points that are neighbours along a curve that goes through a grid of cells so that it seldom goes far
(Morton 1966): the bits of a cell's numbers along the axes, taken in turns, are its place on the curve. There are 65,536
cells at most, so it is for few dimensions (tests/benchmarks/clustering_kmeans.py shows for which).
"""

import math
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, NamedTuple

from minitensor import backend
from minitensor.cluster.kmeans.assignment import positions, rounding
from minitensor.cluster.kmeans.lloyd import (
    Keys,
    keys_of,
    lowest,
    room_of,
    scores,
    shares,
    sums_by_center,
)
from minitensor.core.creation import full, ones, tensor, zeros
from minitensor.core.tensor import Tensor
from minitensor.functions import abs, argsort, clip, concat, take, where
from minitensor.groups import numbered, scatter_add

HELD = 64  # points in a box
BITS = 16  # of a place on the curve: NumPy sorts whole numbers of 16 bits by their digits, in a tenth of the time
WIDE = 2.5  # standard deviations on either side that the cells reach; what is beyond is in the last of them
OPENED = 2**13  # points of boxes that are opened at once
BOXES = 2**17  # pairs of a box and a centre that are compared at once


class Boxes(NamedTuple):
    """The points of data (d, n) in the order of the curve, and boxes around each `HELD` of them.

    data : (d, n); held : the same in memory, (d, boxes or one more, HELD); weights : (n,) or None
    order : (n,), which point is where; those at the end may be in no box
    middle, half : (d, boxes); sums : (boxes, d) and counts : (boxes,), of weights, float64
    """

    data: Tensor
    held: Tensor
    weights: Tensor | None
    order: Tensor
    middle: Tensor
    half: Tensor
    sums: Tensor
    counts: Tensor


def padded(d: int, n: int, dtype: Any, like: Tensor) -> Tensor:
    """Room for data (d, n) that `in_boxes` can take: rows are a multiple of `HELD` long."""
    return zeros((d, -(-n // HELD) * HELD), dtype, like=like)


def in_boxes(room: Tensor, n: int, weights: Tensor | None = None) -> Boxes:
    """Boxes of data inside a frame, d from 1 to 16, which is put in order where it lies. Memory: O(n + n·d/64).

    room : what `padded` made, of which the first n columns are the data

    >>> import minitensor as mt
    >>> room = padded(1, 4, "float64", like=mt.zeros(0))
    >>> room[:, :4] = mt.tensor([[0.5, -1.0, 1.0, 0.0]])
    >>> in_boxes(room, 4).order.tolist()
    [1, 3, 0, 2]
    """
    d, count = room.shape[0], n // HELD
    data, every = room[:, :n], room.reshape(d, room.shape[1] // HELD, HELD)
    order = argsort(_along_the_curve(data))
    for axis in range(d):
        data[axis] = take(data[axis], order)
    weights = None if weights is None else take(weights, order)
    held, weight = every[:, :count], None if weights is None else _held(weights)
    low, high = held.min(2), held.max(2)
    middle = (low + high) * 0.5
    # Not (high − low)/2: the middle is rounded, and no point may be outside.
    half = where(high - middle > middle - low, high - middle, middle - low)
    if weight is None:
        parts = held @ full((HELD, 1), 1.0, like=data)
        counts = full(count, float(HELD), "float64", like=data)
    else:
        parts, counts = held[:, :, None, :] @ weight[:, :, None], weight.astype("float64").sum(1)
    return Boxes(data, every, weights, order, middle, half, parts.reshape(d, count).astype("float64").T, counts)


def _along_the_curve(data: Tensor) -> Tensor:
    """The place on the curve of the cell of each point, (n,) uint16, or int32 where that is not to be had."""
    (d, n), short = data.shape, backend.of(data.array).short
    bits, key = BITS // d, zeros(n, short, like=data)
    for axis in range(d):
        x = data[axis]
        reach = WIDE * x.std().item()
        if not reach > 0:  # all are equal along this axis
            continue
        middle = x.mean().item()
        cell = clip((x - (middle - reach)) * (2**bits / (2 * reach)), 0.0, 2**bits - 1.0)
        spread = [sum((number >> bit & 1) << (bit * d + axis) for bit in range(bits)) for number in range(2**bits)]
        key += take(tensor(spread, short, like=data), cell.astype("int64"))
    return key


class Against(NamedTuple):
    """What boxes are compared with: keys of the centres, |z − c| of each two along each axis, (d, k, k), and how much
    more a margin must be for rounding, (k, k): −∞ for a centre and itself."""

    keys: Keys
    apart: Tensor
    slack: Tensor


def against(centers: Tensor, rounded: float) -> Against:
    columns, number = centers.T, numbered(centers)
    slack = where(number[:, None] == number, -math.inf, full((1, 1), rounded, like=centers))
    return Against(keys_of(centers), abs(columns[:, :, None] - columns[:, None, :]), slack)


class Part(NamedTuple):
    """What some boxes add: sums (k, d) and counts (k,), how many points changed, and how many were compared."""

    sums: Tensor
    counts: Tensor
    changed: int
    compared: int


class Filter:
    """As `Assignment`: the nearest centre of each point, and sums and counts by centre; by boxes.

    labels : (n,), in the order of the boxes' data; compared : how many points were compared with centres so far
    Memory: a label for each point, k·(k·d + n/64) numbers for the boxes, and a tile on each thread.
    """

    def __init__(
        self,
        boxes: Boxes,
        k: int,
        threads: int = 1,
        each: Callable[..., Iterable[Any]] = map,
        labels: Tensor | None = None,
    ) -> None:
        self.boxes, self.k, self.threads, self.each = boxes, k, threads, each
        self.data, self.weights = boxes.data, boxes.weights
        (d, n), count = self.data.shape, boxes.middle.shape[1]
        self.first, self.compared = labels is None, 0
        self.rooms: list[Tensor] = []
        labels = zeros(n, "uint8" if k <= 256 else "int32", like=self.data) if labels is None else labels
        self.inside, self.rest = labels[: count * HELD].reshape(count, HELD), labels[count * HELD :]
        self.of_box = full(count, -1, "int64", like=self.data)  # −1 where points differ
        self.sums, self.counts = zeros((k, d), "float64", like=self.data), zeros(k, "float64", like=self.data)

    @property
    def labels(self) -> Tensor:
        return concat([self.inside.reshape(-1), self.rest])

    def update(self, centers: Tensor) -> int:
        """Give each point the nearest of these centres (k, d); how many points changed theirs (at first all)."""
        (d, n), count = self.data.shape, self.boxes.middle.shape[1]
        look = partial(self._look, others=against(centers, rounding(d, self.data, centers)))
        most = max(HELD, min(2**12, BOXES // self.k))
        runs = [slice(start, min(start + most, count)) for start in range(0, count, most)]
        rooms = self.rooms or [room_of(max(OPENED, most), self.k, self.data) for _ in range(self.threads)]
        self.rooms = rooms
        found = [part for some in self.each(look, shares(runs, self.threads), rooms) for part in some]
        if count * HELD < n:
            found.append(self._left_over(slice(count * HELD, n), keys_of(centers)))
        self.sums, self.counts = (sum(parts) for parts in list(zip(*found, strict=True))[:2])
        self.compared += sum(part.compared for part in found)
        changed = n if self.first else sum(part.changed for part in found)
        self.first = False
        return changed

    def _look(self, share: list[slice], room: Tensor, others: Against) -> list[Part]:
        """What the boxes of some runs add, closed or open."""
        found = []
        for run in share:
            table = scores(self.boxes.middle[:, run], others.keys, room)
            margin = table.copy()  # of the scores of all centres above the least, at the worst place in the box
            nearest, least, _ = lowest(table)
            nearest = nearest.astype("int64")
            margin -= least
            margin -= take(others.slack, nearest, axis=1)
            for axis, half in enumerate(self.boxes.half[:, run]):
                margin -= take(others.apart[axis], nearest, axis=1) * half
            whole = margin.min(0) > 0
            found.append(self._closed(run, whole, nearest))
            left = positions(~whole)
            for start in range(0, left.shape[0], OPENED // HELD):
                some = left[start : min(start + OPENED // HELD, left.shape[0])]
                possible = (take(margin, some, axis=1) <= 0).any(1)
                possible[take(nearest, some)] = True
                found.append(self._open(some + run.start, others.keys, positions(possible), room))
        return found

    def _closed(self, run: slice, whole: Tensor, nearest: Tensor) -> Part:
        """What the boxes of a run add that belong to one centre as a whole."""
        own = positions(whole)
        boxes, label = own + run.start, take(nearest, own)
        sums, counts = sums_by_center(take(self.boxes.sums, boxes, axis=0).T, label, self.k)
        if self.weights is None:
            counts = counts * float(HELD)
        else:
            counts = scatter_add(label, take(self.boxes.counts, boxes), self.k)
        changed, new = 0, positions(take(self.of_box, boxes) != label)
        if new.shape[0]:
            boxes, after = take(boxes, new), take(label, new).astype(self.inside.dtype)[:, None]
            differ = take(self.inside, boxes, axis=0) != after
            changed = _count(differ)
            self.inside[boxes] = after * ones(differ.shape, after.dtype, like=after)
        self.of_box[run] = where(whole, nearest, -1)
        return Part(sums, counts, changed, 0)

    def _open(self, boxes: Tensor, keys: Keys, possible: Tensor, room: Tensor) -> Part:
        """What the points of these boxes add, each compared with the centres that are possible."""
        count = boxes.shape[0] * HELD
        x = take(self.boxes.held, boxes, axis=1).reshape(self.data.shape[0], count)
        weights = None if self.weights is None else take(_held(self.weights), boxes, axis=0).reshape(count)
        numbers, _, _ = lowest(scores(x, keys.of(possible), room))
        label = take(possible, numbers.astype("int64"))
        after = label.astype(self.inside.dtype).reshape(boxes.shape[0], HELD)
        changed = _count(take(self.inside, boxes, axis=0) != after)
        if changed:
            self.inside[boxes] = after
        return Part(*sums_by_center(x, label, self.k, weights), changed, count)

    def _left_over(self, here: slice, keys: Keys) -> Part:
        """What the points add that are in no box."""
        x, weights = self.data[:, here], None if self.weights is None else self.weights[here]
        label = lowest(scores(x, keys, room_of(x.shape[1], self.k, x)))[0].astype("int64")
        after = label.astype(self.rest.dtype)
        changed, self.rest = _count(self.rest != after), after
        return Part(*sums_by_center(x, label, self.k, weights), changed, x.shape[1])


def _held(x: Tensor) -> Tensor:
    """Numbers of points, (n,), as those of each box, (boxes, HELD)."""
    count = x.shape[0] // HELD
    return x[: count * HELD].reshape(count, HELD)


def _count(mask: Tensor) -> int:
    return int(mask.astype("int64").sum().item())
