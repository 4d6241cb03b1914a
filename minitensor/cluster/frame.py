"""Where clustering sees the data from: from their own middle, in a unit of their own size.

Floats are coarse far from the origin, and squares of very large or very small ones overflow or vanish. So everything
that clustering does is done on data that were moved and scaled once, and only what it gives back is moved back.
"""

import math
import sys
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from minitensor.cluster.coordinates import FEW, by_axis, largest
from minitensor.core.tensor import Tensor
from minitensor.errors import InputError
from minitensor.functions import abs, clip, stack, where

FURTHEST = 2.0**60  # squares of it are numbers in float32 too; a bandwidth as wide weighs all points alike in float64


class Frame(NamedTuple):
    """Inside, the data are about 0, `reach` wide at most on either side.

    unit : a power of two, so that scaling costs no digit; `reach` is then from 1 to 2, or 0 where all points are equal
    middle : (d,), in units, on each axis the coordinate of a point, that nearest to halfway between the ends. So
        x − middle is exact where the data are far from the origin (Sterbenz), and is the same number wherever the data
        are moved by what their dtype holds exactly
    size : the largest coordinate of the points as they are
    dtype : of the points; inside it is float32 for float16, which is too narrow for sums and squares
    """

    unit: float
    middle: Tensor
    reach: float
    size: float
    dtype: np.dtype

    def enter(self, places: Tensor) -> Tensor:
        """Places (n, d) as they are seen inside. Memory: O(n·d)."""
        inside = _wide(places) / self.unit
        if self.middle.shape[0] > FEW:
            inside -= self.middle
            return inside
        for axis in range(self.middle.shape[0]):  # NumPy goes through (n, 2) row by row otherwise, as `by_axis` has it
            column = inside[:, axis]
            column -= self.middle[axis]
        return inside

    def enter_near(self, places: Tensor) -> Tensor:
        """As `enter`, but a coordinate beyond `FURTHEST` is brought back to it: all points are as far from it, as far
        as floats can tell."""
        most = float(np.finfo(self.middle.dtype).max) / 2 * self.unit
        within = clip(places, -most, most) if self.unit < 1 else places  # so that nothing overflows on the way
        return clip(self.enter(within), -FURTHEST, FURTHEST)

    def enter_within(self, name: str, places: Tensor) -> Tensor:
        """As `enter`, of places that are none so far away. Raises InputError, which calls them by their name."""
        inside = self.enter_near(places)
        if largest(inside) >= FURTHEST:
            row = (abs(inside) >= FURTHEST).any(1).argmax().item()
            raise InputError(
                f"{name} holds {places[row].tolist()!s:.80} in row {row}, more than 10¹⁸ times as far away as the "
                "points reach: no distance can be told; leave it out"
            )
        return inside

    def leave(self, places: Tensor) -> Tensor:
        """Places (n, d) inside as they are outside, in the dtype of the points; they are rounded once."""
        outside = places + self.middle
        outside *= self.unit
        return outside.astype(self.dtype)

    def inside(self, length: float) -> float:
        """A length in the units of the points as it is inside, from 2⁻⁶⁰ to 2⁶⁰: beyond these nothing changes."""
        return min(max(length / self.unit, 1 / FURTHEST), FURTHEST)

    def outside(self, length: float) -> float:
        """A length inside in the units of the points. Positive and finite if `length` is."""
        return length and min(max(length * self.unit, math.ulp(0.0)), sys.float_info.max)

    def resolution(self) -> float:
        """The length inside that rounding cannot tell from 0."""
        return float(np.finfo(self.middle.dtype).eps) * self.reach

    def rounding(self, bandwidth: float, n: int) -> float:
        """How far an update of any of n points may be off, outside, because their coordinates are rounded.

        Inside, every coordinate is off by δ = eps·reach/2 at most. That moves a Gaussian mean by √d·δ, and by what it
        does to the weights: an exponent is off by 2√d·δ·r/h², so the mean by 2√d·δ·E r²/h² in the first order. Since a
        point itself weighs 1, E r² is 2h²·ln(n + 1) at most. Twice that is enough while exponents that count are off
        by less than ½; else the diameter is. The result is rounded once inside, and once outside, by eps·size/2.
        """
        root, log = math.sqrt(self.middle.shape[0]), math.log(n + 1)
        delta = root * self.resolution() / 2
        small = 2 * delta * math.sqrt(2 * log) < bandwidth / 2
        moved = delta * (2 + 8 * log) if small else 2 * root * self.reach
        return self.outside(moved) + root * float(np.finfo(self.dtype).eps) / 2 * self.size


