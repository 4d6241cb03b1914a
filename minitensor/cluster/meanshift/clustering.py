"""Mean shift to the end: update until the points stand still, then make clusters of where they stopped."""

import math
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from minitensor import backend
from minitensor.cluster.meanshift.auto import choose
from minitensor.cluster.meanshift.merge import by_size, merge
from minitensor.cluster.meanshift.update import KERNELS, MEMORY, weighted_means
from minitensor.core.creation import arange
from minitensor.core.tensor import Tensor
from minitensor.errors import ConvergenceWarning, DTypeError, InputError, ShapeError
from minitensor.groups import not_finite


class Clustering(NamedTuple):
    """What `mean_shift` found.

    labels : (n,) int64, the cluster of each point; clusters are numbered by size, the largest first
    centers : (clusters, d), the peak of each cluster
    n_iter : how many updates were done
    converged : whether every point stood still before `max_iter`
    path : where every point was, one (n, d) tensor before the first update and one after each; empty if not asked for
    method : how it was found: "exact", "grid", "cells" or "fourier"
    error_bound : how far an update of any of the points may be from the exact one, in the units of the points; 0 if it
        differs by rounding alone
    """

    labels: Tensor
    centers: Tensor
    n_iter: int
    converged: bool
    path: tuple[Tensor, ...]
    method: str = "exact"
    error_bound: float = 0.0


def mean_shift(
    points: Tensor,
    bandwidth: float,
    *,
    kernel: str = "gaussian",
    blurring: bool = False,
    max_iter: int = 300,
    tol: float = 1e-4,
    path: bool = False,
    memory: int = MEMORY,
    method: str = "auto",
    error: float = 0.2,
    starts: Tensor | None = None,
    report: Callable[[int, int, int], None] | None = None,
) -> Clustering:
    """Cluster `points` (n, d) by letting each climb to a peak of their density.

    bandwidth : the width of the kernel, in the units of the points: the standard deviation of the Gaussian, the
        radius of the other two. It decides how many clusters there are; nothing else does.
    kernel : what a point weighs at distance r: "gaussian" exp(−r²/2h²), "flat" 1 up to r = h, "triangular" 1 − r/h
    blurring : whether the data themselves move. If not, queries that start on the points climb over fixed data
        (Comaniciu and Meer 2002). If so, each update replaces the data (Fukunaga and Hostetler 1975): fewer updates,
        but the density changes under the points, and close clusters may run together. With the Gaussian kernel, which
        reaches everywhere, all would in the end: how many are found then depends on `tol` too.
    max_iter, tol : a point stops when it moves less than `tol` bandwidths, or than rounding can tell; all stop after
        `max_iter` updates
    path : whether to keep where every point was after each update
    memory : bytes that the tables of an update may take on each thread; the result does not depend on it but for
        rounding
    method : "exact" compares every query with every point. "grid", "cells" and "fourier" do not, and only know the
        Gaussian kernel over fixed data: see `grid.py` (n in the millions, d ≤ 3), `cells.py` (any d, data much wider
        than the bandwidth) and `fourier.py` (d ≤ 3, errors down to 1e-6). "auto" is exact up to 8,192 points and
        wherever only "exact" will do, else the quickest that keeps to `error`; the result says which, and its bound
    error : how far off an update may be, in bandwidths, unless it is exact. The bound is for the worst case: on the
        course's clusters the grid is some 30 to 60 times as good as it promises
    starts : where the queries start, (q, d), if not on the points; the labels, (q,), and the path are then theirs. One
        that no point reaches stays where it is, as a peak of its own. Only "exact" starts elsewhere
    report : called after each update with how many were done, how many queries stand still, and of how many

    An update runs on as many threads as BLAS would take, fewer if it is small, and is done for the points that still
    move: over fixed data those that stand still are left out.

    Every update reads the positions before it and writes new ones, so the result does not depend on the order in which
    the points are computed. Points that stopped in the same peak, one bandwidth apart at most, are one cluster.
    Time if exact: O(n²·d) an update, and O(n·clusters·d) at the end. Memory: `memory` + O(n·d), and the path if asked
    for; the grid and the Fourier series take up to 1 GB more.

    >>> import minitensor as mt
    >>> points = mt.tensor([[0.0, 0.0], [0.2, 0.0], [0.0, 0.2], [5.0, 5.0], [5.2, 5.0]])
    >>> found = mean_shift(points, bandwidth=1.0)
    >>> found.labels.tolist(), found.centers.shape, found.converged
    ([0, 0, 0, 1, 1], (2, 2), True)

    Raises DTypeError if the points are not floats, ShapeError if they are not (n, d), InputError if there are none,
    if one is NaN or infinite, and for a bandwidth, a kernel, max_iter, tol, method or error that means nothing, or
    an `error` that the method cannot promise. Raises OutOfMemoryError where the points are too far apart, in
    bandwidths, for the method that was asked for. Warns with ConvergenceWarning where `max_iter` stopped it.
    """
    bandwidth = _checked(points, bandwidth, kernel, max_iter, tol, memory)
    # A power of two brings the bandwidth to about 1 and costs no digit, so that no square overflows or vanishes.
    scale = 2.0 ** math.frexp(bandwidth)[1]
    data, width = points / scale, bandwidth / scale
    # Far from the origin a step of `tol` bandwidths may be finer than the coordinates themselves.
    still = tol * width + 4 * float(np.finfo(points.dtype).eps) * abs(data).max().item()
    way = choose(method, data, width, error, memory, only_exact=_only_exact(kernel, blurring, path, starts is not None))
    now = way.starts.copy() if starts is None else _checked_starts(starts, points, blurring) / scale
    steps = [now * scale] if path else []
    with backend.use_backend(points.backend):
        moving = arange(now.shape[0])

    def climb(queries: Tensor) -> tuple[Tensor, Tensor]:
        if way.update is not None:
            return way.update(queries)
        return weighted_means(queries, now if blurring else data, width, kernel, memory)

    n_iter = 0
    while moving.shape[0] and n_iter < max_iter:
        before = now[moving]
        after, _ = climb(before)
        now[moving] = after
        moved = ((after - before) ** 2).sum(1) > still**2
        # Over fixed data a point that stands still stays for good; over moving data all wait for the last.
        moving = moving if blurring and moved.any() else moving[moved]
        n_iter += 1
        if report:
            report(n_iter, now.shape[0] - moving.shape[0], now.shape[0])
        if path:
            steps.append(now * scale)
    converged = moving.shape[0] == 0
    if not converged:
        warnings.warn(
            f"mean_shift stopped after max_iter={max_iter} updates with {moving.shape[0]} of {now.shape[0]} points "
            f"still moving more than tol={tol} bandwidths; raise max_iter",
            ConvergenceWarning,
            stacklevel=2,
        )
    _, density = climb(now)
    labels, centers = merge(now, density[:, 0], width)
    if way.home is not None:
        labels, centers = by_size(labels[way.home], centers)
    return Clustering(labels, centers * scale, n_iter, converged, tuple(steps), way.method, way.error_bound * scale)


