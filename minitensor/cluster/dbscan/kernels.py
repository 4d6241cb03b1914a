"""The rungs of the DBSCAN ladder that are kernels: neighbours counted, core points united, borders asked, for float32.

One thread is one point. `count` marks core points. `unite` joins core points that are neighbours: each has a parent,
itself at first, and never one with a larger number. To join two is one atomic minimum: the larger gets the smaller for
a parent, and if it had another parent before, that one and the smaller are joined next. The numbers fall, so this
ends; no thread waits for another, and the components do not depend on who comes first. `find` goes up to the root,
which is the first core point of the cluster. `border` takes the least root among the core points near a point.

Distances are decided as by the other rungs, in float64. But a GPU may be slow at that, so float32 decides wherever its
rounding leaves no doubt: the differences are taken first, so that the error of a square is relative to itself.
"""

from functools import cache
from typing import Any, NamedTuple

import numpy as np

from minitensor.cluster.coordinates import largest
from minitensor.cluster.dbscan.cells import MOST, in_cells
from minitensor.core import checks
from minitensor.core.creation import full, zeros
from minitensor.core.tensor import Tensor
from minitensor.data import blobs
from minitensor.errors import DTypeError, InputError, ShapeError
from minitensor.functions import cumsum, minimum, stack, take, where
from minitensor.gpu.launching import Kernel
from minitensor.gpu.report import Launch
from minitensor.gpu.written import written
from minitensor.groups import numbered, owners
from minitensor.ladder import rung
from minitensor.text.code import indent

BLOCK = 128  # threads of a block
LARGEST = 64  # dimensions: beyond that a thread has too few registers
ALL = "n"  # what a kernel over all pairs is given besides
# What one over runs is given: the cell of each point, where the points of each row round a cell begin and end, (cells,
# rows), and how many rows and points there are.
RUNS = "cell, first, last, rows, n"


# --- the text of the kernels -----------------------------------------------------------------------------------------


@cache
def count(d: int, runs: bool = False) -> Kernel:
    """``dbscan_count(points, core, least, low, high, limit, …)``: core is 1 where `least` points are near, else 0.

    runs : whether a point is compared with those of the rows of cells round it, or with all

    >>> print(count(2).text)
    def dbscan_count(points, core, least, low, high, limit, n):
        point = cuda.grid(1)
        if point < n:
            q_0 = points[point, 0]
            q_1 = points[point, 1]
            found = 0
            for other in range(n):
                if found < least:
                    d_0 = points[other, 0] - q_0
                    d_1 = points[other, 1] - q_1
                    squared = d_0 * d_0 + d_1 * d_1
                    near = squared < low
                    if squared >= low and squared <= high:  # float32 cannot tell
                        e_0 = np.float64(points[other, 0]) - np.float64(q_0)
                        e_1 = np.float64(points[other, 1]) - np.float64(q_1)
                        near = e_0 * e_0 + e_1 * e_1 <= limit
                    if near:
                        found += 1
            core[point] = 1 if found >= least else 0
    """
    body = [
        *_coordinates(d),
        "found = 0",
        *_others(runs, ["if found < least:", *indent(_compare(d)), "    if near:", "        found += 1"]),
        "core[point] = 1 if found >= least else 0",
    ]
    return _of_points("dbscan_count", "points, core, least", body, d, runs)


@cache
def unite(d: int, runs: bool = False) -> Kernel:
    """``dbscan_unite(points, core, number, parent, low, high, limit, …)``: neighbours that are core points are joined.

    number : of each point, which are the places in `parent`

    >>> print(unite(1).text)
    def dbscan_unite(points, core, number, parent, low, high, limit, n):
        point = cuda.grid(1)
        if point < n:
            if core[point] == 1:
                q_0 = points[point, 0]
                for other in range(n):
                    if other < point and core[other] == 1:
                        d_0 = points[other, 0] - q_0
                        squared = d_0 * d_0
                        near = squared < low
                        if squared >= low and squared <= high:  # float32 cannot tell
                            e_0 = np.float64(points[other, 0]) - np.float64(q_0)
                            near = e_0 * e_0 <= limit
                        if near:
                            a = number[point]
                            b = number[other]
                            while a != b:
                                larger = max(a, b)
                                smaller = min(a, b)
                                before = cuda.atomic_min(parent, larger, smaller)
                                a = smaller if before == larger else before
                                b = smaller
    """
    join = [
        "a = number[point]",
        "b = number[other]",
        "while a != b:",
        "    larger = max(a, b)",
        "    smaller = min(a, b)",
        "    before = cuda.atomic_min(parent, larger, smaller)",
        "    a = smaller if before == larger else before",
        "    b = smaller",
    ]
    inner = ["if other < point and core[other] == 1:", *indent([*_compare(d), "if near:", *indent(join)])]
    body = ["if core[point] == 1:", *indent([*_coordinates(d), *_others(runs, inner)])]
    return _of_points("dbscan_unite", "points, core, number, parent", body, d, runs)


