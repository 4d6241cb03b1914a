"""Which density mean shift asks: the exact one, or one of the three that avoid quadratic time."""

import contextlib
import math
from collections.abc import Callable
from functools import partial

from minitensor.cluster.meanshift import binning, cells, fourier, grid
from minitensor.cluster.meanshift.density import Density, Exact
from minitensor.core import checks
from minitensor.core.tensor import Tensor
from minitensor.errors import InputError, OutOfMemoryError

METHODS = ("auto", "exact", "grid", "cells", "fourier")
EXACT = 2**12  # points up to which exact updates take a second or so
NODES = 256  # nodes for each point, above which most of a grid is empty
COARSE = 1 / 4  # bandwidths from node to node at most
SINGLE_ERROR, SINGLE_TOL = 1e-2, 1e-5  # bandwidths, from which on the sums of many points may be in float32
FINE = 1 / 32  # bandwidths from node to node at least: finer grids are large


def choose(
    method: str,
    points: Tensor,
    bandwidth: float,
    error: float,
    memory: int,
    only_exact: str = "",
    kernel: str = "gaussian",
    tol: float = 1e-4,
) -> Density:
    """The density called `method`, made ready for these points; for "auto" the first that will do.

    error : how far off an update may be, in bandwidths
    memory : bytes of the tables of one update
    kernel : of the exact density; the others have the Gaussian only
    only_exact : what was asked for that no approximation can do, if anything
    tol : what a query that stands still may move, in bandwidths: float32 may be too coarse for it

    "auto" takes, in this order: exact for `EXACT` points or fewer, for an error of 0, and for `only_exact`; the grid if
    it keeps to the error, fits its room and is not mostly empty; the Fourier series if it fits and has fewer terms than
    an eighth of the points that cells would compare a query with; cells.

    Raises InputError for a method or an error that means nothing and for an error that a method cannot promise, and
    OutOfMemoryError where a method that was asked for by name does not fit.
    """
    checks.choice("mean_shift: method", method, METHODS)
    error = checks.number("mean_shift: error", error, 0)
    if method == "exact" or (method == "auto" and (only_exact or error == 0 or len(points) <= EXACT)):
        return Exact(points, bandwidth, kernel, memory)
    if only_exact:
        raise InputError(f"mean_shift: method={method!r} cannot do {only_exact}; use method='exact'")
    if error == 0:
        raise InputError(f"mean_shift: method={method!r} is never exact; use method='exact', or error=1e-6")
    single = len(points) > EXACT and error >= SINGLE_ERROR and tol >= SINGLE_TOL
    if method == "cells":
        return _cells(points, bandwidth, error, memory, single)
    if method != "auto":
        return (_grid if method == "grid" else fourier.build)(points, bandwidth, error, memory)
    if points.shape[1] <= 3:
        with contextlib.suppress(OutOfMemoryError, InputError):  # then the next one will do
            mostly_empty = 32 * (points.shape[1] + 1) * NODES * len(points)
            return _grid(points, bandwidth, error, memory, min(mostly_empty, binning.room_for(points)))
        with contextlib.suppress(OutOfMemoryError, InputError):
            terms, near = (
                fourier.count_terms(points, bandwidth, error),
                _cells(points, bandwidth, error, memory, single),
            )
            if 8 * terms * len(points) <= near.pairs():
                return fourier.build(points, bandwidth, error, memory)
            return near
    return _cells(points, bandwidth, error, memory, single)


def _grid(points: Tensor, bandwidth: float, error: float, memory: int, room: int | None = None) -> Density:
    """A grid as fine as the error demands."""
    return fine_enough(partial(grid.build, points, bandwidth, room=room), len(points), bandwidth, error)


def fine_enough(build: Callable[[float], grid.Grid], n: int, bandwidth: float, error: float) -> grid.Grid:
    """A grid of n points as fine as the error demands; build : from its spacing."""
    spacing = _spacing(error, n)
    while spacing >= FINE:
        found = build(spacing)
        if found.error_bound <= error * bandwidth:
            return found
        spacing *= min(0.95 * math.sqrt(error * bandwidth / found.error_bound), 0.9)
    raise InputError(
        f"grid: an error of {error} bandwidths needs nodes under {FINE:.3g} bandwidths apart; use method='fourier'"
    )


def _spacing(error: float, n: int) -> float:
    """The widest spacing, in bandwidths, that keeps to `error` as a rule: the bound grows with the logarithm of n."""
    return min(math.sqrt(2 * error / math.log(n + 2)), COARSE)


def _cells(points: Tensor, bandwidth: float, error: float, memory: int, single: bool) -> cells.Cells:
    return cells.build(points, bandwidth, cells.radius_for(error, len(points)), memory, single)
