"""02 Strides: how far is it to the next one?
Write, lesson 1, about 5 lines, 10 minutes.

The numbers of a new tensor lie in one line: row after row, and picture after picture.
The stride of an axis is how many places it is from one element to the next along that
axis. Here are those of shape (2, 3), strides (3, 1):

    place        0       1       2       3       4       5
    element   [0, 0]  [0, 1]  [0, 2]  [1, 0]  [1, 1]  [1, 2]
                 |---1-->|
                 |-----------3---------->|

Find the strides from the shape of a picture (rows, columns), and from the shape of a
batch of pictures (n, rows, columns). You need "Strides" and "A batch of pictures" of
lesson 1. (math.prod multiplies the numbers of a tuple, if you want it.)

Star: any number of axes. A line has one, a film in colour five, and one number, of
      shape (), has none.
"""

import math


def strides_of(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The strides of a new tensor of this shape, in elements, one for each axis."""
    raise NotImplementedError
