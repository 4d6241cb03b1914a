"""A mirror reads each row from its last element to its first. So the view begins where
row 0 ends, columns - 1 steps from the old beginning, each step as long as the stride;
and from there every step to the next column goes back by as much as it went forward
before. The way from row to row is as it was. Mirror twice and offset and strides are
the old ones again.
"""


def mirror(
    offset: int, shape: tuple[int, ...], strides: tuple[int, ...]
) -> tuple[int, tuple[int, ...], tuple[int, ...]]:
    """The offset, shape and strides of the view with its last axis read backwards."""
    last = offset + (shape[-1] - 1) * strides[-1]
    return last, shape, (*strides[:-1], -strides[-1])


def other_way(
    offset: int, shape: tuple[int, ...], strides: tuple[int, ...]
) -> tuple[int, tuple[int, ...], tuple[int, ...]]:
    """For a picture alone: rows and columns by their names, as in the statement."""
    rows, columns = shape
    to_row, to_column = strides
    return offset + (columns - 1) * to_column, (rows, columns), (to_row, -to_column)
