"""Boxes round groups of points: what they say of all distances between two groups at once.

Rounding keeps the order of numbers, and squares are summed axis by axis as those of points are. So what is computed of
two boxes is at most, or at least, what is computed of any two of their points, to the last digit.
"""

from typing import NamedTuple

from minitensor.core.creation import zeros
from minitensor.core.tensor import Tensor
from minitensor.functions import maximum, minimum, take
from minitensor.groups import least_of_runs


class Boxes(NamedTuple):
    """The least and the largest coordinates of groups of points: for each axis (groups,)."""

    low: tuple[Tensor, ...]
    high: tuple[Tensor, ...]

    def between(self, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
        """The squares of the least and of the largest distance that two points can have, one of each of two boxes."""
        least = most = zeros(a.shape, "float64", like=self.low[0])
        for low, high in zip(self.low, self.high, strict=True):
            up, down = take(low, b) - take(high, a), take(low, a) - take(high, b)
            gap, span = maximum(maximum(up, down), 0.0), minimum(up, down)
            least, most = least + gap * gap, most + span * span
        return least, most


def boxes_of(columns: tuple[Tensor, ...], starts: Tensor) -> Boxes:
    """The boxes of runs of points that begin at `starts`, none empty."""
    return Boxes(
        tuple(least_of_runs(column, starts) for column in columns),
        tuple(-least_of_runs(-column, starts) for column in columns),
    )
