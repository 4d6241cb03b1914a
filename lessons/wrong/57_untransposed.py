"""the planes are used as they are: which axes of x and planes have the same size?"""

import minitensor as mt


def lsh_hash(x: mt.Tensor, planes: mt.Tensor) -> mt.Tensor:
    """x (n, d), planes (b, d), b <= 62 -> int64 (n,)."""
    above = (x @ planes >= 0).astype("int64")
    return above @ mt.tensor([2**bit for bit in range(planes.shape[1])], dtype="int64")
