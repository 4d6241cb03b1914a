"""Where mean shift sees the data from: from their own middle, in a unit of their own size.

Floats are coarse far from the origin, and squares of very large or very small ones overflow or vanish. So everything
that mean shift does is done on data that were moved and scaled once, and only what it gives back is moved back.
"""

import math
import sys
from typing import NamedTuple

import numpy as np

from minitensor.cluster.meanshift.update import FEW, by_axis, largest
from minitensor.core.tensor import Tensor
from minitensor.errors import InputError
from minitensor.functions import abs, maximum, minimum, stack, where

FURTHEST = 2.0**60  # squares of it are numbers in float32 too; a bandwidth as wide weighs all points alike in float64


class Frame(NamedTuple):
    """Inside, the data are `reach` wide at most on either side of 0; `reach` is from 1 to 2, or 0 if all are equal.

    middle : (d,), on each axis a coordinate of some point. So x − middle is exact where the data are far from the
        origin (Sterbenz), and the same number wherever the data are moved by what their dtype holds exactly
    unit : a power of two, so that scaling costs no digit
    shrink : 1, or ¼ where data could be too wide for their dtype: `middle` and `unit` are those of data times `shrink`
    size : the largest coordinate of the points as they are
    dtype : of the points; inside it is float32 for float16, which is too narrow for sums and squares
    """

    middle: Tensor
    unit: float
    shrink: float
    reach: float
    size: float
    dtype: np.dtype

    def enter(self, places: Tensor) -> Tensor:
        """Places (n, d) as they are seen inside. Memory: O(n·d)."""
        places = _wide(places)
        inside = (places if self.shrink == 1 else places * self.shrink) - self.middle
        inside /= self.unit
        return inside

    def enter_near(self, places: Tensor) -> Tensor:
        """As `enter`, but a coordinate beyond `FURTHEST` is brought back to it: all points are as far from it, as far
        as floats can tell."""
        far, middle = min(FURTHEST * self.unit, float(np.finfo(self.middle.dtype).max) / 2), self.middle
        return self.enter(maximum(minimum(_wide(places), (middle + far) / self.shrink), (middle - far) / self.shrink))

    def leave(self, places: Tensor) -> Tensor:
        """Places (n, d) inside as they are outside, in the dtype of the points; they are rounded once."""
        outside = places * self.unit
        outside += self.middle
        return (outside if self.shrink == 1 else outside / self.shrink).astype(self.dtype)

    def inside(self, length: float) -> float:
        """A length in the units of the points as it is inside, from 2⁻⁶⁰ to 2⁶⁰: beyond these nothing changes."""
        return min(max(length * self.shrink / self.unit, 1 / FURTHEST), FURTHEST)

    def outside(self, length: float) -> float:
        """A length inside in the units of the points. Positive and finite if `length` is."""
        return length and min(max(length * self.unit / self.shrink, math.ulp(0.0)), sys.float_info.max)

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
    >>> frame.middle.tolist(), frame.unit, frame.enter(points).T.tolist()
    ([1000001.0], 2.0, [[-0.5, 0.0, 1.5]])

    Raises InputError where queries start so far away that floats could not hold the squares of distances.
    """
    kind, size = np.finfo(_wide(points).dtype), largest(points)
    most = max(size, largest(starts)) if starts is not None else size
    shrink = 1.0 if most <= float(kind.max) / 4 else 0.25

    def seen(x: Tensor) -> Tensor:
        return _wide(x) if shrink == 1 else _wide(x) * shrink

    here, d = seen(points), points.shape[1]
    middle = _middle(here) if d > FEW else stack([_middle(here[:, axis]) for axis in range(d)])
    reach = _reach(here, middle)
    far = _reach(seen(starts), middle) if starts is not None else 0.0
    least = float(kind.tiny)
    unit = min(max(2.0 ** (math.frexp(reach or far or 1.0)[1] - 1), least), 1 / least)
    if far / unit > FURTHEST:
        raise InputError(
            f"mean_shift: a start is {far / shrink:.1e} from the middle of the points, too far for any point to pull "
            "at it; leave it out"
        )
    return Frame(middle, unit, shrink, reach / unit, size, points.dtype)


def _wide(x: Tensor) -> Tensor:
    """float16 as float32; all else as it is."""
    return x.astype("float32") if x.dtype.itemsize < 4 else x


def _middle(x: Tensor) -> Tensor:
    """The number on axis 0 that is nearest to halfway from the least to the largest; of two as near, the lesser."""
    low, high = x.min(0), x.max(0)
    off = abs((x - low) - (high - low) / 2)
    return where(off == off.min(0), x, high).min(0)


def _reach(x: Tensor, middle: Tensor) -> float:
    """The largest coordinate, without its sign, as seen from the middle."""
    return max((by_axis(x, "max") - middle).max().item(), (middle - by_axis(x, "min")).max().item(), 0.0)
