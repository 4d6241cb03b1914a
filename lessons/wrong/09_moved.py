"""the strides are those of a new tensor of the larger shape, as if stretching copied"""


def expand_strides(
    shape: tuple[int, ...], strides: tuple[int, ...], to: tuple[int, ...]
) -> tuple[int, ...]:
    """The strides of the view of shape `to`, one for each axis of `to`."""
    result, places = [], 1
    for size in reversed(to):
        result.insert(0, places)
        places *= size
    return tuple(result)
