"""the strides are those of a new tensor of the new shape: then its elements would have to move"""


def permute(
    shape: tuple[int, ...], strides: tuple[int, ...], axes: tuple[int, ...]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The shape and the strides of the view with its axes in the order of `axes`."""
    new = tuple(shape[axis] for axis in axes)
    steps, places = [], 1
    for size in reversed(new):
        steps.insert(0, places)
        places *= size
    return new, tuple(steps)
