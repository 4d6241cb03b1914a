"""Mean shift by a short Fourier series: in linear time like a grid, and as exact as asked, down to 1e-6 bandwidths.

A Gaussian is smooth, so a few waves make it up. Take the box of the data, widened by R bandwidths to a period P along
each axis, and waves k = −K … K. Then exp(−r²/2h²) ≈ Σ ĝ_k·exp(2πikr/P), ĝ_k = √(2π)(h/P)·exp(−2(πhk/P)²), and a sum
over n points at any number of queries factors: one set of sums over the points, then one over the waves.

Its error, along one axis (Poisson's summation formula), if K ≥ R·P/2πh:

- the series repeats with period P, so copies of each point at a distance of R bandwidths or more are added, at most
  3·exp(−R²/2), and 3R·exp(−R²/2) in the slope times h, as r·exp(−r²/2) falls beyond r = 1;
- waves beyond K are missing: 2·∫ĝ from K, which is erfc(R/√2) ≤ exp(−R²/2), and exp(−R²/2) in the slope too.

So density and slope of n points in d dimensions are wrong by at most n·η, η = d·(3R + 4)·exp(−R²/2)·1.1. An update
moves by h²·slope/density, and a point by √(2 ln n)·h at most; as a point itself weighs 1, the update is wrong by at
most h·n·η·(√d + √(2 ln n))/(1 − n·η). R grows with the root of the logarithm of n/error, so 1e-6 costs little more.
Rounding adds less than n·1e-15 bandwidths.
"""

import math
from typing import NamedTuple

from minitensor.cluster.meanshift.attention import MEMORY
from minitensor.core.counting import arange
from minitensor.core.creation import ones, tensor, zeros
from minitensor.core.tensor import Tensor
from minitensor.errors import InputError, OutOfMemoryError
from minitensor.functions import concat, conj, exp, real, stack, where
from minitensor.groups import numbered
from minitensor.text.numbers import in_bytes

ROOM = 2**30  # bytes that the series may take
ROUNDING = 1e-15  # bandwidths that an update is off for each point, since float64 rounds their sums


