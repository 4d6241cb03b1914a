"""an axis of size 1 gets the stride 0, also where it is not stretched"""


def expand_strides(
    shape: tuple[int, ...], strides: tuple[int, ...], to: tuple[int, ...]
) -> tuple[int, ...]:
    """The strides of the view of shape `to`, one for each axis of `to`."""
    kept = [0 if size == 1 else stride for size, stride in zip(shape, strides)]
    return (*[0] * (len(to) - len(shape)), *kept)
