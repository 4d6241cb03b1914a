"""Mini-batch k-means: steps on a few points at a time, for points that do not fit into memory (Sculley 2010)."""

import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from minitensor.cluster.frame import Frame
from minitensor.cluster.inputs import read_points
from minitensor.cluster.kmeans.far import seen_near
from minitensor.cluster.kmeans.lloyd import partial_sums
from minitensor.core.creation import tensor, zeros
from minitensor.core.tensor import Tensor
from minitensor.functions import where

PATIENCE = 10  # batches without a better mean inertia, after which it stops
LOW = 0.01  # the share of the largest count, below which a centre is drawn anew
BEYOND = "X holds points too far from the sample that says how large X is; make batch_size larger, or leave them out"


class Batches:
    """Points (n, d) that are read a batch at a time: an array, which may be mapped from a file, or what becomes one.

    Of an array of NumPy, such as a `numpy.memmap`, only the rows that are asked for are read; all else is read at once.
    """

    def __init__(self, given: Any) -> None:
        self.lazy = isinstance(given, np.ndarray) and not isinstance(given, np.ma.MaskedArray) and given.ndim == 2
        self.given = given if self.lazy else read_points(given)
        self.length = int(self.given.shape[0])
        self.first = self.rows(slice(0, min(1, self.length)))

    def rows(self, which: slice | np.ndarray) -> Tensor:
        """Some of the points, as `read_points` gives them."""
        if self.lazy:
            return read_points(np.asarray(self.given[which]))
        return self.given[which if isinstance(which, slice) else tensor(which, like=_numbers(self.given))]

    def in_order(self, size: int) -> Iterator[tuple[slice, Tensor]]:
        """All points, in their order, a batch at a time."""
        for start in range(0, self.length, size):
            here = slice(start, min(start + size, self.length))
            yield here, self.rows(here)


class Batched(NamedTuple):
    """Where the centres (k, d) are, inside the frame, after so many batches; converged : whether it stopped itself."""

    centers: Tensor
    batches: int
    converged: bool


def in_batches(
    points: Batches,
    weights: np.ndarray | None,
    frame: Frame,
    centers: Tensor,
    size: int,
    most: int,
    tol: float,
    rng: np.random.Generator,
    report: Callable[[int, int], None] | None = None,
) -> Batched:
    """Steps on `most` batches of `size` random points at most, from these centres (k, d), which lie in the frame.

    A centre is the mean of all points that it was given so far: each new one moves it by one part in their number, so
    that it comes to rest. From time to time a centre that was given next to nothing starts anew on a point of a batch.
    It stops where the centres' steps, or the mean inertia, as running means over about as many points as there are, say
    that it goes no further: squares of steps below `tol`, or no better inertia in `PATIENCE` batches.
    """
    (k, _), n = centers.shape, points.length
    counts, since = zeros(k, "float64", like=centers), 0
    memory = min(1.0, 2.0 * size / (n + 1))  # of the running means
    steps, inertia, best, waited = math.inf, math.inf, math.inf, 0
    for batch in range(1, most + 1):
        rows = np.sort(rng.integers(0, n, size))
        x = seen_near(frame, points.rows(rows), BEYOND)
        w = None if weights is None else tensor(weights[rows], like=x)
        found = partial_sums(x, centers, w)
        counts += found.counts
        pull = (found.sums - found.counts[:, None] * centers.astype("float64")) / where(counts > 0, counts, 1.0)[
            :, None
        ]
        moved = (centers.astype("float64") + pull).astype(centers.dtype)
        since += size
        if since >= 10 * k:
            moved, counts, since = *_drawn_anew(moved, counts, x, rng), 0
        step = ((moved - centers).astype("float64") ** 2).sum().item()
        centers = moved
        total = found.counts.sum().item()
        mean = found.inertia / total if total else 0.0
        steps = step if batch <= 2 else steps + memory * (step - steps)
        inertia = mean if batch <= 2 else inertia + memory * (mean - inertia)
        best, waited = (inertia, 0) if inertia < best else (best, waited + 1)
        if report:
            report(batch, most)
        if batch > 1 and (steps <= tol or waited >= PATIENCE):
            return Batched(centers, batch, True)
    return Batched(centers, most, False)


def _drawn_anew(centers: Tensor, counts: Tensor, points: Tensor, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Centres and counts, after those with next to no points were put on points drawn from a batch."""
    few = (counts < LOW * counts.max()).numpy()
    if few.sum() > len(points) // 2:  # so that a batch has points for all
        few[np.argsort(counts.numpy())[len(points) // 2 :]] = False
    if not few.any() or few.all():
        return centers, counts
    rows = rng.choice(len(points), int(few.sum()), replace=False)
    at, centers, counts = tensor(np.flatnonzero(few), like=_numbers(centers)), centers.copy(), counts.copy()
    least = counts[tensor(np.flatnonzero(~few), like=_numbers(centers))].min().item()
    centers[at] = points[tensor(rows, like=_numbers(points))].astype(centers.dtype)
    counts[at] = least
    return centers, counts


def _numbers(x: Tensor) -> Tensor:
    """Something on the backend of x whose dtype is int64."""
    return zeros(0, "int64", like=x)
