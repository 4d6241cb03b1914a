"""the larger size counts on each axis: is it always the larger one that stays?"""


def broadcast_shapes(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of a + b, where a and b are the shapes of two tensors."""
    ndim = max(len(a), len(b))
    a = (1,) * (ndim - len(a)) + a
    b = (1,) * (ndim - len(b)) + b

    result = []
    for axis, (left, right) in enumerate(zip(a, b, strict=True), start=-ndim):
        if left != right and 1 not in (left, right):
            raise ValueError(f"axis {axis}: the sizes {left} and {right} do not fit")
        result.append(max(left, right))
    return tuple(result)
