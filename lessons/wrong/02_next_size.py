"""the stride of an axis is the size of the next axis alone: how many numbers has a picture?"""

import math


def strides_of(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The strides of a new tensor of this shape, in elements, one for each axis."""
    return (*shape[1:], 1)
