"""Clustering of points in the chunks of a Dask array, larger than the memory of one machine.

What one process does over all points at once is done here over chunks, and added: sums at the nodes of a grid, weighted
sums around a few queries, sums of clusters. Where the sums are exact, as those of a frame and of a grid are, the result
is the same for any chunks, any order, any number of machines, and in one process.

Mean shift on a grid reads all points three times, for the ends, the middle and the sums; its labels read a chunk once
more when they are computed. On the way 8·(d + 3) bytes a node come from each chunk, and 8 go to each machine.
Dask's workers give memory back to the system at once, and a table of NumPy is then new pages each time. Where the C
library is GNU's, ``dask.config.set({"distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": 2**23})``, and the
same for ``MALLOC_MMAP_THRESHOLD_``, before the workers are started, let it keep some, which is quicker
(tests/benchmarks/clustering_distributed.py).
"""

import math
from functools import partial, reduce
from operator import add
from typing import Any, NamedTuple

import numpy as np

from minitensor import random
from minitensor.cluster import frame as frames
from minitensor.cluster.bandwidth import SAMPLES
from minitensor.cluster.chunks import Chunks, Piece, on
from minitensor.cluster.frame import Frame
from minitensor.cluster.meanshift import binning, choosing, grid
from minitensor.cluster.meanshift.attention import MEMORY
from minitensor.cluster.meanshift.blocks import Box
from minitensor.cluster.meanshift.clustering import (
    Clustering,
    Report,
    bound_outside,
    check_starts,
    merged,
    only_exact,
    settings,
    shift_to_peaks,
)
from minitensor.cluster.meanshift.seeds import kept_cells, some_reach
from minitensor.cluster.meanshift.update import KERNELS, weighted_means
from minitensor.cluster.near import nearest
from minitensor.core import checks
from minitensor.core.creation import full
from minitensor.core.tensor import Tensor
from minitensor.errors import InputError
from minitensor.functions import argsort, concat, cumsum, maximum, minimum, round, sort, stack, where
from minitensor.groups import by_size, counts, distinct_rows, is_new, numbered, rows_in_order, scatter_add


def mean_shift(
    given: Any, bandwidth: float, *, starts: Tensor | None, path: bool, blurring: bool, **options: Any
) -> Clustering:
    """`minitensor.cluster.mean_shift` of a Dask array (n, d)."""
    points = Chunks("mean_shift: the points", given)
    if starts is not None:
        check_starts(starts, points, blurring)
    if blurring:
        raise InputError("mean_shift: blurring moves the data themselves, which a Dask array does not; leave it out")
    by_grid(points, options["kernel"], options["method"], options["error"], starts is not None, path=path)
    frame, ends = frame_of(points, starts)
    begin = None if starts is None else frame.enter(starts)
    found = cluster(points, frame, ends, bandwidth, starts=begin, path=path, **options)
    steps = (starts, *map(frame.leave, found.path[1:])) if starts is not None and path else ()
    return found._replace(centers=frame.leave(found.centers), path=steps)


# --- the frame -----------------------------------------------------------------------------------------------------


def frame_of(points: Chunks, starts: Tensor | None = None) -> tuple[Frame, Tensor]:
    """As `frame_of` in `frame.py`, and the ends, (2, d). Two passes: one finds the ends and counts, one the middle."""
    ends, sizes = points.total(_ends, add=_widest)
    points.count(sizes)

    def find_middle(ends: Tensor, scale: float) -> Tensor:
        return points.total(_middle, ends, scale, add=partial(_nearest_of, ends, scale))

    return frames.frame_between(ends, points.dtype, find_middle, starts), ends


def _ends(piece: Piece) -> tuple[Tensor, dict[int, int]]:
    return frames.ends_of(piece.points).to("numpy"), {piece.number: piece.points.shape[0]}


def _widest(parts: list[tuple[Tensor, dict[int, int]]]) -> tuple[Tensor, dict[int, int]]:
    ends, sizes = zip(*parts, strict=True)
    low, high = reduce(minimum, (each[0] for each in ends)), reduce(maximum, (each[1] for each in ends))
    return stack([low, high]), {number: size for each in sizes for number, size in each.items()}


def _middle(piece: Piece, ends: Tensor, scale: float) -> Tensor:
    return frames.middle_of(piece.points, on(piece.points, ends), scale).to("numpy")


def _nearest_of(ends: Tensor, scale: float, parts: list[Tensor]) -> Tensor:
    return frames.middle_of(stack(parts), ends, scale)


# --- mean shift ----------------------------------------------------------------------------------------------------


