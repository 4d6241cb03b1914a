"""the width is added to the offset, as if the last column had that number"""


def mirror(
    offset: int, shape: tuple[int, ...], strides: tuple[int, ...]
) -> tuple[int, tuple[int, ...], tuple[int, ...]]:
    """The offset, shape and strides of the view with its last axis read backwards."""
    return offset + shape[-1], shape, (*strides[:-1], -strides[-1])
