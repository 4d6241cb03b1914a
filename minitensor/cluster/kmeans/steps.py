"""Lloyd's algorithm to the end: points go to their nearest centre, centres to the mean of their points, and again."""

import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

import numpy as np

from minitensor import backend
from minitensor.backend.threads import blas_limited, in_threads
from minitensor.cluster.coordinates import FEW
from minitensor.cluster.kmeans.assignment import Assignment, positions
from minitensor.cluster.kmeans.boxes import Boxes, Filter
from minitensor.cluster.kmeans.lloyd import (
    chosen,
    inertia_of,
    squared_to_center,
    sums_by_center,
    tiles,
)
from minitensor.core.creation import zeros
from minitensor.core.tensor import Tensor
from minitensor.functions import argmax, argsort, concat, maximum, round, sort, take, where
from minitensor.groups import rows_in_order

PLAIN = 4  # steps, after which boxes are worth making: tests/benchmarks/clustering_kmeans.py
LEFT = 1e-3  # of a sum of squares, which an inertia must be to be the difference of such
WORTH = 2**19  # pairs of a point and a centre, below which another thread costs more than it gains
Report = Callable[[int, float, int], None]


class Found(NamedTuple):
    """Where Lloyd's algorithm ended.

    centers : (k, d), inside the frame; labels : (n,) int64, the nearest of these; inertia : of these
    n_iter : how many steps were made; converged : whether it stopped by itself
    settled : whether no point changed its centre in the last step
    compared : points compared with centres; boxes : of the points, if some were made
    """

    centers: Tensor
    labels: Tensor
    inertia: float
    n_iter: int
    converged: bool
    settled: bool
    compared: int = 0
    boxes: Boxes | None = None