def cluster(
    points: Chunks,
    frame: Frame,
    ends: Tensor,
    bandwidth: float,
    *,
    kernel: str,
    max_iter: int,
    tol: float,
    method: str,
    starts: Tensor | None,
    report: Report | None,
    path: bool = False,
    memory: int = MEMORY,
    error: float = 0.2,
    among: bool = False,
) -> Clustering:
    """As `cluster` in `meanshift/clustering.py`. ends : as `frame_of` gives them.

    The labels of points are a Dask array, still to be computed; those of starts are not.
    """
    of = settings(frame, bandwidth, kernel, max_iter, tol, memory)
    density: Any
    if by_grid(points, kernel, method, error, starts is not None, among, path):
        density, held = grid_of(points, frame, ends, of.width, error)
        places, owner = density.places(held)
    else:
        density = Everywhere(points, frame, of.width, kernel, of.memory)
    places = places.astype(frame.middle.dtype) if starts is None else starts
    found = shift_to_peaks(density, places, of.still, of.max_iter, path=path, report=report)
    labels, centers = merged(found, of)
    if starts is None:  # the label of every node: where a point goes that is nearest to it
        keys, labels = density.binned.keys, labels[owner]
        sizes = scatter_add(labels, held, centers.shape[0])
        order = _in_order(points, sizes, label_at_node, frame, density.box, keys, labels)
        labels = points.lazily(label_at_node, frame, density.box, keys, argsort(order)[labels], dtype="int64")
    else:
        labels, order = by_size(labels, centers.shape[0])
    bound = bound_outside(density, frame, of.width, points.shape[0])
    return Clustering(labels, centers[order], found.n_iter, not found.moving, found.path, density.method, bound)


def by_grid(
    points: Chunks, kernel: str, method: str, error: float, starts: bool, among: bool = False, path: bool = False
) -> bool:
    """Whether a grid is asked, and not each chunk around each start; what neither can do is refused.

    starts : whether there are any; among, path : as in `cluster`
    """
    checks.choice("mean_shift: kernel", kernel, KERNELS)
    checks.choice("mean_shift: method", method, choosing.METHODS)
    reason = only_exact(kernel, False, path, starts and not among)
    few = "" if points.shape[1] <= 3 else f"{points.shape[1]} dimensions"
    reason = reason or few or ("" if checks.number("mean_shift: error", error, 0) else "error=0")
    exact = bool(reason) or method == "exact"
    if method in ("cells", "fourier") or (reason and method == "grid") or (exact and not starts):
        raise InputError(
            f"mean_shift: method={method!r}{' and ' if reason else ''}{reason} will not do for a Dask array, whose "
            "points are never all compared with all. From starts (seeds or bin_seeding of MeanShift) use "
            "method='exact', else 'grid': it has the Gaussian kernel, and 3 dimensions at most"
        )
    return not exact


def grid_of(points: Chunks, frame: Frame, ends: Tensor, width: float, error: float) -> tuple[grid.Grid, Tensor]:
    """The grid of all points, and how many are nearest to each of its nodes: a pass for each spacing that is tried."""
    ends = frame.enter(ends)
    counted: list[Tensor] = []

    def build(spacing: float) -> grid.Grid:
        plan = binning.plan_for(ends, points.shape[0], width, spacing)
        sums = points.total(_binned, frame, plan, add=binning.added)
        counted[:] = [sums.tables.pop().reshape(-1)]
        return grid.smoothed(plan, sums, binning.room_for(ends))

    return choosing.fine_enough(build, points.shape[0], width, error), counted[0]


def _binned(piece: Piece, frame: Frame, plan: binning.Plan) -> binning.Sums:
    """The sums of a chunk, and one more table: how many of its points are nearest to each node."""
    frame, plan = on(piece.points, frame, plan)
    inside = frame.enter(piece.points)
    keys, tables = binning.binned(plan, inside, binning.room_for(inside))
    held = binning.nearest_nodes(plan.box, keys, inside)[0].reshape(*tables[0].shape)
    return binning.Sums(keys.to("numpy"), [table.to("numpy") for table in (*tables, held)])


def label_at_node(piece: Piece, frame: Frame, box: Box, keys: Tensor, labels: Tensor) -> Tensor:
    """The label of the node that is nearest to each point, (n,) int64."""
    frame, box, keys, labels = on(piece.points, frame, box, keys, labels)
    return labels[binning.nearest_nodes(box, keys, frame.enter(piece.points))[1]]


class Everywhere(NamedTuple):
    """The density by its definition: each chunk is asked for its weighted sums around every query."""

    points: Chunks
    frame: Frame
    bandwidth: float
    kernel: str
    memory: int
    error_bound: float = 0.0
    method: str = "exact"

    def starts(self, points: Tensor) -> tuple[Tensor, Tensor]:
        return points, numbered(points)

    def shift(self, queries: Tensor) -> tuple[Tensor, Tensor]:
        """As `Density` has it, in one pass over all chunks. 8·q·(d + 1) bytes go to each machine, and come from it."""
        given = self.frame, queries, self.bandwidth, self.kernel, self.memory
        sums = self.points.total(_weighted, *given, add=summed)
        total = sums[:, -1:]
        means = (sums[:, :-1] / where(total > 0, total, 1.0)).astype(queries.dtype)
        return where(total > 0, means, queries), total.astype(queries.dtype)


