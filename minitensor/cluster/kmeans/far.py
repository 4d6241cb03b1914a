"""Points so far outside of the frame that squares of their coordinates are no numbers there.

Seen from such a point all centres are as good as in one place, so that nothing is lost where each is divided by its own
largest coordinate: what then decides which centre is nearest is in which direction they lie.
"""

import math
from typing import NamedTuple

from minitensor.cluster.coordinates import largest
from minitensor.cluster.frame import Frame
from minitensor.cluster.kmeans.assignment import positions
from minitensor.cluster.kmeans.distances import distances_to
from minitensor.cluster.kmeans.lloyd import coordinates, keys_of, partial_sums
from minitensor.core.creation import ones
from minitensor.core.tensor import Tensor
from minitensor.errors import InputError
from minitensor.functions import abs, argmin, concat, sqrt, stack

FAR = 2.0**40  # units of the frame, beyond which a point is far; float32 holds the squares of this in any dimension


class Far(NamedTuple):
    """The far ones among some points, in float64, where `unit` is that of the frame and `middle` its middle.

    rows : (m,) int64, which they are
    places : (m, d), (x − middle·unit)/scale, from −1 to 1; half : (m, 1), of scale, which itself may be no float
    units : (m, 1), unit/scale: a centre c inside the frame lies at c·units beside them
    """

    rows: Tensor
    places: Tensor
    half: Tensor
    units: Tensor

    def labels(self, centers: Tensor) -> Tensor:
        """The nearest of the centres (k, d), which lie inside the frame: (m,) int64."""
        return argmin(concat([self.places, self.units], axis=1) @ keys_of(centers.astype("float64")).whole.T, axis=1)

    def distances(self, centers: Tensor) -> Tensor:
        """How far away each centre is, outside: (m, k); infinity where no float is as large."""
        ways = (self.places - self.units * center for center in centers.astype("float64"))
        return stack([sqrt((way * way).sum(1)) for way in ways], axis=1) * self.half * 2.0


def seen(frame: Frame, points: Tensor) -> tuple[Tensor, Far | None]:
    """Points (n, d) inside the frame, in its dtype, and the far ones among them, if any, for which it is wrong."""
    kind = frame.middle.dtype
    wide = points if points.dtype.itemsize >= kind.itemsize else points.astype(kind)
    inside = frame.enter_near(wide)
    inside = inside if inside.dtype == kind else inside.astype(kind)
    if largest(inside) <= FAR:
        return inside, None
    rows = positions((abs(inside) > FAR).any(1))
    ways = points[rows].astype("float64") * 0.5 - frame.middle.astype("float64") * (frame.unit * 0.5)
    half = abs(ways).max(1, keepdims=True)
    return inside, Far(rows, ways / half, half, frame.unit * 0.5 / half)


def seen_near(frame: Frame, points: Tensor, what: str) -> Tensor:
    """`seen` of points of which none may be far. Raises InputError, which says `what` they are and what to do."""
    inside, far = seen(frame, points)
    if far:
        raise InputError(f"KMeans: {what}, such as {points[far.rows[0]].tolist()!s:.80}")
    return inside


def lengths_to(points: Tensor, frame: Frame, centers: Tensor) -> Tensor:
    """How far points (n, d) are, outside, from centres (k, d), which lie inside the frame: (n, k), their dtype."""
    inside, far = seen(frame, points)
    lengths = (distances_to(coordinates(inside), centers) * frame.unit).astype(points.dtype)
    if far:
        lengths[far.rows] = far.distances(centers).astype(points.dtype)
    return lengths


def inertia(points: Tensor, frame: Frame, centers: Tensor, weights: Tensor | None = None, exponent: int = 0) -> float:
    """The sum of 2^exponent·w·|x − c|² outside, c being the nearest of the centres, which lie inside the frame."""
    inside, far = seen(frame, points)
    if not far:
        return outside(partial_sums(inside, centers, weights).inertia, frame, exponent)
    weights = ones(points.shape[0], inside.dtype, like=inside) if weights is None else weights.copy()
    of_far = weights[far.rows].astype("float64")
    inside[far.rows], weights[far.rows] = 0.0, 0.0
    lengths = far.distances(centers).min(1) * sqrt(of_far)
    most = math.frexp(lengths.max().item())[1] if lengths.max() < math.inf else 0
    lengths = lengths / 2.0 ** (most // 2) / 2.0 ** (most - most // 2)
    total = outside((lengths * lengths).sum().item(), exponent=exponent + 2 * most)
    return outside(total + outside(partial_sums(inside, centers, weights).inertia, frame, exponent))


def outside(total: float, frame: Frame | None = None, exponent: int = 0) -> float:
    """A sum of squares inside a frame, times 2^exponent, outside. Raises InputError beyond the largest float."""
    unit = math.frexp(frame.unit)[1] - 1 if frame else 0
    try:
        found = math.ldexp(total, exponent + 2 * unit)
    except OverflowError:
        found = math.inf
    if found == math.inf:
        raise InputError(
            "KMeans: the sum of the squares of distances in X is beyond the largest float, about 2**1024; divide X, or "
            "sample_weight, by a number, such as X / abs(X).max()"
        )
    return found
