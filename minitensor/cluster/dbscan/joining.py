"""Cells of core points that are joined: those with two core points, one in each, within eps of one another.

All points of a cell are neighbours, so clusters are components of cells. Whether two cells are joined is asked only
while they are in different components, of near cells first: where the data are dense that spares nearly all of it. Two
boxes answer for their points where all distances between them, or none, are within eps. Then a few points of each are
compared. What is still open is halved, again and again (Gray and Moore 2000).
"""

from itertools import product

from minitensor.cluster.dbscan.boxes import boxes_of
from minitensor.cluster.dbscan.cells import REACH, Cells, pairs, squared_distances
from minitensor.core.creation import zeros
from minitensor.core.tensor import Tensor
from minitensor.functions import concat, cumsum, floor, maximum, minimum, take, where
from minitensor.groups import among, connected, distinct, numbered, owners, sorted_keys

FEW = 4  # points of each cell that are compared at first
LEAF = 64  # pairs of points up to which two halves are compared whole
BITS = 16  # of each coordinate, by which the points of a cell are put in order before they are halved


class Components:
    """Which cells are known to be joined: `root`, (cells,) int64, the least number of each one's component."""

    def __init__(self, count: int, like: Tensor):
        self.root = numbered(zeros(count, like=like))

    def apart(self, a: Tensor, b: Tensor) -> Tensor:
        """Whether they are in different components, as far as is known."""
        return take(self.root, a) != take(self.root, b)

    def join(self, a: Tensor, b: Tensor) -> None:
        if a.shape[0]:
            joined = connected(self.root.shape[0], take(self.root, a), take(self.root, b))
            self.root = take(joined, self.root)


def components(cells: Cells, eps: float) -> Tensor:
    """The least number in the component of each cell, (cells,) int64; all points in the cells are core points.

    Time: for each cell about 5^d/2 looks into a sorted list, and then what is left to compare. Memory: O(n).
    """
    count = cells.keys.shape[0]
    found, boxes, open_ = Components(count, cells.keys), boxes_of(cells.columns, cells.start[:-1]), []
    for shift in _half_of_the_offsets(cells):
        a = numbered(cells.keys)
        b, there = among(cells.keys + shift, cells.keys)
        a, b = a[there], b[there]
        apart = found.apart(a, b)
        a, b = a[apart], b[apart]
        least, most = boxes.between(a, b)
        found.join(*_pick(most <= eps * eps, a, b))
        maybe = (least <= eps * eps) & found.apart(a, b)
        a, b = a[maybe], b[maybe]
        near = _any_near(cells.columns, eps, *_first_points(cells, a), *_first_points(cells, b))
        found.join(*_pick(near, a, b))
        unsure = ~near & (maximum(take(cells.held, a), take(cells.held, b)) > FEW)
        open_.append(_pick(unsure, a, b))
    a, b = (concat([pair[end] for pair in open_]) for end in (0, 1))
    a, b = _pick(found.apart(a, b), a, b)
    if a.shape[0]:
        _by_halves(cells, a, b, eps, found)
    return found.root


def _half_of_the_offsets(cells: Cells) -> list[int]:
    """How much keys change from a cell to those round it, the nearest first; of two opposite ones, one."""
    offsets = list(product(range(-REACH, REACH + 1), repeat=len(cells.steps)))
    ahead = sorted(offsets[len(offsets) // 2 + 1 :], key=lambda at: (sum(max(abs(by) - 1, 0) ** 2 for by in at),
                                                                     sum(map(abs, at))))  # fmt: skip
    return [sum(step * by for step, by in zip(cells.steps, at, strict=True)) for at in ahead]


