"""The clusters of DBSCAN: core points that are joined, and the points on their border."""

import math
from collections.abc import Callable
from typing import NamedTuple

from minitensor.cluster.coordinates import largest
from minitensor.cluster.dbscan import counting, joining, leaves
from minitensor.cluster.dbscan.cells import MOST, TOGETHER, Cells, in_cells, pairs, squared_distances
from minitensor.core.creation import full
from minitensor.core.tensor import Tensor
from minitensor.functions import argsort, minimum, take, where
from minitensor.groups import dense, is_new, least_of_runs, numbered, owners, sorted_keys

METHODS = ("auto", "cells", "leaves")
Report = Callable[[int, int, str], None]


class Found(NamedTuple):
    """labels : (n,) int64, −1 for noise; core : (n,) bool, whether each is a core point."""

    labels: Tensor
    core: Tensor


def cluster(
    points: Tensor,
    eps: float,
    min_samples: float,
    weights: Tensor | None = None,
    method: str = "auto",
    report: Report | None = None,
) -> Found:
    """The clusters of points (n, d) of floats, n ≥ 1, and which of them are core points.

    eps : positive and finite; weights : (n,) float64, what each point counts, 1 if None
    method : "cells" or "leaves", which find the same; "auto" takes cells in up to 3 dimensions
    report : is told how much is done, of how much, and what is being done

    Points are compared as they are, in float64, whatever their dtype, since moving them would round: d² ≤ eps² of the
    squared differences summed axis by axis. All is first divided by a power of two near eps, which changes no digit, so
    that no square overflows or vanishes. An eps below 2⁻¹⁰⁰⁰ of the largest coordinate counts as that.

    >>> import minitensor as mt
    >>> found = cluster(mt.tensor([[0.0], [1.0], [2.0], [9.0]]), 1.0, 3)
    >>> found.labels.tolist(), found.core.tolist()
    ([0, 0, 0, -1], [False, True, False, False])
    """
    exponent = max(math.frexp(eps)[1] - 1, math.frexp(largest(points))[1] - 500)
    unit = 2.0 ** max(exponent, -1022)
    here, width = points.astype("float64") / unit, max(eps / unit, 2.0**-500)
    cells = in_cells(here, width) if method != "leaves" and points.shape[1] <= MOST else None
    report = report or _silent
    if cells is None:
        return _by_leaves(here, width, min_samples, weights, report)
    return _by_cells(cells, width, min_samples, weights, report)


def _silent(done: int, total: int, words: str) -> None:
    pass


def _by_cells(cells: Cells, eps: float, min_samples: float, weights: Tensor | None, report: Report) -> Found:
    report(0, 3, "counting neighbours")
    mass = None if weights is None else take(weights, cells.order)
    core = counting.core_points(cells, eps, min_samples, mass)
    labels = full(core.shape[0], -1, "int64", like=core)
    if core.any():
        report(1, 3, "joining cells")
        cores = cells.only(core)
        number = _numbers(joining.components(cores, eps), least_of_runs(cores.order, cores.start[:-1]))
        report(2, 3, "looking at borders")
        labels[core] = take(number, owners(cores.held))
        labels[~core] = _of_border(cells, cores, number, ~core, eps)
    report(3, 3, "done")
    return _as_given(cells.order, labels, core)


def _by_leaves(points: Tensor, eps: float, min_samples: float, weights: Tensor | None, report: Report) -> Found:
    report(0, 3, "counting neighbours")
    found, order = leaves.in_leaves(points, eps)
    mass = None if weights is None else take(weights, order)
    core = leaves.core_points(found, min_samples, mass)
    labels = full(core.shape[0], -1, "int64", like=core)
    if core.any():
        report(1, 3, "joining points")
        cores = found.only(core)
        number = _numbers(leaves.components(cores), order[core])
        report(2, 3, "looking at borders")
        labels[core] = number
        labels[~core] = leaves.first_near(found.only(~core), cores, number)
    report(3, 3, "done")
    return _as_given(order, labels, core)


def _as_given(order: Tensor, labels: Tensor, core: Tensor) -> Found:
    """What was found of the points in another order."""
    found = Found(labels.copy(), core.copy())
    found.labels[order], found.core[order] = labels, core
    return found


def _numbers(roots: Tensor, firsts: Tensor) -> Tensor:
    """The number of the cluster of each group of core points, (groups,), clusters by their first core point.

    roots : the least number in the component of each; firsts : the first core point of each
    """
    ordered, order = sorted_keys(roots)
    first_of_cluster = least_of_runs(take(firsts, order), numbered(order)[is_new(ordered)])
    return take(argsort(argsort(first_of_cluster)), dense(roots))


def _of_border(cells: Cells, cores: Cells, number: Tensor, chosen: Tensor, eps: float) -> Tensor:
    """The first of the clusters that have a core point within eps, −1 where none has, of the points that are chosen.

    number : of the cluster of each cell of core points
    """
    at, cell, of_core = numbered(chosen)[chosen], owners(cells.held)[chosen], take(number, owners(cores.held))
    none = number.shape[0]
    best = full(at.shape[0], none, "int64", like=at)
    for first in range(0, at.shape[0], TOGETHER):
        some = slice(first, min(first + TOGETHER, at.shape[0]))
        mine, keys = tuple(take(column, at[some]) for column in cells.columns), take(cells.keys, cell[some])
        for shift in cells.shifts():
            lower, upper = (take(cores.start, each) for each in cores.row(keys, shift))
            for part, query, point in pairs(lower, upper):
                near = squared_distances(tuple(each[part] for each in mine), query, cores.columns, point) <= eps * eps
                query, label = query[near], take(of_core, point[near])
                begins = is_new(query)
                who = query[begins] + (first + part.start)
                best[who] = minimum(take(best, who), least_of_runs(label, numbered(query)[begins]))
    return where(best < none, best, -1)
