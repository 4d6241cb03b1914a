"""the view begins at the last element of row 0, and still goes forward from there"""


def mirror(
    offset: int, shape: tuple[int, ...], strides: tuple[int, ...]
) -> tuple[int, tuple[int, ...], tuple[int, ...]]:
    """The offset, shape and strides of the view with its last axis read backwards."""
    last = offset + (shape[-1] - 1) * strides[-1]
    return last, shape, strides
