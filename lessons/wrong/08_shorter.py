"""the axes that only one of the two shapes has are left out in silence"""


def broadcast_shapes(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of a + b, where a and b are the shapes of two tensors."""
    result = []
    for left, right in zip(reversed(a), reversed(b)):
        if left != right and 1 not in (left, right):
            raise ValueError(f"the sizes {left} and {right} do not fit")
        result.append(right if left == 1 else left)
    return tuple(reversed(result))
