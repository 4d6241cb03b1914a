"""Mean shift by a grid, O(n + nodes): bin the points, smooth the bins, read the answer off (Silverman 1982; Wand 1994).

Every point is shared out among the corners of its cell (linear binning), the corners' sums are convolved with a
Gaussian axis by axis, and an update at any place is interpolated between the corners there. What comes out is still a
weighted mean of the points, with a kernel K̃ close to K, so it never leaves their hull, and a point alone stays put.

Why the error falls with the square of the spacing δ = h·s. Along one axis let r be the distance of query and point.

1. Binning and interpolation round each of the two to the ends of its cell: K̃(r) = E[k(r + ξ)], k(r) = exp(−r²/2σ²).
2. ξ is a sum of two independent roundings, each of mean 0 and of variance t(1 − t)δ² at a fraction t of its cell.
3. Jensen's inequality gives K̃(r)/k(r) ≥ exp(−δ²/4σ²), and Hoeffding's lemma K̃(r)/k(r) ≤ exp(δ²r²/4σ⁴).
4. σ² = h² − δ²/3 takes back the variance of ξ, which is δ²/6 + δ²/6 on average over t; k/K is exp(−δ²r²/6σ²h²).
5. Together, but for a factor that all points share, |log K̃/K| ≤ ε(r) = (δ/σ)²(1/8 + r²/6h²) wherever δ² ≤ ¾h².

A weighted mean m̃ with weights wrong by exp(ε) is off by |Σ K̃·(e^{−ε} − 1)(x − m̃)| / Σ K̃e^{−ε}. By Cauchy and Schwarz
that is at most A·S/(1 − A), A² = Σ K̃·(εe^ε)²/Σ K̃ and S² = Σ K̃·|x − m̃|²/Σ K̃: second order in s, since A is. Both are
smoothed sums too, so that the bound is computed, for the data at hand, and not guessed.
"""

import math
from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

from minitensor.core.creation import arange, tensor, zeros
from minitensor.core.tensor import Tensor
from minitensor.errors import InputError, OutOfMemoryError
from minitensor.functions import clip, concat, cumsum, maximum, stack, where
from minitensor.groups import counts, numbered, scatter_add
from minitensor.text.numbers import in_bytes

SPACING = 1 / 8  # bandwidths from node to node
ROOM = 2**30  # bytes that the grid may take
LEFT_OUT = 1e-9  # what all points together may weigh beyond the end of the truncated Gaussian
CHUNK = 2**16  # points binned at a time
BLOCK = 64  # nodes that one product of a convolution makes