@cache
def find() -> Kernel:
    """``dbscan_find(number, parent, root, n)``: the root above each point."""
    body = [
        "point = cuda.grid(1)",
        "if point < n:",
        "    up = parent[number[point]]",
        "    while parent[up] != up:",
        "        up = parent[up]",
        "    root[point] = up",
    ]
    return written("dbscan_find", "number, parent, root, n", body, "roots")


@cache
def border(d: int, runs: bool = False) -> Kernel:
    """``dbscan_border(points, core, root, best, low, high, limit, …)``: the least root of the core points within eps of
    a point that is none, n where none is; of a core point its own."""
    inner = [
        "if core[other] == 1 and root[other] < least:",
        *indent([*_compare(d), "if near:", "    least = root[other]"]),
    ]
    body = [
        "least = root[point] if core[point] == 1 else n",
        "if core[point] == 0:",
        *indent([*_coordinates(d), *_others(runs, inner)]),
        "best[point] = least",
    ]
    return _of_points("dbscan_border", "points, core, root, best", body, d, runs)


def _of_points(name: str, parameters: str, body: list[str], d: int, runs: bool) -> Kernel:
    lines = ["point = cuda.grid(1)", "if point < n:", *indent(body)]
    label = f"d = {d}, {'runs' if runs else 'all pairs'}"
    return written(name, f"{parameters}, low, high, limit, {RUNS if runs else ALL}", lines, label)


def _coordinates(d: int) -> list[str]:
    return [f"q_{axis} = points[point, {axis}]" for axis in range(d)]


def _others(runs: bool, body: list[str]) -> list[str]:
    """What is done with each of the others."""
    if not runs:
        return ["for other in range(n):", *indent(body)]
    run = "for other in range(first[cell[point], row], last[cell[point], row]):"
    return ["for row in range(rows):", f"    {run}", *indent(body, 2)]


def _compare(d: int) -> list[str]:
    """Whether the other point is near."""
    axes = range(d)
    return [
        *(f"d_{axis} = points[other, {axis}] - q_{axis}" for axis in axes),
        f"squared = {' + '.join(f'd_{axis} * d_{axis}' for axis in axes)}",
        "near = squared < low",
        "if squared >= low and squared <= high:  # float32 cannot tell",
        *(f"    e_{axis} = np.float64(points[other, {axis}]) - np.float64(q_{axis})" for axis in axes),
        f"    near = {' + '.join(f'e_{axis} * e_{axis}' for axis in axes)} <= limit",
    ]


# --- the rungs -------------------------------------------------------------------------------------------------------


def pairs_memory(points: Tensor, eps: float, min_samples: int) -> float:
    """Four numbers of 4 bytes for each point, and two of 8 for its label."""
    return 32.0 * len(points)


def cells_memory(points: Tensor, eps: float, min_samples: int) -> float:
    """Besides these the points in order, in float64 and float32, and two ends of each row round a cell."""
    return float((32 + 32 * points.shape[1] + 48 + 8 * 5 ** (points.shape[1] - 1)) * len(points))


@rung("GPU: a thread a point, all pairs, atomic unions", memory=pairs_memory)
def gpu_pairs(points: Tensor, eps: float, min_samples: int) -> Tensor:
    """Every thread compares its point with all others, three times; nothing is kept of a pair.

    points : (n, d) float32, d from 1 to 64, on CuPy, or on NumPy, where a simulator runs it; returns (n,) int64. Time:
    n²·d in parallel. Memory: 32·n bytes.

    >>> import minitensor as mt
    >>> gpu_pairs(mt.tensor([[0.0], [1.0], [2.0], [9.0]], "float32"), 1.0, 3).tolist()
    [0, 0, 0, -1]
    """
    return cluster("gpu_pairs", points, eps, min_samples)[0]


@rung("GPU: the same, only with the cells round a point", memory=cells_memory)
def gpu_cells(points: Tensor, eps: float, min_samples: int) -> Tensor:
    """`gpu_pairs`, but the points are sorted into cells by array functions, on the GPU too, and a thread goes through
    the rows of cells round its point: 5 runs of points in 2-D, 25 in 3-D.

    points : (n, d) float32, d from 1 to 3; returns (n,) int64. Threads of a warp have points of one cell or of
    neighbouring ones, so they read the same runs. Memory: (80 + 32·d + 8·5^(d − 1))·n bytes.
    """
    return cluster("gpu_cells", points, eps, min_samples, runs=True)[0]


