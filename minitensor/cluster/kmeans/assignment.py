"""Which centre each point has, kept from step to step, so that most points need not be looked at again.

A point whose nearest centre is at distance a and whose second is at b stays with the first for as long as the centres
have not moved b − a in all, twice the longest way of any centre being counted in each step (Hamerly 2010, with one
number for all centres where he has one for each: a comparison is then all that a point costs). So with each point is
kept how far centres may have gone before it must be looked at: `until`. What is subtracted for rounding makes sure that
a point that is left out would have kept its centre, whatever rounding does.

A second nearest centre takes longer to find than the nearest, and where centres go far nothing is left out. So bounds
begin where few points still change their centre. They leave out most comparisons (lessons/12_kmeans.py), but arrays are
so quick at these that time was gained in no row of tests/benchmarks/clustering_kmeans.py: `KMeans` makes bounds only
where it is told to.
"""

import math
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np

from minitensor import backend
from minitensor.cluster.coordinates import FEW
from minitensor.cluster.kmeans.lloyd import (
    Keys,
    chosen,
    keys_of,
    lowest,
    room_for,
    scores,
    shares,
    sums_by_center,
    tiles,
)
from minitensor.core.creation import full, zeros
from minitensor.core.tensor import Tensor, wrap
from minitensor.functions import clip, concat, sqrt

SETTLED = 0.1  # the share of the points that changed their centre, below which bounds are made
MOST = 0.3  # the share of the points to be looked at, above which all are: to choose some takes time too
REFRESH = 0.25  # the share of the points that changed their centre, above which sums are made anew, not mended


