"""the bits are counted: each of them has a weight of its own"""

import minitensor as mt


def lsh_hash(x: mt.Tensor, planes: mt.Tensor) -> mt.Tensor:
    """x (n, d), planes (b, d), b <= 62 -> int64 (n,)."""
    return (x @ planes.T >= 0).astype("int64").sum(1)
