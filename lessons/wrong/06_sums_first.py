"""each list is added up first, and then the two sums are multiplied"""


def dot(a: list[float], b: list[float]) -> float:
    """The dot product of two lists of the same length."""
    if len(a) != len(b):
        raise ValueError(f"{len(a)} numbers and {len(b)}")
    return float(sum(a) * sum(b))