class Job(NamedTuple):
    """What kernels are given: points (n, d) in units of about eps, sorted by cells where there are any; the number of
    each, (n,) int64; min_samples; and the rest, the thresholds first."""

    points: Tensor
    number: Tensor
    least: int
    rest: tuple[Any, ...]
    runs: bool

    @property
    def blocks(self) -> int:
        return -(-len(self.points) // BLOCK)

    def blank(self) -> Tensor:
        """A number for each point that says nothing yet."""
        return full(len(self.points), -1, "int32", like=self.points)

    def mark(self, core: Tensor, sample: int | None = None, **options: Any) -> Launch:
        """Mark core points; sample : how many blocks the simulator is to run, if not all of them."""
        kernel = count(self.points.shape[1], self.runs)
        launching = kernel if sample is None else kernel.sample(sample)
        return launching[self.blocks, BLOCK](self.points, core, self.least, *self.rest, **options)


def cluster(
    name: str, points: Tensor, eps: float, min_samples: int, runs: bool = False, order: Any = None
) -> tuple[Tensor, list[Launch]]:
    """The labels by these kernels, and the launches, for their counters.

    order : as a launch on the simulator takes it: another order of blocks and atomics

    Raises DTypeError for points that are not float32, ShapeError and InputError for what does not fit.
    """
    job = prepared(name, points, eps, min_samples, runs)
    n, d = points.shape
    if not n:
        return zeros(0, "int64", like=points), []
    place, parent = job.number.astype("int32"), numbered(points).astype("int32")
    core, root, best = job.blank(), job.blank(), job.blank()
    options: dict[str, Any] = {} if order is None else {"order": order}
    launches = [
        job.mark(core, **options),
        unite(d, runs)[job.blocks, BLOCK](job.points, core, place, parent, *job.rest, **options),
        find()[job.blocks, BLOCK](place, parent, root, n),
        border(d, runs)[job.blocks, BLOCK](job.points, core, root, best, *job.rest, **options),
    ]
    return _labels(core, best, job.number), launches


def prepared(name: str, points: Tensor, eps: float, min_samples: int, runs: bool) -> Job:
    """What the kernels need; raises what `cluster` does."""
    unit, low, high, limit = thresholds(name, points, eps)
    least, (n, d) = checks.whole(f"{name}: min_samples", min_samples, 1), points.shape
    most = MOST if runs else LARGEST
    if n and not 1 <= d <= most:
        raise InputError(f"{name}: points have {d} dimensions; it takes from 1 to {most}")
    scaled, number = points / unit, numbered(points)
    more: tuple[Any, ...] = ()
    if runs and n:
        cells = in_cells(scaled.astype("float64"), eps / unit)
        if cells is None:
            raise InputError(f"{name}: nearly all points are more than eps={eps} apart; take gpu_pairs")
        number, scaled = cells.order, take(scaled, cells.order)
        ends = [cells.row(cells.keys, shift) for shift in cells.shifts()]
        first, last = (stack([take(cells.start, pair[end]) for pair in ends], axis=1) for end in (0, 1))
        more = (*(each.astype("int32") for each in (owners(cells.held), first, last)), len(ends))
    rest = (np.float32(low), np.float32(high), np.float64(limit), *more, n)
    return Job(scaled.contiguous(), number, least, rest, runs)


def thresholds(name: str, points: Tensor, eps: float) -> tuple[float, float, float, float]:
    """The unit in which points are compared, and the squares of float32 below which, up to which, and of float64 up to
    which they are near."""
    checks.tensor(f"{name}: points", points)
    if points.ndim != 2:
        raise ShapeError(f"{name}: points have shape {points.shape}, not (points, dimensions)")
    if points.dtype != "float32":
        raise DTypeError(f"{name}: points are {points.dtype}, not float32; use .astype('float32')")
    if points.size:
        checks.points(f"{name}: points", points)
    eps = checks.distance(f"{name}: eps", eps)
    unit = 2.0 ** (np.frexp(eps)[1].item() - 1)
    if points.size and largest(points) / unit > 2.0**126:
        raise InputError(f"{name}: points are more than 1e38 times eps={eps} from the origin; the kernels take float32")
    limit, doubt = (eps / unit) ** 2, (points.shape[-1] + 4) * 2.0**-23
    return unit, limit * (1 - doubt), limit * (1 + doubt), limit


def _labels(core: Tensor, best: Tensor, number: Tensor) -> Tensor:
    """Clusters numbered by their roots, which are their first core points; the points have these numbers."""
    n = core.shape[0]
    in_order = full(n, n, "int64", like=core)
    in_order[number] = best.astype("int64")
    is_core = full(n, False, "bool", like=core)
    is_core[number] = core == 1
    rank = cumsum(((in_order == numbered(core)) & is_core).astype("int64")) - 1
    return where(in_order < n, take(rank, minimum(in_order, n - 1)), -1)


def simulated(n: int = 128) -> list[tuple[str, list[Launch]]]:
    """The rungs, run by the simulator on n points in two dimensions: name and counted launches.

    >>> [(name, len(launches)) for name, launches in simulated(6)]
    [('gpu_pairs', 4), ('gpu_cells', 4)]
    """
    points = blobs(0, clusters=1, each=n, dtype="float32")[0].to("numpy")
    return [(name, cluster(name, points, 1.0, 5, name == "gpu_cells")[1]) for name in ("gpu_pairs", "gpu_cells")]
