"""What Lloyd's algorithm does with a tile of points: scores by one matrix product, the nearest centre, sums by centre.

|x − c|² = |x|² + 2·(|c|²/2 − x·c), and |x|² is the same for every centre: so the centre with the least |c|²/2 − x·c is
the nearest, and a whole tile of these scores is one product. Points are held as (d, n): where dimensions are few, each
coordinate's numbers side by side in memory; where they are many, the transpose of (n, d). Then a table of scores is
(k, t) with t numbers in a row, and its least numbers are found by instructions that work on many at once, which along
rows of k numbers they would not (tests/benchmarks/clustering_kmeans.py).
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple, TypeVar

from minitensor import backend
from minitensor.cluster.coordinates import FEW
from minitensor.core import checks
from minitensor.core.creation import ones, zeros
from minitensor.core.tensor import Tensor, wrap
from minitensor.errors import DTypeError, InputError, ShapeError
from minitensor.functions import concat, stack, take
from minitensor.groups import scatter_add

TABLE = 2**22  # bytes of a table of scores at most
TILE = 16_000  # points in a tile at most, in pieces of work of the backend
Part = TypeVar("Part")
LEAST = 2**8  # points in a tile at least, however many centres there are


class PartialSums(NamedTuple):
    """What some of the points add to a step of Lloyd's algorithm; those of all chunks added up are those of all points.

    labels : (n,) int64, the nearest centre of each point, of equally near ones the first
    sums : (k, d) float64, the sum of w·x over the points of each centre
    counts : (k,) float64, the sum of their weights w; a centre moves to sums/counts
    inertia : the sum of w·|x − c|² over the points, c being the nearest centre, in float64
    """

    labels: Tensor
    sums: Tensor
    counts: Tensor
    inertia: float


def partial_sums(points: Tensor, centers: Tensor, weights: Tensor | None = None) -> PartialSums:
    """The labels of points (n, d), n ≥ 0, and what they add to the sums, counts and inertia of centres (k, d), k ≥ 1.

    weights : (n,), each 0 or more; 1 if not given

    Scores are made on points from which the mean of the centres is subtracted, in the dtype of the points (float16 in
    float32); the inertia comes from differences. So neither depends on where the origin is. The sums of a tile are made
    in that dtype where there are more than 8 dimensions, all else in float64.
    Time: O(n·k·d). Memory: tiles of 4 MiB, and the labels.

    >>> import minitensor as mt
    >>> points, centers = mt.tensor([[1.0], [8.0], [9.0]]), mt.tensor([[0.0], [10.0]])
    >>> found = partial_sums(points, centers)
    >>> found.labels.tolist(), found.sums.tolist(), found.counts.tolist(), found.inertia
    ([0, 1, 1], [[1.0], [17.0]], [1.0, 2.0], 6.0)

    Raises DTypeError, ShapeError and DeviceError for points, centres and weights that do not fit, and InputError where
    there is no centre.
    """
    checks.no_gradient("partial_sums", points, centers, weights)
    n, d, k = checks.matrices("partial_sums", points, centers, words=("points", "centers"), rows=True)
    centers_given(k)
    check_weights("partial_sums", points, weights)
    kind = points.dtype if points.dtype.itemsize >= 4 else "float32"
    middle = centers.astype(kind).mean(0)
    around = (centers.astype("float64") - middle.astype("float64")).astype(kind)
    keys, labels, room = keys_of(around), [], room_for(n, k, around.T)
    sums, counts, inertia = zeros((k, d), "float64", like=points), zeros(k, "float64", like=points), 0.0
    for here in tiles(n, k, points):
        x = coordinates(points[here].astype(kind), middle)
        w = None if weights is None else weights[here].astype(kind)
        found = lowest(scores(x, keys, room))[0].astype("int64")
        more, count = sums_by_center(x, found, k, w)
        sums, counts = sums + more, counts + count
        inertia += inertia_of(x, around, found, w)
        labels.append(found)
    sums = sums + counts[:, None] * middle.astype("float64")  # they are those of x − middle
    every = concat(labels) if labels else zeros(0, "int64", like=points)
    return PartialSums(every, sums, counts, inertia)


# --- a tile --------------------------------------------------------------------------------------------------------


class Keys(NamedTuple):
    """Of centres (k, d): −c and |c|²/2 side by side, (k, d + 1), whose product with (x, 1) are a point's scores."""

    whole: Tensor

    def of(self, some: Tensor) -> "Keys":
        """The keys of some of the centres, by their numbers."""
        return Keys(take(self.whole, some, axis=0))


def keys_of(centers: Tensor) -> Keys:
    """The keys of centres that lie about 0, as points inside a frame do."""
    return Keys(concat([-centers, (centers * centers).sum(1, keepdims=True) * 0.5], axis=1))


