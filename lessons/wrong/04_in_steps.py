"""every step to the next column is taken for one place of memory"""


def mirror(
    offset: int, shape: tuple[int, ...], strides: tuple[int, ...]
) -> tuple[int, tuple[int, ...], tuple[int, ...]]:
    """The offset, shape and strides of the view with its last axis read backwards."""
    last = offset + shape[-1] - 1
    return last, shape, (*strides[:-1], -strides[-1])
