"""To go on by one along an axis is to pass everything that lies behind it: one whole
row, one whole picture. How many numbers that is, is the product of the sizes behind the
axis, its own size not among them. Behind the last axis is nothing, and the product of
nothing is 1. So walk from the last axis to the first, write down the product so far,
and then multiply it by the size. A shape () has no axis, and the loop does nothing.
"""

import math


def strides_of(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The strides of a new tensor of this shape, in elements, one for each axis."""
    strides = []
    places = 1
    for size in reversed(shape):
        strides.append(places)
        places *= size
    return tuple(reversed(strides))


def other_way(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The same in one line: the sizes of all axes behind this one, multiplied."""
    return tuple(math.prod(shape[axis + 1 :]) for axis in range(len(shape)))
