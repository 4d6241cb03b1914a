"""The rule says itself how to begin: put ones in front of the shorter shape until both
are of one length. Then no axis knows of another. Where one size is 1 the other one
counts, whatever it is, 0 too: so not the larger of the two is asked for, but the one
that is not 1. enumerate counts the axes from -ndim to -1, so that the message names
them as the lesson does.
"""


def broadcast_shapes(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of a + b, where a and b are the shapes of two tensors."""
    ndim = max(len(a), len(b))
    a = (1,) * (ndim - len(a)) + a
    b = (1,) * (ndim - len(b)) + b
    result = []
    for axis, (left, right) in enumerate(zip(a, b, strict=True), start=-ndim):
        if left != right and 1 not in (left, right):
            raise ValueError(f"axis {axis}: the sizes {left} and {right} do not fit")
        result.append(right if left == 1 else left)
    return tuple(result)


def other_way(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    """The same from the last axis on: of the two sizes what is left without 1."""
    result: tuple[int, ...] = ()
    for axis in range(-1, -max(len(a), len(b)) - 1, -1):
        sizes = {shape[axis] for shape in (a, b) if len(shape) >= -axis} - {1}
        if len(sizes) > 1:
            raise ValueError(f"axis {axis}: the sizes {sizes} do not fit")
        result = (sizes.pop() if sizes else 1, *result)
    return result