def tiles(n: int, k: int, like: Tensor) -> Iterator[slice]:
    """The points of each tile: so few that a table of their scores takes `TABLE` bytes, of `LEAST` points at least."""
    most = TILE * max(1, backend.of(like.array).chunk // 2**15)
    rows = max(LEAST, min(most, TABLE // (k * max(like.dtype.itemsize, 4))))
    return (slice(start, min(start + rows, n)) for start in range(0, n, rows))


def coordinates(points: Tensor, middle: Tensor | None = None) -> Tensor:
    """Points (n, d), as they are seen from `middle` (d,), as (d, n); of few dimensions each side by side in memory."""
    if points.shape[1] > FEW:
        return (points if middle is None else points - middle).T
    if middle is None:
        return points.T.contiguous()
    return stack([points[:, axis] - middle[axis] for axis in range(points.shape[1])])


def chosen(data: Tensor, numbers: Tensor) -> Tensor:
    """The columns of data (d, n) with these numbers, in the same layout."""
    return take(data, numbers, axis=1) if data.shape[0] <= FEW else take(data.T, numbers, axis=0).T


def room_for(n: int, k: int, data: Tensor) -> Tensor:
    """Memory for the scores of any tile of n points of data (d, …): to ask once is quicker than for each tile."""
    return room_of(next(tiles(n, k, data), slice(0)).stop, k, data)


def room_of(t: int, k: int, data: Tensor) -> Tensor:
    """Memory for the scores of t points of data (d, …)."""
    return zeros((k + data.shape[0] + 1) * t, like=data)


def scores(x: Tensor, keys: Keys, room: Tensor) -> Tensor:
    """|c|²/2 − x·c for every centre and every point x, (d, t): (k, t), in the memory of `room`."""
    (k, more), t = keys.whole.shape, x.shape[1]
    table = room[: k * t].reshape(k, t)
    if more <= FEW + 1:  # a copy of x with ones takes less than to go through the table once more
        ones_too = room[k * t : (k + more) * t].reshape(more, t)
        ones_too[:-1], ones_too[-1] = x, 1.0
        return product_into(keys.whole, ones_too, table)
    table = product_into(keys.whole[:, :-1], x, table)
    table += keys.whole[:, -1:]
    return table


def product_into(a: Tensor, b: Tensor, out: Tensor) -> Tensor:
    """``a @ b``, written over `out`."""
    return wrap(backend.of(out.array).matmul_into(a.array, b.array, out.array))


def shares(parts: list[Part], count: int) -> list[list[Part]]:
    """The parts in `count` runs of about one length, one for each thread; empty ones are left out.

    >>> shares(["a", "b", "c"], 2)
    [['a'], ['b', 'c']]
    """
    ends = [len(parts) * number // count for number in range(count + 1)]
    return [parts[start:stop] for start, stop in pairwise(ends) if start < stop]


def lowest(table: Tensor, two: bool = False) -> tuple[Tensor, Tensor, Tensor | None]:
    """The nearest centre of each point, (t,) integers, its score, and the second least score if it is wanted and there
    is one, each (t,). The table is written over."""
    numbers, least, second = backend.of(table.array).lowest(table.array, two)
    return wrap(numbers), wrap(least), None if second is None else wrap(second)


def sums_by_center(x: Tensor, labels: Tensor, k: int, weights: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """The sums of w·x for points x, (d, t), and of w by their labels, (t,) int64: (k, d) and (k,), float64."""
    if weights is not None:
        x = x * weights
    else:
        weights = ones(labels.shape, x.dtype, like=x)
    counts = scatter_add(labels, weights, k)
    if x.shape[0] <= FEW:
        return stack([scatter_add(labels, each, k) for each in x], axis=1), counts
    rows = wrap(backend.of(x.array).sums_of_rows(x.T.array, labels.array, k))
    return rows.astype("float64"), counts


def inertia_of(x: Tensor, centers: Tensor, labels: Tensor, weights: Tensor | None = None) -> float:
    """The sum of w·|x − c|² for points x, (d, t), and the centres (k, d) of their labels."""
    squared = squared_to_center(x, centers, labels)
    return (squared if weights is None else squared * weights).astype("float64").sum().item()


def squared_to_center(x: Tensor, centers: Tensor, labels: Tensor) -> Tensor:
    """|x − c|² for points x, (d, t), and the centres (k, d) of their labels: (t,)."""
    if x.shape[0] > FEW:
        away = x.T - take(centers, labels, axis=0)
        away *= away
        return away.sum(1)
    squared = zeros(labels.shape, x.dtype, like=x)
    for axis in range(x.shape[0]):
        away = x[axis] - take(centers[:, axis], labels)
        away *= away
        squared += away
    return squared


# --- checks --------------------------------------------------------------------------------------------------------


def centers_given(k: int) -> None:
    """Raise InputError where there is no centre."""
    if not k:
        raise InputError("k-means: there are 0 centers, and points need one at least; give one")


def check_weights(name: str, points: Tensor, weights: Tensor | None) -> None:
    """Raise unless the weights are one float for each point, on the same backend."""
    if weights is None:
        return
    checks.tensor(f"{name}: weights", weights)
    if weights.dtype.kind != "f":
        raise DTypeError(f"{name}: weights are {weights.dtype}, not floats; use .astype('float64')")
    if weights.shape != points.shape[:1]:
        raise ShapeError(f"{name}: weights of shape {weights.shape} do not fit {points.shape[0]} points; give each one")
    checks.together(f"{name}: weights", weights, "the points", points)
