"""An axis is a size and a stride, and the two belong together: wherever the axis goes,
both go. Which place in memory an element has is a sum of index * stride over the axes,
and a sum does not depend on the order. So the elements stay where they are. Two axes
swapped are their own way back; with three it makes a difference whether axes[k] says
where axis k comes from or where it goes to. Here, as in mt.permute_dims, it says where
it comes from.
"""


def permute(
    shape: tuple[int, ...], strides: tuple[int, ...], axes: tuple[int, ...]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The shape and the strides of the view with its axes in the order of `axes`."""
    if sorted(axes) != list(range(len(shape))):
        raise ValueError(f"{axes} does not name each of {len(shape)} axes once")
    return tuple(shape[axis] for axis in axes), tuple(strides[axis] for axis in axes)


def other_way(
    shape: tuple[int, ...], strides: tuple[int, ...], axes: tuple[int, ...]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Without the star: pairs of size and stride travel together."""
    pairs = list(zip(shape, strides, strict=True))
    chosen = [pairs[axis] for axis in axes]
    return tuple(size for size, _ in chosen), tuple(stride for _, stride in chosen)
