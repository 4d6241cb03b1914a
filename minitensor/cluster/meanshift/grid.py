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

Only blocks of nodes that hold points are kept (`blocks.py`), so that points far out cost a block each. A query that
leaves them has the blocks that it needs smoothed when it gets there. `binning.py` makes the sums at the nodes.
"""

import math

from minitensor import backend
from minitensor.backend.threads import in_threads
from minitensor.cluster.coordinates import by_axis
from minitensor.cluster.meanshift.binning import (
    CHUNK,
    LEFT_OUT,
    SPACING,
    Plan,
    Sums,
    binned,
    check_room,
    from_first_node,
    nearest_nodes,
    plan_for,
    room_for,
    slices,
)
from minitensor.cluster.meanshift.blocks import Box
from minitensor.core.counting import arange
from minitensor.core.creation import zeros
from minitensor.core.tensor import Tensor
from minitensor.functions import argsort, concat, cumsum, maximum, searchsorted, stack, where
from minitensor.groups import among, distinct, is_new, numbered

STRIP = 2**14  # queries shifted at a time


class Grid:
    """Smoothed sums at the nodes of a grid over the box of the points; all float64.

    box : where the nodes are
    error_bound : how far an update of any of the points may be from the exact one, in the units of the points
    keys : (blocks,), the blocks that have been smoothed; more are when a query comes to them
    sums : (blocks·nodes, d + 1), at each node the weighted sums of the coordinates, counted in steps, and of 1
    """

    method = "grid"

    def __init__(self, box: Box, of_points: Sums, kernel: Tensor) -> None:
        self.box, self.binned = box, of_points
        self._matrices = [box.matrix(kernel)] * len(box.shape)
        self.keys = of_points.keys
        self.sums = self._smooth(of_points.keys)
        self.error_bound = math.inf

    @property
    def count(self) -> int:
        """How many nodes there are."""
        return self.sums.shape[0]

    def _smooth(self, wanted: Tensor) -> Tensor:
        """The smoothed sums at the nodes of these blocks."""
        keys, tables = self.binned
        kinds = len(self.box.shape) + 1
        smooth = [self.box.convolved(keys, table, wanted, self._matrices).reshape(-1) for table in tables[:kinds]]
        return stack(smooth, axis=1)

    def starts(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """The nodes (q, d) that have a point nearby, and for each point (n,), int64, which of them is nearest to it.

        Only the nodes move, and every point then goes where its node went: a few thousand paths instead of n. A point
        starts half a step off along each axis at most, so only near a watershed can it end at another peak than by
        itself. Time: O(n·d·log(blocks) + nodes). Memory: 8 bytes a point.

        >>> import minitensor as mt
        >>> points = mt.tensor([[0.0], [0.05], [3.0]])
        >>> starts, owner = build(points, bandwidth=1.0).starts(points)
        >>> starts.tolist(), owner.tolist()
        ([[0.0], [3.0]], [0, 0, 1])
        """
        self._cover(points)
        total, near = nearest_nodes(self.box, self.keys, points)
        places, owner = self.places(total)
        return places.astype(points.dtype), owner[near]

    def places(self, held: Tensor) -> tuple[Tensor, Tensor]:
        """Where the nodes are that hold something, (q, d) float64, and the number there of each node of the blocks.

        held : (blocks·nodes,), how many points are nearest to each; the number means nothing where there are none
        """
        box, used = self.box, numbered(held)[held > 0]
        # A node on the edge of a block is one of the next block too: there are fewer places than numbers.
        coordinates = box.coordinates(self.keys[used // box.nodes], used % box.nodes)
        key, number = box.names(coordinates)
        code = searchsorted(distinct(key), key) * box.nodes + number
        order = argsort(code)
        new = is_new(code[order])
        which, owner = zeros(used.shape, "int64", like=used), zeros(held.shape, "int64", like=used)
        which[order] = cumsum(new.astype("int64")) - 1
        owner[used] = which
        return box.low + box.step * stack([x[order][new].astype("float64") for x in coordinates], axis=1), owner

    def shift(self, queries: Tensor) -> tuple[Tensor, Tensor]:
        """Where each query (q, d) moves, (q, d), and the sum of its weights, (q, 1). Time and memory: O(q·2^d·d).

        A query outside of the box of the points is taken at the nearest place inside. One that no point reaches stays.
        """
        (q, d), box = queries.shape, self.box
        moved, totals = queries.copy(), zeros((q, 1), like=queries)

        def strip(here: slice) -> None:
            key, first, beyond = box.find(box.steps(queries[here]))
            base = searchsorted(self.keys, key) * box.nodes + first
            parts = [self.sums[base + after] * share[:, None] for after, share, _ in box.corners(beyond)]
            found = sum(parts[1:], parts[0])
            total = found[:, d:]
            means = box.low + box.step * (found[:, :d] / where(total > 0, total, 1.0))
            moved[here] = where(total > 0, means.astype(queries.dtype), queries[here])
            totals[here] = total.astype(queries.dtype)

        self._cover(queries)
        strips = slices(q, STRIP)
        with in_threads(min(backend.of(queries.array).threads(), len(strips) or 1)) as each:
            list(each(strip, strips))
        return moved, totals

    def _cover(self, places: Tensor) -> None:
        """Smooth the blocks that these places are in, if they have not been."""
        box, absent = self.box, []
        for here in slices(places.shape[0], CHUNK):
            key = box.find(box.steps(places[here]))[0]
            absent.append(key[~among(key, self.keys)[1]])
        keys = distinct(concat(absent)) if absent else self.keys[:0]
        if not keys.shape[0]:
            return
        order = argsort(concat([self.keys, keys]))
        sums = concat([self.sums, self._smooth(keys)])
        self.keys = concat([self.keys, keys])[order]
        self.sums = sums.reshape(self.keys.shape[0], -1)[order].reshape(*sums.shape)


def build(
    points: Tensor, bandwidth: float, spacing: float = SPACING, corrected: bool = True, room: int | None = None
) -> Grid:
    """The grid of `points` (n, d), d ≤ 3, with nodes `spacing` bandwidths apart.

    corrected : whether to convolve with the variance h² − δ²/3 and not h², which makes the error 4 to 6 times smaller
    room : bytes that the grid may take; half of what the device has free if not given

    Time: O(n·(2^d·d + log n)) to bin, O(nodes·d²·reach) to convolve, the reach being some 7 to 9 bandwidths, in the
    blocks that hold points. Memory: 32·(d + 1) bytes a node, at most `room`, 16 bytes a point, and 20 MB a thread for
    the points at work.

    >>> import minitensor as mt
    >>> points = mt.tensor([[0.0, 0.0], [1.0, 0.0], [9.0, 3.0]])
    >>> grid = build(points, bandwidth=1.0)
    >>> grid.box.shape, grid.shift(points)[0].shape, grid.error_bound < 0.1
    ((74, 26), (3, 2), True)

    Raises InputError for more than 3 dimensions, or a spacing that is not over 0 and at most ¾, and OutOfMemoryError
    where points lie so far apart that the grid would not fit; no table has been allocated then.
    """
    ends, room = stack([by_axis(points, "min"), by_axis(points, "max")]), room_for(points) if room is None else room
    plan = plan_for(ends, points.shape[0], bandwidth, spacing, corrected)
    return smoothed(plan, binned(plan, points, room), room)


def smoothed(plan: Plan, sums: Sums, room: int) -> Grid:
    """The grid, from the sums of all points."""
    box, spacing = plan.box, plan.spacing
    check_room(plan, sums.keys.shape[0], room)
    offsets = arange(plan.reach + 1, dtype="float64", like=box.low) * spacing
    variance = 1 - spacing**2 / 3 if plan.corrected else 1.0  # in bandwidths
    kernel = (offsets**2 * (-0.5 / variance)).exp()
    made = Grid(box, from_first_node(box, sums), kernel)
    bound = _error_bound(made, kernel, _wrong(offsets, spacing, plan.corrected)) * box.step
    bound += 100 * LEFT_OUT * plan.bandwidth + 4 * 2 ** len(box.shape) * plan.quantum * plan.reach * box.step
    made.error_bound = min(bound, plan.width)
    return made


def _wrong(offsets: Tensor, spacing: float, corrected: bool) -> Tensor:
    """ε of the head of this file, between nodes that are these `offsets` apart; all in bandwidths."""
    # Of a place between two nodes and a point between two others, the distance is up to two steps longer.
    variance = 1 - spacing**2 / 3 if corrected else 1.0
    return (0.125 + (offsets + 2 * spacing) ** 2 / (6 if corrected else 4)) * (spacing**2 / variance)


def _error_bound(made: Grid, kernel: Tensor, wrong: Tensor) -> float:
    """The largest A·S/(1 − A), in steps, over all nodes that took in a point; see the head of this file.

    wrong : how far the logarithm of the kernel may be off along one axis, by distance, as long as `kernel`
    """
    box, (keys, tables) = made.box, made.binned
    d = len(box.shape)
    shares = tables[d]
    used = shares.reshape(-1) > 0
    sums = made.sums[used]
    weights = sums[:, d]
    squares = box.convolved(keys, tables[d + 1], keys, [box.matrix(kernel)] * d).reshape(-1)[used]
    variance = squares / weights - ((sums[:, :d] / weights[:, None]) ** 2).sum(1)
    usual = kernel * (2 * wrong).exp()
    worst, worse = box.matrix(usual), box.matrix(usual * wrong**2)
    a = zeros(weights.shape, like=weights)
    for axis in range(d):
        part = box.convolved(keys, shares, keys, [worse if other == axis else worst for other in range(d)])
        a += (part.reshape(-1)[used] / weights) ** 0.5  # Minkowski: the root mean square of a sum is at most theirs
    certain = a < 1
    return where(certain, a * maximum(variance, 0.0) ** 0.5 / where(certain, 1 - a, 1.0), math.inf).max().item()
