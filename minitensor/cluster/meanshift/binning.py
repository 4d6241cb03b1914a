"""Points to the nodes of a grid: what each adds to the corners of its cell, summed (linear binning; Wand 1994).

What a point adds at a node is rounded to a multiple of `quantum`, so coarse that every sum of n such numbers is exact.
So the sums do not depend on the order of the points, nor on the pieces in which they were added: on threads, on a GPU,
on other machines (`distributed.py`).
"""

import math
from typing import NamedTuple

from minitensor import backend
from minitensor.backend.threads import in_threads
from minitensor.cluster.meanshift.blocks import SIDES, Box
from minitensor.core.counting import arange
from minitensor.core.creation import tensor, zeros
from minitensor.core.tensor import Tensor
from minitensor.errors import InputError, OutOfMemoryError
from minitensor.functions import argsort, concat, searchsorted
from minitensor.groups import distinct, is_new, numbered, scatter_add
from minitensor.text.numbers import in_bytes

SPACING = 1 / 8  # bandwidths from node to node
ROOM = 2**30  # bytes that the grid may take, where nothing tells how many are free
LEFT_OUT = 1e-9  # what all points together may weigh beyond the end of the truncated Gaussian
CHUNK = 2**16  # points binned at a time


class Sums(NamedTuple):
    """What is held of some blocks: their keys, in order, and a table (blocks, nodes) for each kind of sum.

    At each node the shares of the points are summed, times how far each point is from the node, in steps, along each
    axis; then times 1; then times the squared distance.
    """

    keys: Tensor
    tables: list[Tensor]


class Plan(NamedTuple):
    """What there is to know of a grid before the points are looked at: see `build`.

    box : where the nodes are; reach : steps to the end of the truncated Gaussian; width : of the data, at most
    quantum : what the shares of points are whole multiples of
    """

    box: Box
    bandwidth: float
    spacing: float
    corrected: bool
    reach: int
    width: float
    quantum: float


