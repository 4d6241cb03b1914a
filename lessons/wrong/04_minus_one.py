"""every step backwards is one place of memory, however long the steps forward were"""


def mirror(
    offset: int, shape: tuple[int, ...], strides: tuple[int, ...]
) -> tuple[int, tuple[int, ...], tuple[int, ...]]:
    """The offset, shape and strides of the view with its last axis read backwards."""
    last = offset + (shape[-1] - 1) * strides[-1]
    return last, shape, (*strides[:-1], -1)
