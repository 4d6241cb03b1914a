"""A step of 0 places stays where it is, so the next element is the same one again. That
is what stretching is, both for an axis of size 1 and for an axis that the tensor does
not have. All other axes are as they were, and so are their strides, whatever they are:
the tensor may be a view itself. Because shapes are lined up at the last axis, the added
ones are in front.
"""


def expand_strides(
    shape: tuple[int, ...], strides: tuple[int, ...], to: tuple[int, ...]
) -> tuple[int, ...]:
    """The strides of the view of shape `to`, one for each axis of `to`."""
    added = len(to) - len(shape)
    if added < 0:
        raise ValueError(f"{shape} has more axes than {to}")
    result = [0] * added
    for size, stride, wanted in zip(shape, strides, to[added:], strict=True):
        if size not in (1, wanted):
            raise ValueError(f"a size of {size} cannot be stretched to {wanted}")
        result.append(stride if size == wanted else 0)
    return tuple(result)


def other_way(
    shape: tuple[int, ...], strides: tuple[int, ...], to: tuple[int, ...]
) -> tuple[int, ...]:
    """Without the star: an added axis has size 1 and is stretched as others are."""
    added = (1,) * (len(to) - len(shape))
    pairs = zip(added + shape, added + strides, to, strict=True)
    return tuple(stride if size == wanted else 0 for size, stride, wanted in pairs)