class Series(NamedTuple):
    """The density of the points as a Fourier series, and its slope along each axis.

    low : (d,), the corner of the box; periods : P along each axis, in the units of the points
    waves : how many along each axis: −K … K, but along the last 0 … K, since the others are their conjugates
    terms : (waves of all axes but the last, (d + 1)·waves of the last), complex128: of each slope, times h², and of the
        density after them
    error_bound : how far an update of any of the points may be from the exact one, in the units of the points
    """

    low: Tensor
    periods: tuple[float, ...]
    waves: tuple[int, ...]
    terms: Tensor
    error_bound: float
    memory: int
    method: str = "fourier"

    def starts(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """Every point, each following itself."""
        return points, numbered(points)

    def shift(self, queries: Tensor) -> tuple[Tensor, Tensor]:
        """Where each query (q, d) in the box moves, (q, d), and the sum of its weights, (q, 1).

        Time: O(q·terms·d), in matrix products. Memory: `memory` + O(q·d).
        """
        (q, d), rows = queries.shape, _rows(self.waves, self.memory)
        found = zeros((q, d + 1), "float64", like=queries)
        for start in range(0, q, rows):
            here = slice(start, min(start + rows, q))
            first, last = _waves(queries[here], self.low, self.periods, self.waves)
            sums = (first @ self.terms).reshape(first.shape[0], d + 1, -1) * last[:, None, :]
            found[here] = real(sums.sum(2))
        weights = found[:, d:]
        moved = queries.astype("float64") + found[:, :d] / where(weights > 0, weights, 1.0)
        return where(weights > 0, moved.astype(queries.dtype), queries), weights.astype(queries.dtype)


def build(points: Tensor, bandwidth: float, error: float = 1e-6, memory: int = MEMORY, room: int = ROOM) -> Series:
    """The series for `points` (n, d), d ≤ 3, whose updates are off by at most `error` bandwidths.

    memory : bytes that the tables of one tile may take; room : bytes that the series may take
    Time: O(n·terms), in matrix products. Memory: 16·(2d + 3) bytes a term, and `memory`.

    >>> import minitensor as mt
    >>> series = build(mt.tensor([[0.0], [1.0], [5.0]]), bandwidth=1.0)
    >>> moved, weights = series.shift(mt.tensor([[0.0]]))
    >>> series.waves, round(moved.item(), 6), round(weights.item(), 6)
    ((13,), 0.377551, 1.606534)

    Raises InputError for more than 3 dimensions and for an error that is 1 or more, or finer than rounding allows, and
    OutOfMemoryError where the points lie so far apart that the series would not fit; nothing has been allocated then.
    """
    n, d = points.shape
    radius, low, periods, waves = _layout(points, bandwidth, error)
    if 16 * (2 * d + 3) * math.prod(waves) > room:
        raise OutOfMemoryError(
            f"fourier: {' × '.join(map(str, waves))} waves do not fit into {in_bytes(room)}; where a few points lie "
            "far out use method='cells', else a larger bandwidth or error"
        )
    corner, rows = tensor(low, "float64", like=points), _rows(waves, memory)
    sums = zeros((math.prod(waves[:-1]), waves[-1]), "complex128", like=points)
    for start in range(0, n, rows):
        first, last = _waves(points[start : min(start + rows, n)], corner, periods, waves)
        sums += first.T @ last
    terms = _terms(conj(sums), bandwidth, periods, waves)
    return Series(corner, periods, waves, terms, bandwidth * _bound(radius, n, d), memory)


def count_terms(points: Tensor, bandwidth: float, error: float) -> int:
    """How many terms the series would have. Time: O(n·d). Raises InputError as `build` does."""
    return math.prod(_layout(points, bandwidth, error)[-1])


def _layout(
    points: Tensor, bandwidth: float, error: float
) -> tuple[float, list[float], tuple[float, ...], tuple[int, ...]]:
    """R in bandwidths, the corner of the box, the periods, and the number of waves, that keep to `error`."""
    n, d = points.shape
    if d > 3:
        raise InputError(f"fourier: the points have {d} dimensions, a series has 3 at most; use method='cells'")
    if not 2 * ROUNDING * n <= error < 1:
        raise InputError(
            f"fourier: error={error} bandwidths; it must be less than 1, and for {n} points {2 * ROUNDING * n:.0e} or "
            "more, since sums are rounded"
        )
    radius = 2.0
    while _bound(radius, n, d) > error:
        radius += 1 / 16
    columns = [points[:, axis] for axis in range(d)]
    low, high = ([getattr(column, end)().item() for column in columns] for end in ("min", "max"))
    periods = tuple(b - a + radius * bandwidth for a, b in zip(low, high, strict=True))
    most = [math.ceil(radius * period / (2 * math.pi * bandwidth)) for period in periods]
    return radius, low, periods, (*(2 * k + 1 for k in most[:-1]), most[-1] + 1)


def _bound(radius: float, n: int, d: int) -> float:
    """The error of an update in bandwidths, as derived at the head of this file."""
    wrong = n * 1.1 * d * (3 * radius + 4) * math.exp(-(radius**2) / 2)
    if wrong >= 1:
        return math.inf
    return wrong * (math.sqrt(d) + math.sqrt(2 * math.log(n))) / (1 - wrong) + ROUNDING * n


def _rows(waves: tuple[int, ...], memory: int) -> int:
    """How many places make a tile of `memory` bytes."""
    d, last = len(waves), waves[-1]
    first = math.prod(waves[:-1])
    return max(16, memory // (16 * (first + (2 * d + 3) * last)))


def _waves(places: Tensor, low: Tensor, periods: tuple[float, ...], waves: tuple[int, ...]) -> tuple[Tensor, Tensor]:
    """exp(2πikx/P) at places (m, d): products over all axes but the last, (m, …), and those of the last, (m, waves).

    In one dimension the first table is a column of ones.
    """
    tables = []
    for axis, (period, count) in enumerate(zip(periods, waves, strict=True)):
        angle = (places[:, axis].astype("float64") - low[axis]) * (2 * math.pi / period)
        if axis == len(waves) - 1:
            tables.append(_powers(angle, count))
        else:
            up = _powers(angle, count // 2 + 1)
            tables.append(concat([conj(up[:, :0:-1]), up], axis=1))
    *outer, last = tables
    first = outer[0] if outer else ones((last.shape[0], 1), like=last)
    for table in outer[1:]:
        first = (first[:, :, None] * table[:, None, :]).reshape(first.shape[0], -1)
    return first, last


def _powers(angle: Tensor, count: int) -> Tensor:
    """exp(i·k·angle) for k = 0 … count − 1, (m, count): the table doubles until it is long enough."""
    turn = exp(angle[:, None].astype("complex128") * 1j)
    table = ones(turn.shape, like=turn)
    while table.shape[1] < count:
        more = min(table.shape[1], count - table.shape[1])
        table = concat([table, table[:, :more] * (table[:, -1:] * turn)], axis=1)
    return table


def _terms(sums: Tensor, bandwidth: float, periods: tuple[float, ...], waves: tuple[int, ...]) -> Tensor:
    """The terms of a `Series`, from the sums of exp(−2πikx/P) over the points."""
    d = len(waves)
    sums, rates = sums.reshape(*waves), []
    for axis, (period, count) in enumerate(zip(periods, waves, strict=True)):
        last = axis == d - 1
        k = arange(count, dtype="float64", like=sums) - (0 if last else count // 2)
        rate = (k * (2 * math.pi / period)).reshape(*(count if other == axis else 1 for other in range(d)))
        size = (rate**2 * (-0.5 * bandwidth**2)).exp() * (math.sqrt(2 * math.pi) * bandwidth / period)
        sums = sums * (size * ((rate > 0).astype("float64") + 1.0) if last else size)
        rates.append(rate)
    slopes = [sums * (rate * bandwidth**2).astype("complex128") * 1j for rate in rates]
    together = stack([*slopes, sums], axis=d - 1)  # (waves but the last, d + 1, waves of the last)
    return together.reshape(math.prod(waves[:-1]), (d + 1) * waves[-1])