def _pick(chosen: Tensor, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    return a[chosen], b[chosen]


def _first_points(cells: Cells, some: Tensor) -> tuple[Tensor, Tensor]:
    start = take(cells.start, some)
    return start, minimum(take(cells.start, some + 1), start + FEW)


def _any_near(
    columns: tuple[Tensor, ...], eps: float, start_a: Tensor, stop_a: Tensor, start_b: Tensor, stop_b: Tensor
) -> Tensor:
    """Whether two points of two runs, one of each, are within eps of one another: (pairs of runs,) bool."""
    near = zeros(start_a.shape, "bool", like=start_a)
    held = stop_a - start_a
    run = owners(held)
    mine = take(start_a - (cumsum(held) - held), run) + numbered(run)
    queries = tuple(take(column, mine) for column in columns)
    for some, query, point in pairs(take(start_b, run), take(stop_b, run)):
        squared = squared_distances(tuple(each[some] for each in queries), query, columns, point)
        near[take(run[some], query[squared <= eps * eps])] = True
    return near


def _by_halves(cells: Cells, a: Tensor, b: Tensor, eps: float, found: Components) -> None:
    """Join those of these pairs of cells that have two points within eps, by halving cells until boxes can tell."""
    some = distinct(concat([a, b]))
    held = take(cells.held, some)
    cell = owners(held)
    at = take(take(cells.start, some) - (cumsum(held) - held), cell) + numbered(cell)
    start = cumsum(held) - held
    columns = _in_z_order(tuple(take(column, at) for column in cells.columns), cell, start)
    (of_a, _), (of_b, _) = among(a, some), among(b, some)
    runs = [take(start, of_a), take(start + held, of_a), take(start, of_b), take(start + held, of_b)]
    while a.shape[0]:
        least, most = _boxes_of_runs(columns, runs)
        found.join(*_pick(most <= eps * eps, a, b))
        alike = found.apart(a, b) & (least <= eps * eps)
        a, b, *runs = (each[alike] for each in (a, b, *runs))
        start_a, stop_a, start_b, stop_b = runs
        small = (stop_a - start_a) * (stop_b - start_b) <= LEAF
        near = _any_near(columns, eps, *(each[small] for each in runs))
        found.join(*_pick(near, a[small], b[small]))
        large = ~small
        a, b, start_a, stop_a, start_b, stop_b = (each[large] for each in (a, b, *runs))
        wider = stop_a - start_a >= stop_b - start_b  # the longer of the two runs is halved
        middle_a, middle_b = (
            where(wider, (start_a + stop_a) // 2, stop_a),
            where(wider, start_b, (start_b + stop_b) // 2),
        )
        a, b = concat([a, a]), concat([b, b])
        runs = [
            concat([start_a, where(wider, middle_a, start_a)]),
            concat([middle_a, stop_a]),
            concat([start_b, middle_b]),
            concat([where(wider, stop_b, middle_b), stop_b]),
        ]


def _in_z_order(columns: tuple[Tensor, ...], cell: Tensor, start: Tensor) -> tuple[Tensor, ...]:
    """The points of each cell along a curve that fills it (Morton 1966), so that a half of them lies together."""
    boxes, bits = boxes_of(columns, start), BITS // len(columns)
    key = cell * 0
    places = []
    for column, low, high in zip(columns, *boxes, strict=True):
        width = take(maximum(high - low, 2.0**-1000), cell)
        places.append(minimum(floor((column - take(low, cell)) / width * 2.0**bits), 2.0**bits - 1).astype("int64"))
    for bit in reversed(range(bits)):
        for place in places:
            key = key * 2 + (place >> bit) % 2
    _, order = sorted_keys(cell * 2 ** (bits * len(columns)) + key)
    return tuple(take(column, order) for column in columns)


def _boxes_of_runs(columns: tuple[Tensor, ...], runs: list[Tensor]) -> tuple[Tensor, Tensor]:
    """The squares of the least and the largest distances between the boxes of pairs of runs."""
    start, stop = concat([runs[0], runs[2]]), concat([runs[1], runs[3]])
    key, n = start * (columns[0].shape[0] + 1) + stop, columns[0].shape[0]
    each = distinct(key)
    first, last = each // (n + 1), each % (n + 1)
    held = last - first
    begins = cumsum(held) - held
    at = take(first - begins, owners(held)) + numbered(owners(held))
    boxes = boxes_of(tuple(take(column, at) for column in columns), begins)
    number, _ = among(key, each)
    half = runs[0].shape[0]
    return boxes.between(number[:half], number[half:])
