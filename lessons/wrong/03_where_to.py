"""axes[k] says where axis k of the tensor goes to, and not where axis k of the result comes from"""


def permute(
    shape: tuple[int, ...], strides: tuple[int, ...], axes: tuple[int, ...]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The shape and the strides of the view with its axes in the order of `axes`."""
    sizes, steps = [0] * len(axes), [0] * len(axes)
    for axis, new in enumerate(axes):
        sizes[new], steps[new] = shape[axis], strides[axis]
    return tuple(sizes), tuple(steps)
