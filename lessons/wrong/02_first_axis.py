"""the first axis runs fastest, so that a column is one piece of memory, and not a row"""

import math


def strides_of(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The strides of a new tensor of this shape, in elements, one for each axis."""
    strides = []
    places = 1
    for size in shape:
        strides.append(places)
        places *= size
    return tuple(strides)
