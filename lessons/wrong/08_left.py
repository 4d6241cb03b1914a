"""the shapes are lined up at their first axis"""


def broadcast_shapes(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of a + b, where a and b are the shapes of two tensors."""
    ndim = max(len(a), len(b))
    a = a + (1,) * (ndim - len(a))
    b = b + (1,) * (ndim - len(b))
    result = []
    for left, right in zip(a, b, strict=True):
        if left != right and 1 not in (left, right):
            raise ValueError(f"the sizes {left} and {right} do not fit")
        result.append(right if left == 1 else left)
    return tuple(result)