def _only_exact(kernel: str, blurring: bool, path: bool, starts: bool) -> str:
    """Why no approximation will do, in words, or nothing."""
    if kernel != "gaussian":
        return f"kernel={kernel!r}"
    return "blurring=True" if blurring else "path=True" if path else "starts" if starts else ""


def checked_points(points: Any, caller: str) -> None:
    """Raise, in the name of `caller`, unless these are points (n, d) that can be clustered."""
    if not isinstance(points, Tensor):
        raise DTypeError(f"{caller}: the points are a {type(points).__name__}; write minitensor.tensor(points)")
    if points.dtype.kind != "f":
        raise DTypeError(f"{caller}: the points are {points.dtype}, not floats; use .astype('float64')")
    if points.ndim != 2:
        fix = ", write points[:, None] for points on a line" if points.ndim == 1 else ""
        raise ShapeError(f"{caller}: the points have shape {points.shape}, not (points, dimensions){fix}")
    if 0 in points.shape:
        raise InputError(f"{caller}: there is nothing to cluster in points of shape {points.shape}")
    wrong = not_finite(points)
    if wrong:
        count, row = wrong
        raise InputError(
            f"{caller}: {count} of {points.shape[0]} points are not finite, the first is "
            f"points[{row}] = {points[row].tolist()}; leave them out"
        )


def _checked(points: Any, bandwidth: Any, kernel: str, max_iter: int, tol: float, memory: int) -> float:
    """The bandwidth as a float, once everything has been found usable."""
    checked_points(points, "mean_shift")
    try:
        width = float(bandwidth)
    except (TypeError, ValueError):
        width = math.nan
    if not 0 < width < math.inf:
        raise InputError(f"mean_shift: bandwidth={bandwidth}; it is a distance and must be positive and finite")
    resolution = abs(points).max().item() * float(np.finfo(points.dtype).eps)
    if width <= resolution:
        raise InputError(
            f"mean_shift: bandwidth={bandwidth} is less than {points.dtype} can tell apart in points of this size, "
            f"{resolution:.1e}; choose a larger one, or centre the points"
        )
    if kernel not in KERNELS:
        raise InputError(f"mean_shift: there is no kernel {kernel!r}; choose one of {', '.join(KERNELS)}")
    for name, value, least in (("max_iter", max_iter, 1), ("tol", tol, 0), ("memory", memory, 1)):
        kinds = (int, float, np.floating, np.integer) if name == "tol" else (int, np.integer)
        if not (isinstance(value, kinds) and value >= least):
            what = "a number" if name == "tol" else "a whole number"
            raise InputError(f"mean_shift: {name}={value}; it must be {what}, {least} or more")
    return width


def _checked_starts(starts: Any, points: Tensor, blurring: bool) -> Tensor:
    """The starts, once they are points of the same kind as the data."""
    if not isinstance(starts, Tensor):
        raise DTypeError(f"mean_shift: the starts are a {type(starts).__name__}; write minitensor.tensor(starts)")
    if starts.dtype != points.dtype:
        raise DTypeError(f"mean_shift: the starts are {starts.dtype}, the points {points.dtype}; use .astype")
    if starts.ndim != 2 or starts.shape[1] != points.shape[1] or not starts.shape[0]:
        raise ShapeError(f"mean_shift: starts of shape {starts.shape} are no places among points of {points.shape}")
    if not_finite(starts):
        raise InputError("mean_shift: a start is NaN or infinite; leave it out")
    if blurring:
        raise InputError("mean_shift: where the data themselves move there are no starts; leave out blurring or starts")
    return starts
