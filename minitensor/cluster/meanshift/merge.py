"""Clusters made of the places where points stopped: which places are one peak, and which point belongs to which.

The rule is greedy, and as it stands it takes one look at all places for each centre. But whether a place becomes a
centre depends on those within a radius of it alone, so all whose surroundings hold nothing denser become centres at
once. Space is cut into cells for that, one radius wide (`near.py`), and the densest place of a cell is compared with
the densest ones of the cells beside it. Where that settles little, as along a line on which the density rises from end
to end, the densest `BATCH` places are settled by the plain rule.
"""

from minitensor.cluster.near import in_cells, nearest_within
from minitensor.core.tensor import Tensor
from minitensor.functions import argsort, concat, minimum, sort, where
from minitensor.groups import by_size, numbered, rows_in_order

BATCH = 1024  # places that the plain rule looks at together
WORTH = 32  # a step is worth doing again if it settles one in so many of the places


def merge(peaks: Tensor, density: Tensor, radius: float) -> tuple[Tensor, Tensor]:
    """Clusters of the places (n, d) where points stopped: labels (n,), and centres (clusters, d), the largest first.

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
    by_place = rows_in_order(peaks, descending=True)
    ranked = peaks[by_place[argsort(density[by_place], descending=True)]]
    left, ranks, worth = numbered(ranked), [], True
    while left.shape[0]:
        places = ranked[left]
        found = left[densest_around(places, radius) if worth else _greedy(places[: min(BATCH, left.shape[0])], radius)]
        outside = nearest_within(places, ranked[found], radius)[0] < 0
        ranks.append(found)
        worth = (left.shape[0] - outside.sum().item()) * WORTH >= left.shape[0]
        left = left[outside]
    centers = ranked[sort(concat(ranks))]
    labels, order = by_size(nearest_within(peaks, centers, radius)[0], centers.shape[0])
    return labels, centers[order]


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