def frame_of(points: Tensor, starts: Tensor | None = None) -> Frame:
    """The frame of points (n, d) and, if all are equal, of the places from which queries start.

    Time: O(n·d). Memory: O(n), or O(n·d) for many dimensions.

    >>> import minitensor as mt
    >>> points = mt.tensor([[1000000.0], [1000001.0], [1000004.0]], dtype="float32")
    >>> frame = frame_of(points)
    >>> (frame.middle * frame.unit).tolist(), frame.unit, frame.enter(points).T.tolist()
    ([1000001.0], 2.0, [[-0.5, 0.0, 1.5]])

    Raises InputError where queries start so far away that floats could not hold the squares of distances.
    """
    return frame_between(ends_of(points), points.dtype, partial(middle_of, points), starts)


def frame_between(
    ends: Tensor, dtype: np.dtype, find_middle: Callable[[Tensor, float], Tensor], starts: Tensor | None = None
) -> Frame:
    """The frame of points of which `ends_of` is known, and what `middle_of` would find given it and a factor.

    Neither depends on the order of the points, and both can be found from pieces of them (`distributed.py`).
    """
    kind = np.finfo(ends.dtype)
    around = ends if starts is None else ends_of(starts)
    size = largest(ends)
    less = 0 if max(size, largest(around)) <= float(kind.max) / 4 else 2  # so that no difference overflows
    scale = 2.0**-less
    middle = find_middle(ends, scale)
    reach, start = (largest(each * scale - middle * scale) for each in (ends, around))
    exponent = math.frexp(reach or start or size * scale or scale)[1] - 1 + less
    unit = 2.0 ** min(max(exponent, kind.minexp), -kind.minexp)
    if start / unit / scale > FURTHEST:
        raise InputError(
            f"mean_shift: a start is {start / scale:.1e} from the middle of the points, too far for any point to pull "
            "at it; leave it out"
        )
    return Frame(unit, middle / unit, reach / unit / scale, size, dtype)


def ends_of(points: Tensor) -> Tensor:
    """The least and the largest coordinate on each axis: (2, d)."""
    here = _wide(points)
    return stack([by_axis(here, "min"), by_axis(here, "max")])


def middle_of(points: Tensor, ends: Tensor, scale: float) -> Tensor:
    """On each axis the coordinate nearest to the middle between the ends, of two as near the lesser: (d,).

    scale : what coordinates are multiplied by first
    """
    here, (low, high) = _wide(points), (ends[0] * scale, ends[1] * scale)
    half = (high - low) / 2
    if here.shape[1] > FEW:
        return _nearest(here, low, half, scale)
    # A coordinate at a time where there are few, as `by_axis` does, and side by side in memory.
    columns = [here[:, axis].contiguous() for axis in range(here.shape[1])]
    return stack([_nearest(column, low[axis], half[axis], scale) for axis, column in enumerate(columns)])


def _nearest(x: Tensor, low: Tensor, half: Tensor, scale: float) -> Tensor:
    off = abs((x if scale == 1 else x * scale) - low - half)
    near = off == off.min(0)
    return x[near].min() if x.ndim == 1 else where(near, x, x.max(0)).min(0)


def _wide(x: Tensor) -> Tensor:
    """float16 as float32; all else as it is."""
    return x.astype("float32") if x.dtype.itemsize < 4 else x
