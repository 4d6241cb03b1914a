"""03 Permute: axes in another order, and no number moves
Write, lesson 1, about 2 lines, 5 minutes.

A transpose swaps two axes. A permutation puts any number of axes into any order: axis 0
of the result is axis axes[0] of the tensor, axis 1 is axis axes[1], and so on.

    axes (2, 0, 1)     of the tensor         of the result
    axis                0   1   2             0   1   2
    shape              (2,  3,  4)           (4,  2,  3)
    strides            (12, 4,  1)           (1,  12, 4)

The tensor need not be new: its strides may be any numbers. None of its elements is
touched. You need "Strides" and "Two views of one list" of lesson 1.

Star: axes that do not name every axis once, such as (0, 0, 1), raise ValueError.
"""


def permute(
    shape: tuple[int, ...], strides: tuple[int, ...], axes: tuple[int, ...]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The shape and the strides of the view with its axes in the order of `axes`."""
    raise NotImplementedError
