"""strides count bytes, 8 for each number: of a Tensor they count elements"""

import math


def strides_of(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The strides of a new tensor of this shape, in elements, one for each axis."""
    return tuple(8 * math.prod(shape[axis + 1 :]) for axis in range(len(shape)))
