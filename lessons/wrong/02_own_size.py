"""an axis's own size is multiplied in: how many places is it from one row to the next?"""

import math


def strides_of(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The strides of a new tensor of this shape, in elements, one for each axis."""
    strides = []
    places = 1
    for size in reversed(shape):
        places *= size
        strides.append(places)
    return tuple(reversed(strides))
