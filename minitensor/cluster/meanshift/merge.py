"""Clusters made of the places where points stopped: which places are one peak, and which point belongs to which.

The rule is greedy, and as it stands it takes one look at all places for each centre. But whether a place becomes a
centre depends on those within a radius of it alone, so all whose surroundings hold nothing denser become centres at
once. Space is cut into cells for that, one radius wide (`near.py`), and the densest place of a cell is compared with
the densest ones of the cells beside it. Where that settles little, as along a line on which the density rises from end
to end, the densest `BATCH` places are settled by the plain rule.

Rounding must not decide which of two places is the denser or the nearer, or whether a third is just one radius away.
So the rule looks at the places, and at the logarithms of the densities, on a lattice that is coarse beside rounding and
fine beside all else.
"""

import math

import numpy as np

from minitensor.cluster.near import in_cells, nearest_within
from minitensor.core.tensor import Tensor
from minitensor.functions import argsort, concat, log, maximum, minimum, round, sort, where
from minitensor.groups import by_size, numbered, rows_in_order

BATCH = 1024  # places that the plain rule looks at together
WORTH = 32  # a step is worth doing again if it settles one in so many of the places


def merge(peaks: Tensor, density: Tensor, radius: float) -> tuple[Tensor, Tensor]:
    """Clusters of the places (n, d) where points stopped: labels (n,), and centres (clusters, d), the largest first.

    peaks : seen from their middle, in a unit of their own size, as mean shift has them

    The densest place is the first centre; it takes in all within `radius`, then the densest place left is the next.
    Of places equally dense the one with the larger coordinates is taken, so that the order of the points does not
    matter. Each place then belongs to the nearest centre, of two equally near ones to the denser. Clusters of one size
    are numbered by their first member. Time: about O(n·log n) in up to 3 dimensions, or where 3 axes tell the centres
    apart; at worst O(n·clusters·d), in matrix products. Memory: O(n·d).

    >>> import minitensor as mt
    >>> labels, centers = merge(mt.tensor([[0.0], [5.0], [5.5]]), mt.tensor([1.0, 3.0, 2.0]), radius=1.0)
    >>> labels.tolist(), centers.tolist()
    ([1, 0, 0], [[5.0], [0.0]])
    """
    exact = rows_in_order(peaks, descending=True)
    peaks = peaks[exact]
    step = _lattice(peaks, min(radius, 1.0))
    places = round(peaks / step) * step
    slack = 2 * math.sqrt(peaks.shape[1]) * step
    radius += slack  # what was within it still is
    step = _lattice(density, 1.0)
    weights = round(log(maximum(density[exact], float(np.finfo(density.dtype).tiny))) / step) * step
    by_place = rows_in_order(places, descending=True)
    order = by_place[argsort(weights[by_place], descending=True)]
    ranked = places[order]
    left, ranks, worth = numbered(ranked), [], True
    while left.shape[0]:
        here = ranked[left]
        found = left[densest_around(here, radius) if worth else _greedy(here[: min(BATCH, left.shape[0])], radius)]
        outside = nearest_within(here, ranked[found], radius)[0] < 0
        ranks.append(found)
        worth = (left.shape[0] - outside.sum().item()) * WORTH >= left.shape[0]
        left = left[outside]
    chosen = sort(concat(ranks))
    nearest = nearest_within(places, ranked[chosen], radius, tie=4 * slack * radius)[0]
    labels, by_count = by_size(nearest[argsort(exact)], chosen.shape[0])
    return labels, peaks[order[chosen[by_count]]]


def _lattice(x: Tensor, size: float) -> float:
    """The step of the lattice: √eps of `size`, or down to half of that, so that it is a power of two."""
    return 2.0 ** math.floor(math.log2(math.sqrt(float(np.finfo(x.dtype).eps)) * size))


def densest_around(places: Tensor, radius: float) -> Tensor:
    """Some of the places (n, d), the densest of which comes first, that have none denser within `radius`: (m,) int64.

    They are the first places of their cells, denser than all in the cells beside them. The first place always is.
    """
    hashed = in_cells(places, radius)
    cells = hashed.grouped()
    best = cells.first
    for keys in hashed.beside(cells.first):
        cell, there = cells.find(keys)
        best = minimum(best, where(there, cells.first[cell], best))
    return cells.first[cells.first == best]


def _greedy(places: Tensor, radius: float) -> Tensor:
    """The centres among the places (n, d), the densest first, by the plain rule: (m,) int64."""
    left, found = numbered(places), []
    while left.shape[0]:
        found.append(left[:1])
        left = left[((places[left] - places[found[-1]]) ** 2).sum(1) > radius**2]
    return concat(found)
