"""the strides are in the order in which they were found, the last axis first"""

import math


def strides_of(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The strides of a new tensor of this shape, in elements, one for each axis."""
    strides = []
    places = 1
    for size in reversed(shape):
        strides.append(places)
        places *= size
    return tuple(strides)
