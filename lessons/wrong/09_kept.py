"""an axis that is stretched keeps its stride, and runs on into memory that is not its own"""


def expand_strides(
    shape: tuple[int, ...], strides: tuple[int, ...], to: tuple[int, ...]
) -> tuple[int, ...]:
    """The strides of the view of shape `to`, one for each axis of `to`."""
    return (0,) * (len(to) - len(shape)) + strides
