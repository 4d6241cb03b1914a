"""A scale at which neither the squares of pictures nor their sums overflow or vanish."""

import math

from minitensor.cluster.coordinates import largest
from minitensor.core.tensor import Tensor


def scale_of(*given: Tensor) -> float:
    """A power of two that is about the largest number there: what is divided by it is less than 2, and not rounded.

    >>> import minitensor as mt
    >>> scale_of(mt.tensor([[3.0, -5.0]]), mt.tensor([[1.0]])), scale_of(mt.tensor([[1e-200]])) > 0
    (4.0, True)
    """
    return 2.0 ** (math.frexp(max(map(largest, given)))[1] - 1)
