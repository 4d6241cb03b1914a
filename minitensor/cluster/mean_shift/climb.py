"""Mean shift to the end: update until the points stand still, then make clusters of where they stopped."""

import math
import warnings
from typing import Any, NamedTuple

import numpy as np

from minitensor import backend
from minitensor.cluster.mean_shift.update import KERNELS, MEMORY, weighted_means
from minitensor.errors import ConvergenceWarning, DTypeError, InputError, ShapeError
from minitensor.functions import argsort, stack
from minitensor.tensor import Tensor, arange, full, tensor, wrap


class Clustering(NamedTuple):
    """What `mean_shift` found.

    labels : (n,) int64, the cluster of each point; clusters are numbered by size, the largest first
    centers : (clusters, d), the peak of each cluster
    n_iter : how many updates were done
    converged : whether every point stood still before `max_iter`
    path : where every point was, one (n, d) tensor before the first update and one after each; empty if not asked for
    """

    labels: Tensor
    centers: Tensor
    n_iter: int
    converged: bool
    path: tuple[Tensor, ...]


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
    memory : bytes that the tables of one update may take; the result does not depend on it but for rounding

    An update runs on as many threads as BLAS would take, fewer if it is small, and is done for the points that still
    move: over fixed data those that stand still are left out.

    Every update reads the positions before it and writes new ones, so the result does not depend on the order in which
    the points are computed. Points that stopped in the same peak, one bandwidth apart at most, are one cluster.
    Time: O(n²·d) an update, and O(n·clusters·d) at the end. Memory: `memory` + O(n·d), and the path if asked for.

    >>> import minitensor as mt
    >>> points = mt.tensor([[0.0, 0.0], [0.2, 0.0], [0.0, 0.2], [5.0, 5.0], [5.2, 5.0]])
    >>> found = mean_shift(points, bandwidth=1.0)
    >>> found.labels.tolist(), found.centers.shape, found.converged
    ([0, 0, 0, 1, 1], (2, 2), True)

    Raises DTypeError if the points are not floats, ShapeError if they are not (n, d), InputError if there are none,
    if one is NaN or infinite, and for a bandwidth, a kernel, max_iter or tol that means nothing. Warns with
    ConvergenceWarning where `max_iter` stopped it.
    """
    bandwidth = _checked(points, bandwidth, kernel, max_iter, tol, memory)
    # A power of two brings the bandwidth to about 1 and costs no digit, so that no square overflows or vanishes.
    scale = 2.0 ** math.frexp(bandwidth)[1]
    data, width = points / scale, bandwidth / scale
    # Far from the origin a step of `tol` bandwidths may be finer than the coordinates themselves.
    still = tol * width + 4 * float(np.finfo(points.dtype).eps) * abs(data).max().item()
    now = data.copy()
    steps = [points.copy()] if path else []
    with backend.use_backend(points.backend):
        moving = arange(points.shape[0])
    n_iter = 0
    while moving.shape[0] and n_iter < max_iter:
        before = now[moving]
        after, _ = weighted_means(before, now if blurring else data, width, kernel, memory)
        now[moving] = after
        moved = ((after - before) ** 2).sum(1) > still**2
        # Over fixed data a point that stands still stays for good; over moving data all wait for the last.
        moving = moving if blurring and moved.any() else moving[moved]
        n_iter += 1
        if path:
            steps.append(now * scale)
    converged = moving.shape[0] == 0
    if not converged:
        warnings.warn(
            f"mean_shift stopped after max_iter={max_iter} updates with {moving.shape[0]} of {points.shape[0]} points "
            f"still moving more than tol={tol} bandwidths; raise max_iter",
            ConvergenceWarning,
            stacklevel=2,
        )
    _, density = weighted_means(now, now if blurring else data, width, kernel, memory)
    labels, centers = merge(now, density[:, 0], width)
    return Clustering(labels, centers * scale, n_iter, converged, tuple(steps))


def merge(peaks: Tensor, density: Tensor, radius: float) -> tuple[Tensor, Tensor]:
    """Clusters of the places (n, d) where points stopped: labels (n,), and centres (clusters, d), the largest first.

    The densest place is the first centre; it takes in all within `radius`, then the densest place left is the next.
    Each place then belongs to the nearest centre. Clusters of one size are numbered by their first member.
    Time: O(n·clusters·d). Memory: O(n·d).
    """
    left = peaks[argsort(density, descending=True)]
    centers = []
    while left.shape[0]:
        centers.append(left[0].copy())  # a view would keep all that was left alive
        left = left[((left - centers[-1]) ** 2).sum(1) > radius**2]
    with backend.use_backend(peaks.backend):
        nearest, labels = full(peaks.shape[0], math.inf, peaks.dtype), full(peaks.shape[0], 0)
    for number, center in enumerate(centers):
        distance = ((peaks - center) ** 2).sum(1)
        closer = distance < nearest
        nearest[closer], labels[closer] = distance[closer], number
    sizes, firsts = [], []
    for number in range(len(centers)):
        members = labels == number
        sizes.append(members.sum().item())
        firsts.append(members.argmax().item())
    order = sorted(range(len(centers)), key=lambda number: (-sizes[number], firsts[number]))
    with backend.use_backend(peaks.backend):
        new_numbers = argsort(tensor(order))
    return new_numbers[labels], stack([centers[old] for old in order])


def _checked(points: Any, bandwidth: Any, kernel: str, max_iter: int, tol: float, memory: int) -> float:
    """The bandwidth as a float, once everything has been found usable."""
    if not isinstance(points, Tensor):
        raise DTypeError(f"mean_shift: the points are a {type(points).__name__}; write minitensor.tensor(points)")
    if points.dtype.kind != "f":
        raise DTypeError(f"mean_shift: the points are {points.dtype}, not floats; use .astype('float64')")
    if points.ndim != 2:
        fix = ", write points[:, None] for points on a line" if points.ndim == 1 else ""
        raise ShapeError(f"mean_shift: the points have shape {points.shape}, not (points, dimensions){fix}")
    if 0 in points.shape:
        raise InputError(f"mean_shift: there is nothing to cluster in points of shape {points.shape}")
    xp = backend.of(points.array).xp
    wrong = ~wrap(xp.isfinite(points.array)).all(1)
    if wrong.any():
        row = wrong.argmax().item()
        raise InputError(
            f"mean_shift: {wrong.sum().item()} of {points.shape[0]} points are not finite, the first is "
            f"points[{row}] = {points[row].tolist()}; leave them out"
        )
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
