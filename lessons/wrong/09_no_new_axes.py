"""the added axes have no stride: every axis of `to` needs one"""


def expand_strides(
    shape: tuple[int, ...], strides: tuple[int, ...], to: tuple[int, ...]
) -> tuple[int, ...]:
    """The strides of the view of shape `to`, one for each axis of `to`."""
    added = len(to) - len(shape)
    pairs = zip(shape, strides, to[added:], strict=True)
    return tuple(stride if size == wanted else 0 for size, stride, wanted in pairs)
