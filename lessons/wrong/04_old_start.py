"""the view begins where it did, and from there goes backwards, out of the row"""


def mirror(
    offset: int, shape: tuple[int, ...], strides: tuple[int, ...]
) -> tuple[int, tuple[int, ...], tuple[int, ...]]:
    """The offset, shape and strides of the view with its last axis read backwards."""
    return offset, shape, (*strides[:-1], -strides[-1])
