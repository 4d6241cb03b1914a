"""The closest of some candidates: a shortlist by one gather and one product, then the differences of those few."""

import math

import numpy as np

from minitensor import backend
from minitensor.core.creation import full
from minitensor.core.tensor import Tensor, wrap
from minitensor.functions import argsort, concat, searchsorted, take
from minitensor.groups import numbered


class Keys:
    """Points made ready for products: of x is kept (x, −|x|²/2), so that q·x − |x|²/2 is greatest for the closest.

    Rounding can make that wrong by `unsure` times the largest square; what is so close to the k-th stays on the list.
    """

    def __init__(self, points: Tensor) -> None:
        half = (points * points).sum(1, keepdims=True) * -0.5
        self.table = concat([points, half], axis=1)
        self.longest = -2 * float(half.min().item())
        self.unsure = 4 * (points.shape[1] + 3) * float(np.finfo(points.dtype).eps)

    def asking(self, queries: Tensor) -> Tensor:
        """Queries (q, d) as they meet a row of the table, (q, d + 1)."""
        return concat([queries, full((queries.shape[0], 1), 1.0, like=queries)], axis=1)

    def slack(self, queries: Tensor) -> Tensor:
        """How far a product for each query (q, d) may be off, twice, (q,)."""
        return self.unsure * ((queries * queries).sum(1) + self.longest)


def shortlist(keys: Keys, asking: Tensor, slack: float, some: Tensor, k: int) -> Tensor:
    """The candidates, (c,) int64, that may be among the k closest to a query, (d + 1,)."""
    if some.shape[0] <= k:
        return some
    scores = take(keys.table, some) @ asking
    return some[scores >= at_rank(scores, scores.shape[0] - k) - slack]


def in_order(queries: Tensor, points: Tensor, query: Tensor, point: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """The k closest of pairs: numbers of points (q, k) int64, −1 where there are fewer, and squared distances, (q, k).

    query, point : (pairs,) int64, of each query by the numbers of the points. Distances are sums of squared differences
    in float64, infinity where there is no point; of points at one distance the one with the lesser number comes first.
    Memory: some tables of pairs·d numbers.
    """
    difference = take(points, point).astype("float64") - take(queries, query).astype("float64")
    difference *= difference
    squared, q = difference.sum(1), queries.shape[0]
    order, place = ranked(query, squared)
    near = order[place < k]
    at = query[near] * k + place[place < k]
    found, distance = full(q * k, -1, "int64", like=queries), full(q * k, math.inf, "float64", like=queries)
    found[at], distance[at] = point[near], squared[near]
    return found.reshape(q, k), distance.reshape(q, k)


def ranked(query: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
    """The order of pairs by query, then by value, and the rank of each among those of its query: (pairs,) int64 twice.

    >>> import minitensor as mt
    >>> [each.tolist() for each in ranked(mt.tensor([0, 1, 0]), mt.tensor([5.0, 1.0, 3.0]))]
    [[2, 0, 1], [0, 1, 0]]
    """
    order = argsort(value)
    order = order[argsort(query[order])]
    own = query[order]
    return order, numbered(own) - searchsorted(own, own)


def at_rank(numbers: Tensor, rank: int) -> Tensor:
    """The numbers along the last axis that have so many before them when they are in order."""
    return wrap(backend.of(numbers.array).at_rank(numbers.array, rank))


def places(true: Tensor) -> Tensor:
    """Where a vector of bool is true, int64.

    >>> import minitensor as mt
    >>> places(mt.tensor([False, True, True])).tolist()
    [1, 2]
    """
    return wrap(backend.of(true.array).xp.nonzero(true.array)[0])
