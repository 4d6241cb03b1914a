"""the sizes are in the order in which they were found, the last axis first"""


def broadcast_shapes(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of a + b, where a and b are the shapes of two tensors."""
    result = []
    for axis in range(-1, -max(len(a), len(b)) - 1, -1):
        left = a[axis] if len(a) >= -axis else 1
        right = b[axis] if len(b) >= -axis else 1
        if left != right and 1 not in (left, right):
            raise ValueError(f"axis {axis}: the sizes {left} and {right} do not fit")
        result.append(right if left == 1 else left)
    return tuple(result)
