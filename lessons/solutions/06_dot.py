"""zip hands out one number of each list at a time, so that no position is needed. On
its own it stops in silence at the end of the shorter list, and a pixel that has no
weight is left out: strict=True raises ValueError instead. The total starts at 0.0,
which is what a sum of no products is.
"""


def dot(a: list[float], b: list[float]) -> float:
    """The dot product of two lists of the same length."""
    total = 0.0
    for left, right in zip(a, b, strict=True):
        total += left * right
    return total


def other_way(a: list[float], b: list[float]) -> float:
    """The same in one line; sum begins at 0.0, so that two empty lists give a float."""
    return sum((left * right for left, right in zip(a, b, strict=True)), 0.0)
