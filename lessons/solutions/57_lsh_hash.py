"""57 LSH hash: a code that near points share

One matrix product has the products of all points and all directions; its sign is all
that is kept. The bits are numbers of base 2, and a product with 1, 2, 4, … puts them
together. In whole numbers nothing is rounded, whereas float64 would lose the low bits
of more than 53 planes. Near points are on one side of most planes; two at an angle are
parted by a random plane with probability angle / pi.
"""

import minitensor as mt


def lsh_hash(x: mt.Tensor, planes: mt.Tensor) -> mt.Tensor:
    """x (n, d), planes (b, d), b <= 62 -> int64 (n,)."""
    above = (x @ planes.T >= 0).astype("int64")
    counts = mt.tensor([2**bit for bit in range(len(planes))], dtype="int64")
    return above @ counts
