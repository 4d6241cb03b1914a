"""a point on a plane, with the product 0, has no bit there"""

import minitensor as mt


def lsh_hash(x: mt.Tensor, planes: mt.Tensor) -> mt.Tensor:
    """x (n, d), planes (b, d), b <= 62 -> int64 (n,)."""
    above = (x @ planes.T > 0).astype("int64")
    return above @ mt.tensor([2**bit for bit in range(len(planes))], dtype="int64")