def plan_for(ends: Tensor, n: int, bandwidth: float, spacing: float = SPACING, corrected: bool = True) -> Plan:
    """The plan of a grid of n points; ends : (2, d), the least and the largest coordinate on each axis."""
    d = ends.shape[1]
    if d > 3:
        raise InputError(f"grid: the points have {d} dimensions, a grid has 3 at most; use method='cells'")
    if not 0 < spacing <= 0.75:
        raise InputError(f"grid: spacing={spacing} bandwidths; it must be positive and at most 0.75")
    reach, step = math.ceil(math.sqrt(2 * math.log(n / LEFT_OUT)) / spacing) + 2, bandwidth * spacing
    low, high = ends.astype("float64").tolist()
    shape = tuple(int((b - a) / step) + 2 for a, b in zip(low, high, strict=True))
    side = SIDES[d]
    box = Box(tensor(low, "float64", like=ends), step, shape, side, reach // (side - 1) + 1).checked()
    # No sum of n of these numbers, each at most 1, needs more than the 53 bits of a float64.
    quantum = 2.0 ** (math.ceil(math.log2(n)) - 52)
    return Plan(box, bandwidth, spacing, corrected, reach, math.dist(low, high), quantum)


def binned(plan: Plan, points: Tensor, room: int) -> Sums:
    """The sums of these points, which may be some of all. Time, memory and errors: see `build`."""
    box, n = plan.box, points.shape[0]
    keys = concat([box.find(box.steps(points[here]))[0] for here in slices(n, CHUNK)])
    # Numbers of 16 bits are sorted in a tenth of the time.
    order = argsort(keys.astype("int16") if math.prod(box.sizes) < 2**15 else keys)
    ordered = keys[order]
    begins = numbered(ordered)[is_new(ordered)]
    held = ordered[begins]
    check_room(plan, held.shape[0], room)
    return Sums(held, _tables(points, order, [*begins.tolist(), n], box, plan.quantum))


def added(parts: list[Sums]) -> Sums:
    """The sums of all points from those of each part, in whatever order.

    >>> import minitensor as mt
    >>> points = mt.tensor([[0.0], [0.6], [5.0]])
    >>> plan = plan_for(mt.tensor([[0.0], [5.0]]), 3, bandwidth=1.0)
    >>> whole, one, two = (binned(plan, some, ROOM) for some in (points, points[:2], points[2:]))
    >>> all((a == b).all() for a, b in zip(added([two, one]).tables, whole.tables, strict=True))
    True
    """
    keys = distinct(concat([part.keys for part in parts]))
    tables = [zeros((keys.shape[0], table.shape[1]), like=table) for table in parts[0].tables]
    for part in parts:
        rows = searchsorted(keys, part.keys)
        for table, more in zip(tables, part.tables, strict=True):
            table[rows] += more
    return Sums(keys, tables)


def check_room(plan: Plan, blocks: int, room: int) -> None:
    count = blocks * plan.box.nodes
    if 32 * (len(plan.box.shape) + 1) * count > room:
        raise OutOfMemoryError(
            f"grid: {count} nodes, {plan.spacing:.3g} bandwidths apart, do not fit into {in_bytes(room)}; "
            "where the points lie far apart use method='cells', else a larger bandwidth or error"
        )


def from_first_node(box: Box, sums: Sums) -> Sums:
    """The same sums, but of distances from the first node of the box, and their squares."""
    d, (keys, tables) = len(box.shape), sums
    numbers = arange(keys.shape[0] * box.nodes, dtype="int64", like=keys)
    places = box.coordinates(keys[numbers // box.nodes], numbers % box.nodes)
    found, weights, squares = [], tables[d], tables[d + 1].copy()
    for axis, x in enumerate(places):
        node = x.astype("float64").reshape(*weights.shape)
        squares += node * (node * weights + 2 * tables[axis])
        found.append(node * weights + tables[axis])
    return Sums(keys, [*found, weights, squares])


def nearest_nodes(box: Box, keys: Tensor, points: Tensor) -> tuple[Tensor, Tensor]:
    """How many of the points (n, d) are nearest to each node of these blocks, and which node is nearest to each point.

    keys : (blocks,), of blocks that hold all of the points. Returns (blocks·nodes,) float64 and (n,) int64.
    """
    count = keys.shape[0] * box.nodes
    total, near = zeros(count, like=box.low), []
    for here in slices(points.shape[0], max(CHUNK, count // 4)):
        key, first, beyond = box.find(box.steps(points[here]))
        place = searchsorted(keys, key) * box.nodes + first
        for axis, x in enumerate(beyond):
            place += (x + 0.5).astype("int64") * box.within(axis)
        near.append(place)
        total += scatter_add(place, zeros(place.shape, like=total) + 1.0, count)
    return total, concat(near)


def room_for(points: Tensor) -> int:
    """Bytes that a grid of these points may take: half of what is free."""
    free = backend.of(points.array).free_memory()
    return ROOM if free is None else free // 2


def slices(count: int, size: int) -> list[slice]:
    """So many, a piece at a time."""
    return [slice(start, min(start + size, count)) for start in range(0, count, size)]


def _tables(points: Tensor, order: Tensor, begins: list[int], box: Box, quantum: float) -> list[Tensor]:
    """The tables of `Sums`.

    order : (n,), the points block by block; begins : where each block begins among them, and n
    """
    d, nodes = len(box.shape), box.nodes
    tables = [zeros((len(begins) - 1, nodes), like=box.low) for _ in range(d + 2)]
    coarse = 1.5 * 2**52 * quantum  # a float64 near it has no finer digits
    tasks, first = [], 0  # blocks that hold some `CHUNK` points together; no two tasks write to the same block
    for block in range(1, len(begins)):
        if block == len(begins) - 1 or begins[block + 1] - begins[first] > CHUNK:
            tasks.append((first, block))
            first = block

    def task(blocks: tuple[int, int]) -> None:
        first, last = blocks
        keys = tensor(begins[first:last], "int64", like=order)
        for here in slices(begins[last] - begins[first], CHUNK):
            rows = slice(here.start + begins[first], here.stop + begins[first])
            number, beyond = box.find(box.steps(points[order[rows]]))[1:]
            number += (
                searchsorted(keys, arange(rows.start, rows.stop, dtype="int64", like=keys), side="right") - 1
            ) * nodes
            ends = [(x, x - 1.0) for x in beyond]  # how far the points are from either node of a cell
            for after, share, corner in box.corners(beyond):
                away = [each[end] for each, end in zip(ends, corner, strict=True)]
                square = sum((x * x for x in away[1:]), away[0] * away[0])
                for table, values in zip(tables, (*(share * x for x in away), share, share * square), strict=True):
                    rounded = values + coarse
                    rounded -= coarse
                    part = scatter_add(number + after, rounded, (last - first) * nodes)
                    table[first:last] += part.reshape(last - first, nodes)

    with in_threads(min(backend.of(points.array).threads(), len(tasks))) as each:
        list(each(task, tasks))
    return tables
