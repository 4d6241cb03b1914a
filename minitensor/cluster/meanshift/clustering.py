"""Mean shift to the end: shift until the points stand still, then make clusters of where they stopped."""

from collections.abc import Callable
from typing import Any, NamedTuple

from minitensor.backend.warned import warn
from minitensor.cluster.chunks import in_chunks
from minitensor.cluster.frame import FURTHEST, Frame, frame_of
from minitensor.cluster.meanshift.attention import MEMORY
from minitensor.cluster.meanshift.choosing import choose
from minitensor.cluster.meanshift.density import Density, Exact
from minitensor.cluster.meanshift.merge import merge
from minitensor.cluster.meanshift.update import KERNELS
from minitensor.core import checks
from minitensor.core.tensor import Tensor
from minitensor.errors import ConvergenceWarning, DTypeError, InputError, ShapeError
from minitensor.functions import argsort
from minitensor.groups import by_size, is_new, numbered

MANY = 2**6  # queries, from which those that meet go on together
FEWER = 7 / 8  # of them must be left for that to be worth it
Report = Callable[[int, int, int], None]


class Clustering(NamedTuple):
    """What `mean_shift` found.

    labels : (n,) int64, the cluster of each point; clusters are numbered by size, the largest first
    centers : (clusters, d), the peak of each cluster
    n_iter : how many updates were done
    converged : whether every point stood still before `max_iter`
    path : where every point was, one (n, d) tensor before the first update and one after each; empty if not asked for
    method : how it was found: "exact", "grid", "cells" or "fourier"
    error_bound : how far an update of any of the points may be from the exact one, in the units of the points, with
        what it costs to round coordinates to the dtype of the points; 0 if exact, which differs by rounding alone
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
    report: Report | None = None,
) -> Clustering:
    """Cluster `points` (n, d) by letting each move uphill to a peak of their density.

    bandwidth : the width of the kernel, in the units of the points: the standard deviation of the Gaussian, the
        radius of the other two. It decides how many clusters there are; nothing else does.
    kernel : what a point weighs at distance r: "gaussian" exp(−r²/2h²), "flat" 1 up to r = h, "triangular" 1 − r/h
    blurring : whether the data themselves move. If not, queries that start on the points move over fixed data
        (Comaniciu and Meer 2002). If so, each update replaces the data (Fukunaga and Hostetler 1975): fewer updates,
        but the density changes under the points, and close clusters may run together. With the Gaussian kernel, which
        reaches everywhere, all would in the end: how many are found then depends on `tol` too.
    max_iter, tol : a point stops when it moves less than `tol` bandwidths, or than rounding can tell; all stop after
        `max_iter` updates
    path : whether to keep where every point was after each update
    memory : bytes that the tables of an update may take on each thread; the result depends on it only by rounding
    method : "exact" compares every query with every point. "grid", "cells" and "fourier" do not, and only know the
        Gaussian kernel over fixed data: see `grid.py` (n in the millions, d ≤ 3), `cells.py` (any d, data much wider
        than the bandwidth) and `fourier.py` (d ≤ 3, errors down to 1e-6). "auto" is exact up to 4,096 points and
        wherever only "exact" will do, else the first of "grid", "fourier" and "cells" that keeps to `error`; the result
        says which, and its bound. With "grid" and "cells" points less than an eighth of a bandwidth apart along every
        axis, or a quarter on a coarse grid, go together
    error : how far off a method may be in an update, in bandwidths, unless it is exact; rounding comes on top, and the
        result's bound has both. It is for the worst case: on the course's clusters the grid's error is 30 to 60 times
        smaller (tests/benchmarks/million.py)
    starts : where the queries start, (q, d), if not on the points; the labels, (q,), and the path are then theirs. A
        query that no point reaches stays where it is, as a peak of its own. Only "exact" starts elsewhere
    report : called after each update with how many were done, how many queries stand still, and of how many

    points may be a Dask array in chunks of rows, larger than memory, for the threads, processes or machines that Dask
    has: see `distributed.py`. The method is "grid", and from starts "exact"; the labels are a Dask array as well.

    All is computed on points from which a coordinate in their middle has been subtracted, and in a unit of their own
    size (`frame.py`): float16 in float32, all else in its dtype. So labels are the same wherever the data lie and in
    whatever unit, as long as the dtype holds the moved data exactly. Centres and path are moved back, and rounded once.

    An update runs on as many threads as BLAS would take, fewer if it is small, and is done for the points that still
    move: over fixed data those that stand still are left out.

    Every update reads the positions before it and writes new ones, so the result does not depend on the order in which
    the points are computed. Points that stopped in the same peak, one bandwidth apart at most, are one cluster.
    Time if exact: O(n²·d) an update; to merge, about O(n·log n) (`merge.py`). Memory: `memory` + O(n·d), and the path
    if asked for; the grid takes up to half of what the device has free besides, the Fourier series up to 1 GB.

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
    checks.no_gradient("mean_shift", points, starts)
    options: dict[str, Any] = {
        "kernel": kernel,
        "max_iter": max_iter,
        "tol": tol,
        "path": path,
        "memory": memory,
        "method": method,
        "error": error,
        "report": report,
    }
    if in_chunks(points):
        from minitensor.cluster import distributed  # which does the same with what is below

        return distributed.mean_shift(points, bandwidth, starts=starts, blurring=blurring, **options)
    checks.points("mean_shift: the points", points)
    if starts is not None:
        check_starts(starts, points, blurring)
    frame = frame_of(points, starts)
    begin = None if starts is None else frame.enter(starts)
    found = cluster(frame, frame.enter(points), bandwidth, starts=begin, blurring=blurring, **options)
    steps = (points if starts is None else starts, *map(frame.leave, found.path[1:])) if path else ()
    return found._replace(centers=frame.leave(found.centers), path=steps)


