"""the first plane gives the highest bit: it counts 1"""

import minitensor as mt


def lsh_hash(x: mt.Tensor, planes: mt.Tensor) -> mt.Tensor:
    """x (n, d), planes (b, d), b <= 62 -> int64 (n,)."""
    above = (x @ planes.T >= 0).astype("int64")
    counts = mt.tensor([2**bit for bit in reversed(range(len(planes)))], dtype="int64")
    return above @ counts
