"""Core points: those that have `min_samples` points within eps, themselves among them."""

import math

from minitensor.cluster.dbscan.cells import TOGETHER, Cells, pairs, squared_distances
from minitensor.core.creation import full, zeros
from minitensor.core.tensor import Tensor
from minitensor.functions import abs, concat, cumsum, maximum, take
from minitensor.groups import numbered, owners, scatter_add

SLACK = 2.0**-40  # of a sum of weights, more than rounding can take from it


def core_points(cells: Cells, eps: float, min_samples: float, weights: Tensor | None = None) -> Tensor:
    """Which points are core points, (n,) bool, cell by cell as in `cells`.

    weights : (n,) float64, what each point counts, cell by cell; 1 if None. A sum that is below min_samples by no more
        than rounding reaches it.

    All points of a cell that weighs enough are core points at once. Others are compared with the points of the rows of
    cells round them, row by row, only until they have enough or can no longer have.
    Time: for m points in a cell that does not weigh enough, O(m) for each point in the rows round it. These cells hold
    less than min_samples points each, without weights, so it is O(min_samples·n) at most, but for the constant of
    5^d − 1. Memory: O(n) and that of `pairs`.
    """
    held, enough = cells.held, float(min_samples)
    if weights is None:
        crowded = held >= math.ceil(enough)
    else:
        enough = reached(min_samples, weights)
        crowded = _sums(maximum(weights, 0.0), cells) >= enough
        if weights.min().item() < 0:
            crowded = crowded & False
    core = take(crowded, owners(held))
    open_ = numbered(crowded)[~crowded]
    for at in range(0, open_.shape[0], TOGETHER):
        some = open_[at : min(at + TOGETHER, open_.shape[0])]
        found = _count(cells, some, eps, enough, weights)
        core[found] = full(found.shape[0], True, "bool", like=core)
    return core


def reached(min_samples: float, weights: Tensor) -> float:
    """The sum of weights from which on `min_samples` is reached, rounding aside."""
    return min_samples - SLACK * max(abs(weights).sum().item(), min_samples)


def _sums(values: Tensor, cells: Cells) -> Tensor:
    """The sum of the values of the points of each cell."""
    return scatter_add(owners(cells.held), values, cells.keys.shape[0])


def _count(cells: Cells, some: Tensor, eps: float, enough: float, weights: Tensor | None) -> Tensor:
    """The core points among those of some cells, by comparing points."""
    keys = take(cells.keys, some)
    rows = []
    left = zeros(some.shape, "float64", like=cells.columns[0])  # what the rows that are not compared yet weigh
    total = None
    if weights is not None:
        total = concat([zeros(1, "float64", like=weights), cumsum(maximum(weights, 0.0))])
    for shift in cells.shifts():
        lower, upper = (take(cells.start, each) for each in cells.row(keys, shift))
        weigh = (upper - lower).astype("float64") if total is None else take(total, upper) - take(total, lower)
        left += weigh
        rows.append((lower, upper, weigh))
    slack = 0.0 if total is None else enough * 2.0**-20 + total[-1].item() * 2.0**-40
    held = take(cells.held, some)
    query = owners(held)
    at = take(take(cells.start, some) - (cumsum(held) - held), query) + numbered(query)
    count = zeros(at.shape, "float64", like=left)
    left = take(left, query)
    found: list[Tensor] = []
    for lower, upper, weigh in rows:
        hopeful = numbered(at)[count + left >= enough - slack]
        if not hopeful.shape[0]:
            return concat([*found, hopeful])
        at, query, count, left = (take(each, hopeful) for each in (at, query, count, left))
        mine = tuple(take(column, at) for column in cells.columns)
        for part, which, point in pairs(take(lower, query), take(upper, query)):
            near = squared_distances(tuple(each[part] for each in mine), which, cells.columns, point) <= eps * eps
            hits = near.astype("float64")
            if weights is not None:
                hits *= take(weights, point)
            count[part] += scatter_add(which, hits, count[part].shape[0])
        left -= take(weigh, query)
        if weights is None:
            done = count >= enough
            found.append(at[done])
            more = numbered(at)[~done]
            at, query, count, left = (take(each, more) for each in (at, query, count, left))
    return concat([*found, at[count >= enough]])