def cluster(
    frame: Frame,
    data: Tensor,
    bandwidth: float,
    *,
    kernel: str,
    max_iter: int,
    tol: float,
    method: str,
    starts: Tensor | None,
    report: Report | None,
    blurring: bool = False,
    path: bool = False,
    memory: int = MEMORY,
    error: float = 0.2,
    among: bool = False,
) -> Clustering:
    """`mean_shift` of data and starts that have entered the frame; so are the centres and the path.

    among : whether the starts lie among the points, as the middles of cells that hold some do; then any method will do
    """
    of = settings(frame, bandwidth, kernel, max_iter, tol, memory)
    exact_for = only_exact(kernel, blurring, path, starts is not None and not among)
    density = choose(method, data, of.width, error, of.memory, exact_for, kernel, of.tol)
    places, owner = density.starts(data) if starts is None else (starts, numbered(starts))
    found = shift_to_peaks(density, places, of.still, of.max_iter, blurring, path, report)
    labels, centers = merged(found, of)
    labels, order = by_size(labels[owner], centers.shape[0])
    bound = bound_outside(density, frame, of.width, data.shape[0])
    return Clustering(labels, centers[order], found.n_iter, not found.moving, found.path, density.method, bound)


class Settings(NamedTuple):
    """What a search for peaks is told, checked.

    width : the bandwidth, and still : how far a query that stands still may move, both inside the frame
    max_iter, tol, memory : as `mean_shift` has them
    """

    width: float
    still: float
    max_iter: int
    tol: float
    memory: int


def settings(frame: Frame, bandwidth: float, kernel: str, max_iter: int, tol: float, memory: int) -> Settings:
    """What `mean_shift` was told, or its errors."""
    bandwidth = checks.distance("mean_shift: bandwidth", bandwidth)
    width = _told_apart(frame, bandwidth)
    checks.choice("mean_shift: kernel", kernel, KERNELS)
    max_iter = checks.whole("mean_shift: max_iter", max_iter, 1)
    tol = checks.number("mean_shift: tol", tol, 0)
    memory = checks.whole("mean_shift: memory", memory, 1)
    # In data much wider than the bandwidth a step of `tol` bandwidths may be finer than rounding.
    return Settings(width, min(tol * width, FURTHEST) + 4 * frame.resolution(), max_iter, tol, memory)


