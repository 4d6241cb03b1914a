"""once an axis is added no axis moves any more"""


def expand_strides(
    shape: tuple[int, ...], strides: tuple[int, ...], to: tuple[int, ...]
) -> tuple[int, ...]:
    """The strides of the view of shape `to`, one for each axis of `to`."""
    if len(to) > len(shape):
        return (0,) * len(to)
    return tuple(
        stride if size == wanted else 0 for size, stride, wanted in zip(shape, strides, to)
    )
