"""09 Expand: stretching copies nothing
Write, lesson 3, about 6 lines, 15 minutes.

A tensor of this shape and these strides is to be read as one of the larger shape `to`,
as x.expand(*to) does. No number moves: find the strides of that view. Axes are lined up
at the last one, and an axis whose size is right already keeps its stride.

    shape           3   1               row 0 of the result reads places   0  0  0  0
    strides         1   1               row 1                              1  1  1  1
    to          2   3   4               row 2                              2  2  2  2
    the view's  ?   ?   ?               and then all of it once more

You need "What happens in memory?" of lesson 3, and nothing of minitensor.

Star: what cannot be stretched to `to` raises ValueError: a size that is neither right
      nor 1, and a tensor with more axes than `to` has.
"""


def expand_strides(
    shape: tuple[int, ...], strides: tuple[int, ...], to: tuple[int, ...]
) -> tuple[int, ...]:
    """The strides of the view of shape `to`, one for each axis of `to`."""
    raise NotImplementedError