def merged(found: "Stop", of: Settings) -> tuple[Tensor, Tensor]:
    """What `merge` makes of where the queries stopped: labels (q,) and centres; warns if some had not."""
    if found.moving:
        warn(
            f"mean_shift stopped after max_iter={of.max_iter} updates with {found.moving} of {found.places.shape[0]} "
            f"points still moving more than tol={of.tol} bandwidths; raise max_iter",
            ConvergenceWarning,
        )
    return merge(found.places, found.density.shift(found.places)[1][:, 0], of.width)


def bound_outside(density: Density, frame: Frame, width: float, n: int) -> float:
    """How far an update of any of n points may be off, outside of the frame."""
    if density.method == "exact":
        return density.error_bound
    return frame.outside(density.error_bound) + frame.rounding(width, n)


class Stop(NamedTuple):
    """Where the queries stopped.

    places : (q, d); density : over which they moved last; n_iter : how many updates were done
    moving : how many queries did not stand still; path : where every query was, before and after each update
    """

    places: Tensor
    density: Density
    n_iter: int
    moving: int
    path: tuple[Tensor, ...]


def shift_to_peaks(
    density: Density,
    places: Tensor,
    still: float,
    max_iter: int,
    blurring: bool = False,
    path: bool = False,
    report: Report | None = None,
) -> Stop:
    """Move queries that start on `places` (q, d) uphill, until each moves less than `still`, or `max_iter` times.

    More than `MANY` queries become fewer on the way, unless exact: those that have come to one place go on together.

    blurring : whether the places are the data themselves. Parameters, time and memory otherwise as `mean_shift`.
    """
    now, moving, n_iter = places.copy(), numbered(places), 0
    steps, met = [places] if path else [], []
    while moving.shape[0] and n_iter < max_iter:
        before = now[moving]
        after, _ = density.shift(before)
        now[moving] = after
        moved = ((after - before) ** 2).sum(1) > still**2
        if blurring and isinstance(density, Exact):
            density = density._replace(points=now.copy())
        # Over fixed data a point that stands still stays for good; over moving data all wait for the last.
        moving = moving if blurring and moved.any() else moving[moved]
        n_iter += 1
        if n_iter % 2 == 0 and moving.shape[0] > MANY and not blurring:
            # Queries that have come to one place go on as one, as the points near a place did at the start.
            nodes, owner = density.starts(now[moving])
            if nodes.shape[0] <= FEWER * moving.shape[0]:
                order = argsort(owner)
                leaders = moving[order[is_new(owner[order])]]
                met.append((moving, leaders[owner]))
                now[leaders], moving = nodes, leaders
        if report:
            report(n_iter, now.shape[0] - moving.shape[0], now.shape[0])
        if path:
            steps.append(now.copy())
    for followers, leaders in reversed(met):
        now[followers] = now[leaders]
    return Stop(now, density, n_iter, moving.shape[0], tuple(steps))


def only_exact(kernel: str, blurring: bool, path: bool, starts: bool) -> str:
    """Why no approximation will do, in words, or nothing."""
    if kernel != "gaussian":
        return f"kernel={kernel!r}"
    return "blurring=True" if blurring else "path=True" if path else "starts" if starts else ""


def _told_apart(frame: Frame, bandwidth: float) -> float:
    """The bandwidth inside the frame, once it is one at which the points can be told apart."""
    if frame.reach and bandwidth / frame.unit <= frame.resolution():
        raise InputError(
            f"mean_shift: bandwidth={bandwidth} is below {frame.outside(frame.resolution()):.1e}, the least distance "
            f"that {frame.middle.dtype} can tell from 0 in points that reach as far as these; choose a larger one"
        )
    return frame.inside(bandwidth)


def check_starts(starts: Any, points: Any, blurring: bool) -> None:
    """Raise unless the starts are points of the same kind as the data."""
    checks.points("mean_shift: the starts", starts)
    if starts.dtype != points.dtype:
        raise DTypeError(f"mean_shift: the starts are {starts.dtype}, the points {points.dtype}; use .astype")
    if starts.shape[1] != points.shape[1]:
        raise ShapeError(f"mean_shift: starts of shape {starts.shape} do not fit points of shape {points.shape}")
    if blurring:
        raise InputError("mean_shift: blurring moves the data themselves, not starts; leave out blurring or starts")
