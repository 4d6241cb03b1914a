"""the function returns after the first round of the loop"""


def dot(a: list[float], b: list[float]) -> float:
    """The dot product of two lists of the same length."""
    total = 0.0
    if len(a) != len(b):
        raise ValueError(f"{len(a)} numbers and {len(b)}")
    for left, right in zip(a, b, strict=True):
        total += left * right
        return total
    return total
