"""Lloyd's algorithm on points in the chunks of a Dask array: each chunk gives sums and counts, which are added.

The steps are those of `steps.py`, to which chunks of a million points are tiles. What a step adds are floats, so that
centres are those of one process but for the rounding of these sums.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from minitensor import random
from minitensor.cluster.chunks import Chunks, Piece, on
from minitensor.cluster.distributed import summed
from minitensor.cluster.frame import Frame
from minitensor.cluster.kmeans.assignment import Assignment, positions
from minitensor.cluster.kmeans.far import inertia, lengths_to, outside, seen
from minitensor.cluster.kmeans.lloyd import coordinates, squared_to_center
from minitensor.cluster.kmeans.steps import Found, any_apart, farthest_of, inertia_at
from minitensor.core.tensor import Tensor
from minitensor.functions import argmax, concat, stack, where

SAMPLE = 2**16  # points that are gathered for k-means++

Report = Callable[[int, float], None]


def sample(points: Chunks, rng: np.random.Generator) -> Tensor:
    """`SAMPLE` of the points, or all, in their order: (m, d). Memory: O(m·d)."""
    n = points.shape[0]
    return points.rows(range(n) if n <= SAMPLE else sorted(random.sample(rng, n, SAMPLE).tolist()))


def variance(points: Chunks, frame: Frame) -> float:
    """The mean variance of the coordinates inside the frame, in one pass."""
    total = points.total(_moments, frame, add=summed)
    means = total / total[2, 0]
    return (means[1] - means[0] ** 2).mean().item()


def to_the_end(
    points: Chunks, frame: Frame, centers: Tensor, max_iter: int, tol: float, report: Report | None = None
) -> tuple[Found, int]:
    """As `to_the_end` in `steps.py`, from centres (k, d) inside the frame, a pass over all chunks in each step; and how
    many of the centres have points. The labels are a Dask array, still to be computed.

    Bytes: 8·k·d go to each machine in a step, and 8·k·(d + 1) come from each chunk.
    """
    n_iter, converged, settled, before = 0, False, False, None
    while n_iter < max_iter and not converged:
        sums, n_iter = points.total(_sums, frame, centers, add=summed), n_iter + 1
        moved = _moved(points, frame, centers, sums[:, :-1], sums[:, -1])
        steps = moved.astype("float64") - centers.astype("float64")
        shift = (steps * steps).sum().item()
        settled = before is not None and bool((sums == before).all())  # then no point has changed its centre
        converged = settled or shift <= tol
        if report:
            report(n_iter, shift)
        centers, before = centers if settled else moved, sums
    held = points.total(_held, frame, centers, add=summed)
    labels = points.lazily(nearest_center, frame, centers, dtype="int64")
    found = Found(centers, labels, held[-1].item(), n_iter, converged, settled, n_iter * points.shape[0])
    return found, int((held[:-1] > 0).sum().item())


def inertia_of_all(points: Chunks, frame: Frame, centers: Tensor) -> float:
    """The sum of |x − c|² outside the frame. Raises InputError where it is beyond the largest float."""
    return outside(points.total(_inertia, frame, centers, add=summed))


# --- on a chunk ----------------------------------------------------------------------------------------------------


def _assigned(inside: Tensor, centers: Tensor) -> Assignment:
    """The nearest of the centres for each point (n, d) inside the frame, by the arithmetic of one process."""
    state = Assignment(coordinates(inside), centers.shape[0], bounds=False)
    state.update(centers)
    return state


def nearest_center(piece: Piece, frame: Frame, centers: Tensor) -> Tensor:
    """The number of the centre nearest to each point, (n,) int64."""
    frame, centers = on(piece.points, frame, centers)
    inside, far = seen(frame, piece.points)
    labels = _assigned(inside, centers).labels.astype("int64")
    if far:
        labels[far.rows] = far.labels(centers)
    return labels


def distances(piece: Piece, frame: Frame, centers: Tensor) -> Tensor:
    """The distance from each point to each centre, (n, k)."""
    return lengths_to(piece.points, *on(piece.points, frame, centers))


def _inertia(piece: Piece, frame: Frame, centers: Tensor) -> float:
    return inertia(piece.points, *on(piece.points, frame, centers))


def _moments(piece: Piece, frame: Frame) -> Tensor:
    """The sums of the coordinates, of their squares, and of 1: (3, d) float64."""
    x = on(piece.points, frame).enter(piece.points).astype("float64")
    return stack([x.sum(0), (x * x).sum(0), (x * 0 + 1).sum(0)]).to("numpy")


def _sums(piece: Piece, frame: Frame, centers: Tensor) -> Tensor:
    """The sums of the points of each centre, and how many there are: (k, d + 1) float64."""
    frame, centers = on(piece.points, frame, centers)
    state = _assigned(seen(frame, piece.points)[0], centers)
    return concat([state.sums, state.counts[:, None]], axis=1).to("numpy")


def _held(piece: Piece, frame: Frame, centers: Tensor) -> Tensor:
    """How many points each centre has, and the inertia: (k + 1,) float64."""
    frame, centers = on(piece.points, frame, centers)
    state = _assigned(seen(frame, piece.points)[0], centers)
    return concat([state.counts, state.counts[:1] * 0 + inertia_at(state, centers)]).to("numpy")


# --- centres without points ----------------------------------------------------------------------------------------


class Far(NamedTuple):
    """Points far from their centre, the farthest first: squared distances, rows, coordinates inside, and centres."""

    squared: Tensor
    rows: Tensor
    points: Tensor
    labels: Tensor


def _moved(points: Chunks, frame: Frame, centers: Tensor, sums: Tensor, held: Tensor) -> Tensor:
    """As `new_centers` in `steps.py`; a pass more where a centre has no points."""
    if not (held > 0).all():
        empty = positions(held == 0)
        count = min(points.shape[0], empty.shape[0])
        far = points.total(_far, frame, centers, count, add=partial(_farthest, count))
        if any_apart(far.squared, far.points.T):
            sums, held = sums.copy(), held.copy()
            for at, label in enumerate(far.labels.tolist()):
                x, own = far.points[at].astype("float64"), empty[at].item()
                sums[label], sums[own] = sums[label] - x, sums[own] + x
                held[label], held[own] = held[label] - 1.0, held[own] + 1.0
    means = sums / where(held > 0, held, 1.0)[:, None]
    if not (held > 0).all():
        means = where((held > 0)[:, None], means, means[argmax(held)])
    return means.astype(centers.dtype)


def _far(piece: Piece, frame: Frame, centers: Tensor, count: int) -> Far:
    frame, centers = on(piece.points, frame, centers)
    state = _assigned(seen(frame, piece.points)[0], centers)
    labels = state.labels.astype("int64")
    squared = squared_to_center(state.data, centers, labels)
    rows = farthest_of(squared, state.data, min(count, squared.shape[0]))
    found = squared[rows], rows + piece.start, state.data.T[rows], labels[rows]
    return Far(*(each.to("numpy") for each in found))


def _farthest(count: int, parts: list[Far]) -> Far:
    every = Far(*(concat(list(each)) for each in zip(*parts, strict=True)))
    order = farthest_of(every.squared, every.points.T, min(count, every.rows.shape[0]))
    return Far(*(each[order] for each in every))