class Assignment:
    """The nearest centre of each point of data (d, n) that lie in a frame, and the sums and counts of each centre.

    weights : (n,), or None for ones; bounds : whether to leave out points that cannot change
    threads, each : how many, and a map that runs on them

    labels : (n,), uint8 for up to 256 centres, else int32; sums : (k, d), counts : (k,), of weights, both float64
    compared : how many points were compared with all centres so far, as against left out

    Memory: for each point a label and, with bounds, one number; a tile on each thread.
    """

    def __init__(
        self,
        data: Tensor,
        k: int,
        weights: Tensor | None = None,
        bounds: bool = True,
        threads: int = 1,
        each: Callable[..., Iterable[Any]] = map,
    ) -> None:
        d, n = data.shape
        self.data, self.k, self.weights, self.bounds = data, k, weights, bounds and k > 1
        self.threads, self.each = threads, each
        self.rooms = [room_for(n, k, data) for _ in range(threads)]  # memory that is new is slow at first
        self.labels = zeros(n, "uint8" if k <= 256 else "int32", like=data)
        self.until = full(n if self.bounds else 0, -math.inf, like=data)
        self.sums, self.counts = zeros((k, d), "float64", like=data), zeros(k, "float64", like=data)
        self.drift, self.compared, self.changed, self._bounded = 0.0, 0, n, False
        self._centers: Tensor | None = None
        self._rounding = 0.0

    def update(self, centers: Tensor) -> int:
        """Give each point the nearest of these centres (k, d); how many points changed theirs (at first all)."""
        n, first = self.data.shape[1], self._centers is None
        if self._centers is not None:
            self.drift += 2 * furthest(self._centers, centers)
        self._centers = centers
        gaps = self.bounds and not first and self.changed <= SETTLED * n
        anew = first or self.weights is not None or self.changed > REFRESH * n
        if gaps:
            self._rounding = rounding(self.data.shape[0], self.data, centers)
        look = partial(self._look, keys=keys_of(centers), gaps=gaps, anew=anew)
        parts = shares(self._late(), self.threads)
        moved = [each for some in self.each(look, parts, self.rooms) for each in some]
        self._bounded = self._bounded or gaps
        self.changed = n if first else sum(count for count, _, _ in moved)
        if anew:
            every = list(tiles(n, self.k, self.data))
            found = [each for some in self.each(self._sums, shares(every, self.threads)) for each in some]
            self.sums, self.counts = (sum(parts) for parts in zip(*found, strict=True))
        elif moved:
            self._mend(*(concat(parts) for parts in list(zip(*moved, strict=True))[1:]))
        return self.changed

    def _late(self) -> list[slice | Tensor]:
        """The points to be looked at, a tile at a time: as slices where they are all, as numbers where they are few."""
        n = self.data.shape[1]
        late = positions(self.until < self.drift) if self._bounded else None
        if late is None or late.shape[0] > MOST * n:
            self.compared += n
            return list(tiles(n, self.k, self.data))
        self.compared += late.shape[0]
        return [late[here] for here in tiles(late.shape[0], self.k, self.data)]

    def _look(
        self, share: list[slice | Tensor], room: Tensor, keys: Keys, gaps: bool, anew: bool
    ) -> list[tuple[int, Any, Any]]:
        """Give the points of some tiles their nearest centre.

        For each tile how many changed, and, unless sums are made anew, which, and the centres that they left.
        """
        moved: list[tuple[int, Any, Any]] = []
        for at in share:
            x = self.data[:, at] if isinstance(at, slice) else chosen(self.data, at)
            numbers, least, second = lowest(scores(x, keys, room), two=gaps)
            numbers = numbers.astype(self.labels.dtype)
            if second is not None:
                self.until[at] = self._limit(x, least, second)
            before = self.labels[at]
            if anew:
                moved.append((int((numbers != before).astype("int64").sum().item()), None, None))
                self.labels[at] = numbers
                continue
            changed = positions(numbers != before)
            if changed.shape[0]:
                which = changed + at.start if isinstance(at, slice) else at[changed]
                moved.append((changed.shape[0], which, before[changed]))
                self.labels[at] = numbers  # over `before`, where that is a view
        return moved

    def _sums(self, share: list[slice]) -> list[tuple[Tensor, Tensor]]:
        """The sums and counts of each of some tiles."""
        found = []
        for here in share:
            weights = None if self.weights is None else self.weights[here]
            labels = self.labels[here].astype("int64")
            found.append(sums_by_center(self.data[:, here], labels, self.k, weights))
        return found

    def _limit(self, x: Tensor, least: Tensor, second: Tensor) -> Tensor:
        """How much drift the points x, (d, t), can bear, by their least and second least scores."""
        squared = squares(x)
        least += least
        least += squared
        second += second
        second += squared
        near = sqrt(clip(least, 0.0, math.inf) + self._rounding)
        far = sqrt(clip(second - self._rounding, 0.0, math.inf))
        slack = 8 * float(np.finfo(x.dtype).eps)
        return (far - near) * (1 - slack) + self.drift * (1 - slack)

    def _mend(self, numbers: Tensor, left: Tensor) -> None:
        """Take the points with these numbers from the sums of the centres that they left, and add them to their own."""
        x = chosen(self.data, numbers)
        for sign, labels in ((1.0, self.labels[numbers]), (-1.0, left)):
            sums, counts = sums_by_center(x, labels.astype("int64"), self.k)
            self.sums, self.counts = self.sums + sign * sums, self.counts + sign * counts


def rounding(d: int, data: Tensor, centers: Tensor) -> float:
    """How far the square of a distance may be off that comes from a score: (d + 8)·eps of the squares in it."""
    most = max(float(x.max().item()) for x in (abs(data.max()), abs(data.min()), abs(centers).max()))
    return 2 * (d + 8) * float(np.finfo(data.dtype).eps) * d * most**2


def squares(x: Tensor) -> Tensor:
    """|x|² of the points x, (d, t): (t,)."""
    if x.shape[0] > FEW:
        rows = x.T
        return wrap(backend.of(rows.array).vecdot(rows.array, rows.array))
    total = x[0] * x[0]
    for axis in range(1, x.shape[0]):
        total += x[axis] * x[axis]
    return total


def furthest(before: Tensor, after: Tensor) -> float:
    """The longest way that any centre went."""
    steps = after.astype("float64") - before.astype("float64")
    return math.sqrt((steps * steps).sum(1).max().item())


def positions(mask: Tensor) -> Tensor:
    """Where the mask (n,) is true, in order: int64."""
    return wrap(backend.of(mask.array).xp.nonzero(mask.array)[0])
