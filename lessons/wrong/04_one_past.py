"""the view begins one step past the last element of row 0"""


def mirror(
    offset: int, shape: tuple[int, ...], strides: tuple[int, ...]
) -> tuple[int, tuple[int, ...], tuple[int, ...]]:
    """The offset, shape and strides of the view with its last axis read backwards."""
    last = offset + shape[-1] * strides[-1]
    return last, shape, (*strides[:-1], -strides[-1])
