"""the rows are read from the last to the first: the picture stands on its head"""


def mirror(
    offset: int, shape: tuple[int, ...], strides: tuple[int, ...]
) -> tuple[int, tuple[int, ...], tuple[int, ...]]:
    """The offset, shape and strides of the view with its last axis read backwards."""
    last = offset + (shape[0] - 1) * strides[0]
    return last, shape, (-strides[0], *strides[1:])
