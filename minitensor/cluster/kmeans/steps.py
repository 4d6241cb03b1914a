"""Lloyd's algorithm to the end: points go to their nearest centre, centres to the mean of their points, and again."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from minitensor import backend
from minitensor.backend.threads import in_threads
from minitensor.cluster.kmeans.assignment import Assignment, positions
from minitensor.cluster.kmeans.lloyd import (
    inertia_of,
    keys_of,
    lowest,
    room_for,
    scores,
    shares,
    squared_to_center,
    sums_by_center,
    tiles,
)
from minitensor.core.tensor import Tensor
from minitensor.functions import argmax, argsort, concat, maximum, where

WORTH = 2**19  # pairs of a point and a centre, below which another thread costs more than it gains
Report = Callable[[int, float, int], None]


class Found(NamedTuple):
    """Where Lloyd's algorithm ended.

    centers : (k, d), inside the frame; labels : (n,) int64, the nearest of these; inertia : of these
    n_iter : how many steps were made; converged : whether it stopped by itself
    settled : whether no point changed its centre in the last step
    shift : the sum of the squares of the last steps of the centres; compared : points compared with all centres
    """

    centers: Tensor
    labels: Tensor
    inertia: float
    n_iter: int
    converged: bool
    settled: bool
    shift: float
    compared: int


def to_the_end(
    data: Tensor,
    weights: Tensor | None,
    centers: Tensor,
    max_iter: int,
    tol: float,
    bounds: bool = True,
    report: Report | None = None,
    threads: int | None = None,
) -> Found:
    """Steps from these centres (k, d), until no point of data (d, n) changes its centre, the squares of the steps of
    all centres add up to `tol` at most, or `max_iter` steps are made.

    A centre without points goes where the farthest point is, as in scikit-learn; the centres keep their order.
    bounds : whether points that cannot change their centre are left out; report : called after each step with how many
    were made, the sum of squares of the steps, and how many points changed
    threads : how many; as many as BLAS takes, fewer for a small job, if not given
    """
    k, converged, settled, n_iter, shift = centers.shape[0], False, False, 0, 0.0
    count = threads or min(backend.of(data.array).threads(), 1 + data.shape[1] * k // WORTH)
    with in_threads(count) as each:
        state = Assignment(data, k, weights, bounds, count, each)
        for n_iter in range(1, max_iter + 1):
            first = n_iter == 1
            changed = state.update(centers)
            moved = new_centers(state, centers)
            steps = moved.astype("float64") - centers.astype("float64")
            shift, centers = (steps * steps).sum().item(), moved
            settled = not changed and not first
            converged = settled or shift <= tol
            if report:
                report(n_iter, shift, changed)
            if converged:
                break
        labels, inertia = nearest_of(data, centers, weights, count, each)
    return Found(centers, labels, inertia, n_iter, converged, settled, shift, state.compared)


def new_centers(state: Assignment, centers: Tensor) -> Tensor:
    """The mean of the points of each centre, (k, d); those without any are moved to points far from their centre."""
    sums, counts = state.sums, state.counts
    if not (counts > 0).all():
        sums, counts = reseeded(state, centers, sums.copy(), counts.copy())
    means = sums / where(counts > 0, counts, 1.0)[:, None]
    if not (counts > 0).all():  # there are more centres than places where points are
        means = where((counts > 0)[:, None], means, means[argmax(counts)])
    return means.astype(centers.dtype)


def reseeded(state: Assignment, centers: Tensor, sums: Tensor, counts: Tensor) -> tuple[Tensor, Tensor]:
    """Sums and counts after each centre without points has taken one from another: those farthest from their centre."""
    data, n = state.data, state.data.shape[1]
    labels = state.labels.astype("int64")
    far = concat([squared_to_center(data[:, here], centers, labels[here]) for here in tiles(n, 1, data)])
    if not far.max() > 0:
        return sums, counts
    empty = positions(counts == 0)
    empty = empty[: min(n, empty.shape[0])]
    farthest = argsort(far, descending=True)[: empty.shape[0]]
    x, weights = data.T[farthest].T, None if state.weights is None else state.weights[farthest]
    taken, count = sums_by_center(x, labels[farthest], state.k, weights)
    given, more = sums_by_center(x, empty, state.k, weights)
    return sums - taken + given, maximum(counts - count + more, 0.0)


def nearest_of(
    data: Tensor,
    centers: Tensor,
    weights: Tensor | None = None,
    threads: int = 1,
    each: Callable[..., Iterable[Any]] = map,
) -> tuple[Tensor, float]:
    """The nearest of the centres (k, d) for each point of data (d, n), (n,) int64, and the inertia."""
    keys, (k, n) = keys_of(centers), (centers.shape[0], data.shape[1])

    def look(share: list[slice]) -> list[tuple[Tensor, float]]:
        found, room = [], room_for(n, k, data)
        for here in share:
            x = data[:, here]
            labels = lowest(scores(x, keys, room))[0].astype("int64")
            found.append((labels, inertia_of(x, centers, labels, None if weights is None else weights[here])))
        return found

    found = [part for some in each(look, shares(list(tiles(n, k, data)), threads)) for part in some]
    return concat([labels for labels, _ in found]), sum(inertia for _, inertia in found)
