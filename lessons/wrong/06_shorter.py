"""the numbers that the longer list has too many are left out in silence"""


def dot(a: list[float], b: list[float]) -> float:
    """The dot product of two lists of the same length."""
    total = 0.0
    for left, right in zip(a, b):
        total += left * right
    return total
