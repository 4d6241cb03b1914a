"""only b may be stretched, and a must have its full size on every axis"""


def broadcast_shapes(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of a + b, where a and b are the shapes of two tensors."""
    ndim = max(len(a), len(b))
    a = (1,) * (ndim - len(a)) + a
    b = (1,) * (ndim - len(b)) + b

    for axis, (left, right) in enumerate(zip(a, b, strict=True), start=-ndim):
        if right not in (1, left):
            raise ValueError(f"axis {axis}: the sizes {left} and {right} do not fit")
    return a