def to_the_end(
    data: Tensor,
    weights: Tensor | None,
    centers: Tensor,
    max_iter: int,
    tol: float,
    bounds: bool = False,
    boxes: Boxes | None = None,
    box: Callable[[], Boxes] | None = None,
    report: Report | None = None,
    threads: int | None = None,
) -> Found:
    """Steps from these centres (k, d), until no point of data (d, n) changes its centre, the squares of the steps of
    all centres add up to `tol` at most, or `max_iter` steps are made.

    A centre without points goes where the farthest point is, as in scikit-learn; the centres keep their order.

    bounds : whether points that cannot change their centre are left out (`assignment.py`)
    boxes : of the data, by which it then goes (`boxes.py`); box : makes some, which is done after `PLAIN` steps
    report : called after each step with how many were made, the squares of its steps, and how many points changed
    threads : how many; as many as BLAS takes, fewer for a small job, if not given
    """
    k, converged, settled, n_iter, compared = centers.shape[0], False, False, 0, 0
    count = threads or min(backend.of(data.array).threads(), 1 + data.shape[1] * k // WORTH)
    with on_threads(count) as each:
        state = Filter(boxes, k, count, each) if boxes else Assignment(data, k, weights, bounds, count, each)
        for n_iter in range(1, max_iter + 1):
            if n_iter == PLAIN + 1 and box and not boxes:
                boxes, compared = box(), state.compared
                state = Filter(boxes, k, count, each, take(state.labels, boxes.order))
            changed = state.update(centers)
            moved = new_centers(state, centers)
            steps = moved.astype("float64") - centers.astype("float64")
            shift, settled = (steps * steps).sum().item(), not changed and n_iter > 1
            converged = settled or shift <= tol
            if report:
                report(n_iter, shift, changed)
            if settled:  # the points are where these centres have them
                break
            centers = moved
            if converged:
                break
        if not settled:
            state.update(centers)
        inertia = inertia_at(state, centers)
    return Found(centers, in_place(state), inertia, n_iter, converged, settled, compared + state.compared, boxes)


@contextmanager
def on_threads(count: int) -> Iterator[Callable[..., Iterable[Any]]]:
    """A map on so many threads, each of which does its own products: BLAS is held to one thread, if it can be."""
    with ExitStack() as stack:
        if count > 1:
            stack.enter_context(blas_limited(1))
        yield stack.enter_context(in_threads(count))


def in_place(state: Assignment | Filter) -> Tensor:
    """The label of each point in its own place: (n,) int64."""
    labels = state.labels.astype("int64")
    if isinstance(state, Assignment):
        return labels
    placed = zeros(labels.shape, "int64", like=labels)
    placed[state.boxes.order] = labels
    return placed


def inertia_at(state: Assignment | Filter, centers: Tensor) -> float:
    """The sum of w·|x − c|² over the points, c being the centre of each.

    It is Σ w|x|² − 2·Σ c·s + Σ m|c|², s and m being sums and counts, if enough is left of that; else differences are
    taken.
    """
    data, weights, c = state.data, state.weights, centers.astype("float64")
    if data.shape[0] <= FEW:
        whole = sum(square_sums(data, weights))
        rest = whole - 2 * (c * state.sums).sum().item() + (state.counts * (c * c).sum(1)).sum().item()
        if rest > LEFT * whole:
            return rest
    labels, total = state.labels, 0.0
    for here in short_tiles(data):
        some = None if weights is None else weights[here]
        total += inertia_of(data[:, here], centers, labels[here].astype("int64"), some)
    return total


def resolution(data: Tensor) -> float:
    """What rounding a coordinate may change."""
    most = max(abs(float(end.item())) for end in (data.min(), data.max()))
    return float(np.finfo(data.dtype).eps) * most


def short_tiles(data: Tensor) -> Iterator[slice]:
    """Tiles of data (d, n) of which copies are made: of many dimensions they hold fewer points."""
    d, n = data.shape
    return tiles(n, 1 if d <= FEW else 8 * d, data)


def square_sums(data: Tensor, weights: Tensor | None = None) -> list[float]:
    """The sum of w·x² along each axis of data (d, n), in float64."""
    totals = [0.0] * data.shape[0]
    for here in short_tiles(data):
        for axis, row in enumerate(data[:, here]):
            x = row.astype("float64")
            totals[axis] += (x @ x if weights is None else (x * weights[here].astype("float64")) @ x).item()
    return totals


def new_centers(state: Assignment | Filter, centers: Tensor) -> Tensor:
    """The mean of the points of each centre, (k, d); those without any are moved to points far from their centre."""
    sums, counts = state.sums, state.counts
    if not (counts > 0).all():
        sums, counts = reseeded(state, centers, sums.copy(), counts.copy())
    means = sums / where(counts > 0, counts, 1.0)[:, None]
    if not (counts > 0).all():  # there are more centres than places where points are
        means = where((counts > 0)[:, None], means, means[argmax(counts)])
    return means.astype(centers.dtype)


def reseeded(state: Assignment | Filter, centers: Tensor, sums: Tensor, counts: Tensor) -> tuple[Tensor, Tensor]:
    """Sums and counts after each centre without points has taken one from another: those farthest from their centre."""
    data, n = state.data, state.data.shape[1]
    labels = state.labels.astype("int64")
    far = concat([squared_to_center(data[:, here], centers, labels[here]) for here in tiles(n, 1, data)])
    if not any_apart(far, data):
        return sums, counts
    empty = positions(counts == 0)
    empty = empty[: min(n, empty.shape[0])]
    farthest = farthest_of(far, data, empty.shape[0])
    x, weights = chosen(data, farthest), None if state.weights is None else state.weights[farthest]
    taken, count = sums_by_center(x, labels[farthest], state.k, weights)
    given, more = sums_by_center(x, empty, state.k, weights)
    return sums - taken + given, maximum(counts - count + more, 0.0)


def any_apart(far: Tensor, data: Tensor) -> bool:
    """Whether a point of data (d, …) is farther from its centre than rounding explains; far : squared distances."""
    return bool(far.max() > data.shape[0] * (4 * resolution(data)) ** 2)


def farthest_of(far: Tensor, data: Tensor, count: int) -> Tensor:
    """The `count` points, at least 1, of data (d, n) whose `far`, (n,), is largest, the largest first: int64.

    Of points that only rounding puts apart, those with the larger coordinates, so that their order does not matter.
    """
    coarse = round(far / max(far.max().item() * float(np.finfo(data.dtype).eps) ** 0.5, math.ulp(0.0)))
    found = positions(coarse >= sort(coarse, descending=True)[count - 1])
    found = found[rows_in_order(chosen(data, found).T, descending=True)]
    return found[argsort(coarse[found], descending=True)][:count]


def nearest_of(data: Tensor, centers: Tensor, weights: Tensor | None = None) -> tuple[Tensor, float]:
    """The nearest of the centres (k, d) for each point of data (d, n), (n,) int64, and the inertia."""
    state = Assignment(data, centers.shape[0], weights, bounds=False)
    state.update(centers)
    return in_place(state), inertia_at(state, centers)