def _weighted(piece: Piece, frame: Frame, queries: Tensor, bandwidth: float, kernel: str, memory: int) -> Tensor:
    """The weighted sums of the coordinates of the points around each query, and of 1: (q, d + 1) float64."""
    frame, queries = on(piece.points, frame, queries)
    means, total = weighted_means(queries, frame.enter(piece.points), bandwidth, kernel, memory)
    total = total.astype("float64")
    return concat([means * total, total], axis=1).to("numpy")


def summed(parts: list[Any]) -> Any:
    """The sum of arrays of one shape, in their order."""
    return reduce(add, parts)


def starts_of(
    points: Chunks, frame: Frame, bandwidth: float, kernel: str, seeds: Tensor | None, least: int
) -> Tensor | None:
    """Where the queries of MeanShift start, inside the frame, or None.

    seeds : inside too; least : points in a cell, as `bin_seeds` has it, or 0 if there are no cells
    """
    width = frame.inside(bandwidth)
    if seeds is None:
        if not least:
            return None
        cells, count = points.total(_cells, frame, width, add=_counted)
        kept = kept_cells(cells, count, least)
        every = kept.shape[0] == points.shape[0]
        seeds = frame.enter(points.rows(range(points.shape[0]))) if every else kept * width
        if kernel == "gaussian":  # which reaches every cell that holds a point
            return seeds
    reached = Everywhere(points, frame, width, kernel, MEMORY).shift(seeds)[1][:, 0] > 0
    return some_reach(seeds[reached], bandwidth)


def _cells(piece: Piece, frame: Frame, size: float) -> tuple[Tensor, Tensor]:
    cells, count = distinct_rows(round(on(piece.points, frame).enter(piece.points) / size))
    return cells.to("numpy"), count.astype("float64").to("numpy")


def _counted(parts: list[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
    cells, count = (concat(list(each)) for each in zip(*parts, strict=True))
    order = rows_in_order(cells)
    new = is_new(cells[order])
    number = cumsum(new.astype("int64")) - 1
    return cells[order][new], scatter_add(number, count[order], number[-1].item() + 1)


def some_of(points: Chunks, rng: np.random.Generator, samples: int = SAMPLES) -> Tensor:
    """The points from which a bandwidth is estimated: all, or those that `by_rule` in `bandwidth.py` would take."""
    n = points.shape[0]
    return points.rows(range(n) if n <= samples else random.sample(rng, n, samples).tolist())


def at_nearest_peaks(points: Chunks, frame: Frame, peaks: Tensor, within: float) -> tuple[Tensor, Any]:
    """The peaks by how many points are nearest to them, and the labels, still to be computed; −1 beyond `within`."""
    size = peaks.shape[0]
    sizes = points.total(_sizes, nearest_peak, size, frame, peaks, add=summed)
    peaks = peaks[_in_order(points, sizes, nearest_peak, frame, peaks)]
    return peaks, points.lazily(nearest_peak, frame, peaks, within, dtype="int64")


def nearest_peak(piece: Piece, frame: Frame, peaks: Tensor, within: float = math.inf) -> Tensor:
    """The label of the peak that is nearest to each point, (n,) int64, or −1 where it is farther away than `within`."""
    frame, peaks = on(piece.points, frame, peaks)
    labels, squared = nearest(frame.enter_near(piece.points), peaks)
    return labels if within == math.inf else where(squared <= within**2, labels, -1)


# --- numbers by size -----------------------------------------------------------------------------------------------


def _in_order(points: Chunks, sizes: Tensor, label: Any, *given: Any) -> Tensor:
    """Which group is the largest, the next, …, (groups,); of groups of one size first that with the first member.

    sizes : (groups,) float64; label : the function that labels a piece, given the rest. One pass more where two groups
    are of one size.
    """
    order = numbered(sizes)
    if not is_new(sort(sizes)).all():
        firsts = points.total(_firsts, label, sizes.shape[0], *given, add=_least)
        order = argsort(firsts)
    return order[argsort(sizes[order], descending=True)]


def _sizes(piece: Piece, label: Any, size: int, *given: Any) -> Tensor:
    return counts(label(piece, *given), size).to("numpy")


def _firsts(piece: Piece, label: Any, size: int, *given: Any) -> Tensor:
    """The number of the first row with each label, (size,) float64; infinity where there is none."""
    labels = label(piece, *given)
    order = argsort(labels)
    ordered = labels[order]
    new = is_new(ordered)
    firsts = full(size, math.inf, "float64", like=labels)
    firsts[ordered[new]] = order[new].astype("float64") + float(piece.start)
    return firsts.to("numpy")


def _least(parts: list[Any]) -> Any:
    return reduce(minimum, parts)