class Grid(NamedTuple):
    """Smoothed sums at the nodes of a grid over the box of the points; all float64.

    low : (d,), the first node
    step : the distance between neighbouring nodes, in the units of the points
    shape : how many nodes there are along each axis
    sums : (nodes, d + 1), at each node the weighted sums of the coordinates, counted in steps from `low`, and of 1
    error_bound : how far an update of any of the points may be from the exact one, in the units of the points
    """

    low: Tensor
    step: float
    shape: tuple[int, ...]
    sums: Tensor
    error_bound: float
    method: str = "grid"

    def starts(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """The nodes (q, d) that have a point nearby, and for each point (n,), int64, which of them is nearest to it.

        Only the nodes move, and every point then goes where its node went: a few thousand paths instead of n. A point
        starts half a step off along each axis at most, so only near a watershed can it end at another peak than by
        itself. Time: O(n·d + nodes). Memory: 8 bytes a point.

        >>> import minitensor as mt
        >>> points = mt.tensor([[0.0], [0.05], [3.0]])
        >>> starts, owner = build(points, bandwidth=1.0).starts(points)
        >>> starts.tolist(), owner.tolist()
        ([[0.0], [3.0]], [0, 0, 1])
        """
        nodes = math.prod(self.shape)
        total, nearest = zeros(nodes, like=self.low), []
        for steps in _in_steps(points, self.low, self.step, max(CHUNK, nodes // 4)):
            place = zeros(steps.shape[0], "int64", like=steps)
            for axis, size in enumerate(self.shape):
                place = clip((steps[:, axis] + 0.5).astype("int64"), 0, size - 1) + place * size
            nearest.append(place)
            total += counts(place, nodes)
        used = total > 0
        left, coordinates = numbered(used)[used], []
        for size in reversed(self.shape):
            coordinates.append((left % size).astype("float64"))
            left = left // size
        places = self.low + self.step * stack(coordinates[::-1], axis=1)
        number = cumsum(used.astype("int64")) - 1
        return places.astype(points.dtype), number[concat(nearest)]

    def shift(self, queries: Tensor) -> tuple[Tensor, Tensor]:
        """Where each query (q, d) moves, (q, d), and the sum of its weights, (q, 1). Time and memory: O(q·2^d·d).

        A query outside of the box of the points is taken at the nearest place inside. One that no point reaches stays.
        """
        steps = (queries.astype("float64") - self.low) / self.step
        parts = [self.sums[corner] * share[:, None] for corner, share in _corners(steps, self.shape)]
        found = sum(parts[1:], parts[0])
        totals = found[:, -1:]
        moved = self.low + self.step * (found[:, :-1] / where(totals > 0, totals, 1.0))
        return where(totals > 0, moved.astype(queries.dtype), queries), totals.astype(queries.dtype)


def build(points: Tensor, bandwidth: float, spacing: float = SPACING, corrected: bool = True, room: int = ROOM) -> Grid:
    """The grid of `points` (n, d), d ≤ 3, with nodes `spacing` bandwidths apart.

    corrected : whether to convolve with the variance h² − δ²/3 and not h², which makes the error 4 to 6 times smaller
    room : bytes that the grid may take

    Time: O(n·2^d·d) to bin, O(nodes·d²·reach) to convolve, the reach being some 7 to 9 bandwidths. Memory: 32·(d + 1)
    bytes a node, at most `room`, and 10 MB for the points at work.

    >>> import minitensor as mt
    >>> points = mt.tensor([[0.0, 0.0], [1.0, 0.0], [9.0, 3.0]])
    >>> grid = build(points, bandwidth=1.0)
    >>> grid.shape, grid.shift(points)[0].shape, grid.error_bound < 0.1
    ((74, 26), (3, 2), True)

    Raises InputError for more than 3 dimensions, or a spacing that is not over 0 and at most ¾, and OutOfMemoryError
    where points lie so far apart that the grid would not fit; nothing has been allocated then.
    """
    n, d = points.shape
    if d > 3:
        raise InputError(f"grid: the points have {d} dimensions, a grid has 3 at most; use method='cells'")
    if not 0 < spacing <= 0.75:
        raise InputError(f"grid: spacing={spacing} bandwidths; it must be positive and at most 0.75")
    step = bandwidth * spacing
    low, high, shape = _box(points, step)
    if 32 * (d + 1) * math.prod(shape) > room:
        raise OutOfMemoryError(
            f"grid: {' × '.join(map(str, shape))} nodes, {spacing:.3g} bandwidths apart, do not fit into "
            f"{in_bytes(room)}; where a few points lie far out use method='cells', else a larger bandwidth or error"
        )
    first = tensor(low, "float64", like=points)
    sums = _binned(points, first, step, shape)
    binned = sums[d].copy()
    variance = 1 - spacing**2 / 3 if corrected else 1.0  # in bandwidths, like all that follows
    reach = math.ceil(math.sqrt(2 * math.log(n / LEFT_OUT)) / spacing) + 2
    offsets = abs(arange(-reach, reach + 1, dtype="float64", like=first)) * spacing
    kernel = (offsets**2 * (-0.5 / variance)).exp()
    for row in range(d + 2):
        for axis in range(d):
            sums[row] = _convolved(sums[row], kernel, axis)
    # Of a place between two nodes and a point between two others, the distance is up to two steps longer.
    wrong = (0.125 + (offsets + 2 * spacing) ** 2 / (6 if corrected else 4)) * (spacing**2 / variance)
    bound = _error_bound(binned, sums, kernel, wrong) * step + 100 * LEFT_OUT * bandwidth
    return Grid(first, step, shape, sums[: d + 1].reshape(d + 1, -1).T.copy(), min(bound, math.dist(low, high)))


def count_nodes(points: Tensor, bandwidth: float, spacing: float = SPACING) -> int:
    """How many nodes the grid would have. Time: O(n·d)."""
    return math.prod(_box(points, bandwidth * spacing)[-1])


def _box(points: Tensor, step: float) -> tuple[list[float], list[float], tuple[int, ...]]:
    """The least and the largest coordinate along each axis, and how many nodes reach from one to the other."""
    columns = [points[:, axis] for axis in range(points.shape[1])]  # as in `update.by_axis`
    low, high = ([getattr(column, end)().item() for column in columns] for end in ("min", "max"))
    return low, high, tuple(int((b - a) / step) + 2 for a, b in zip(low, high, strict=True))


def _in_steps(points: Tensor, low: Tensor, step: float, chunk: int = CHUNK) -> Iterator[Tensor]:
    """The points, a chunk at a time, in steps from the first node."""
    for start in range(0, points.shape[0], chunk):
        yield (points[start : min(start + chunk, points.shape[0])].astype("float64") - low) / step


def _corners(steps: Tensor, shape: tuple[int, ...]) -> Iterator[tuple[Tensor, Tensor]]:
    """For each of the 2^d corners of the cells of places (m, d): the number of its node, and its share of the place."""
    numbers, shares = [], []
    for axis, size in enumerate(shape):
        x = clip(steps[:, axis], 0.0, size - 1.0)
        cell = clip(x.astype("int64"), 0, size - 2)
        upper = x - cell.astype("float64")
        stride = math.prod(shape[axis + 1 :])
        numbers.append((cell * stride, (cell + 1) * stride))
        shares.append((1.0 - upper, upper))
    for corner in product((0, 1), repeat=len(shape)):
        number, share = numbers[0][corner[0]], shares[0][corner[0]]
        for axis, end in enumerate(corner[1:], 1):
            number, share = number + numbers[axis][end], share * shares[axis][end]
        yield number, share


def _binned(points: Tensor, low: Tensor, step: float, shape: tuple[int, ...]) -> Tensor:
    """(d + 2, *shape): at each node the sums of its shares of the points' coordinates, in steps, of 1 and of |x|²."""
    d, nodes = len(shape), math.prod(shape)
    sums = zeros((d + 2, nodes), like=low)
    for steps in _in_steps(points, low, step, max(CHUNK, nodes // 4)):
        columns = [steps[:, axis].copy() for axis in range(d)]
        squares = sum((column * column for column in columns[1:]), columns[0] * columns[0])
        for corner, share in _corners(steps, shape):
            for row, values in enumerate((*columns, None, squares)):
                sums[row] += scatter_add(corner, share if values is None else share * values, nodes)
    return sums.reshape(d + 2, *shape)


def _convolved(table: Tensor, kernel: Tensor, axis: int) -> Tensor:
    """`table` convolved along one axis with a kernel of odd length; beyond its ends the table is 0.

    A strip of `BLOCK` results is one matrix product with a small banded matrix, the same for every strip.
    """
    order = [*(other for other in range(table.ndim) if other != axis), axis]
    rows = table.permute_dims(*order)
    outer, size, reach = rows.shape[:-1], rows.shape[-1], (kernel.shape[0] - 1) // 2
    rows = rows.reshape(-1, size)
    block = min(BLOCK, size)
    row, column = (arange(count, dtype="int64", like=table) for count in (block + 2 * reach, block))
    band = row[:, None] - column
    inside = (band >= 0) & (band <= 2 * reach)
    matrix = where(inside, kernel[clip(band, 0, 2 * reach).reshape(-1)].reshape(*band.shape), 0.0)
    smooth = zeros(rows.shape, like=table)
    for start in range(0, size, block):
        stop = min(start + block, size)
        first, last = max(start - reach, 0), min(stop + reach, size)
        part = matrix[first - start + reach : last - start + reach, : stop - start]
        smooth[:, start:stop] = rows[:, first:last] @ part
    return smooth.reshape(*outer, size).permute_dims(*(order.index(axis) for axis in range(table.ndim)))


def _error_bound(binned: Tensor, sums: Tensor, kernel: Tensor, wrong: Tensor) -> float:
    """The largest A·S/(1 − A), in steps, over all nodes that took in a point; see the head of this file.

    wrong : how far the logarithm of the kernel may be off along one axis, by distance, as long as `kernel`
    """
    d, used = binned.ndim, binned > 0
    weights = sums[d][used]
    means = [sums[axis][used] / weights for axis in range(d)]
    variance = sums[d + 1][used] / weights - sum((mean * mean for mean in means[1:]), means[0] * means[0])
    worst = kernel * (2 * wrong).exp()
    a = zeros(weights.shape, like=weights)
    for axis in range(d):
        part = binned
        for other in range(d):
            part = _convolved(part, worst * wrong**2 if other == axis else worst, other)
        a += (part[used] / weights) ** 0.5  # Minkowski's inequality: the root mean square of a sum is at most theirs
    certain = a < 1
    return where(certain, a * maximum(variance, 0.0) ** 0.5 / where(certain, 1 - a, 1.0), math.inf).max().item()
