"""Hashes that near points share: on which side of a random plane a point lies, or in which slice of space.

Both begin with the product of a point and a random direction. *Sign* keeps the side: two points at an angle θ are on
one side with probability 1 − θ/π (Charikar 2002). *Stable* cuts the line into slices of one width, which begin
anywhere: two points at distance r share a slice with a probability that falls with r/width (Datar et al. 2004). A table
puts `bits` of these together, so that few points share a bucket by chance. There are several tables, so that a near
point that is in another bucket in one of them is found in another.
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from minitensor import random
from minitensor.core.counting import arange
from minitensor.core.creation import tensor, zeros
from minitensor.core.tensor import Tensor
from minitensor.functions import concat, floor

KINDS = ("sign", "stable")
ROWS = 1024  # points that are hashed at a time
SLICES = 2.0**16  # that are told apart, about the middle; then numbers begin anew, so that no range is too wide
EXACT = 2**52  # float64 holds all whole numbers up to twice this
MOST_TABLES, MOST_BITS = 256, 48  # so that the number of a table and a code fit into int64


def chunks(n: int, size: int) -> Iterator[slice]:
    """Rows in pieces of this size, the last one perhaps smaller.

    >>> [(part.start, part.stop) for part in chunks(5, 2)]
    [(0, 2), (2, 4), (4, 5)]
    """
    for at in range(0, n, size):
        yield slice(at, min(at + size, n))


class Hashing(NamedTuple):
    """Which slices a place is in, and the code of its bucket in each table.

    kind : "sign" or "stable"
    planes : (d, tables·bits) float64, random directions, for "stable" divided by the width of a slice
    offsets : (tables·bits,) float64, where slices begin, from 0 to 1; 0 for "sign"
    factors : (tables·bits, tables) float64, whole numbers, those of a table in its column. A code is the sum of slices
        times factors. So it is a matrix product, and the bucket one slice further has a code that is one factor more
    """

    kind: str
    planes: Tensor
    offsets: Tensor
    factors: Tensor

    @property
    def tables(self) -> int:
        return self.factors.shape[1]

    @property
    def bits(self) -> int:
        return self.factors.shape[0] // self.factors.shape[1]

    def projections(self, places: Tensor) -> Tensor:
        """Where places (n, d) lie along each direction, (n, tables·bits).

        In float64, so that whoever adds up the products in another order finds the same slice, but for a place that is
        within some 1e-15 of its border.
        """
        found = places.astype("float64") @ self.planes
        found += self.offsets
        return found

    def slices(self, projections: Tensor) -> Tensor:
        """The number of the slice, to SLICES/2 from 0, or of the side, 0 or 1: whole numbers in float64."""
        if self.kind == "sign":
            return (projections >= 0).astype("float64")
        whole = floor(projections)
        whole -= floor(whole / SLICES + 0.5) * SLICES
        return whole

    def codes(self, places: Tensor) -> Tensor:
        """The code of the bucket of each place in each table, (n, tables) int64. Memory: O(n·tables)."""
        parts = [
            (self.slices(self.projections(places[part])) @ self.factors).astype("int64")
            for part in chunks(places.shape[0], ROWS)
        ]
        return concat(parts) if parts else zeros((0, self.tables), "int64", like=places)

    def narrowed(self, width: float) -> "Hashing":
        """The same directions and offsets with slices `width` times as wide."""
        return self._replace(planes=self.planes / width)


def draw(rng: np.random.Generator, kind: str, tables: int, bits: int, like: Tensor) -> Hashing:
    """Random directions for points such as `like` (n, d); slices are one unit wide.

    Of "sign", a table with fewer bits than another of the same seed has the same first ones: each is drawn with
    `MOST_BITS`.

    >>> import minitensor as mt
    >>> places = mt.tensor([[1.0, 2.0], [1.0, 2.1], [-3.0, 0.5]])
    >>> draw(mt.random.generator(0), "sign", tables=2, bits=3, like=places).codes(places).tolist()
    [[6, 4], [6, 4], [4, 2]]
    """
    d = like.shape[1]
    if kind == "sign":
        planes = (
            random.normal(rng, (tables, MOST_BITS, d), dtype="float64", like=like)[:, :bits].reshape(tables * bits, d).T
        )
        offsets = zeros(tables * bits, "float64", like=like)
        numbers = tensor([2.0**bit for bit in range(bits)] * tables, "float64", like=like)
    else:
        planes = random.normal(rng, (d, tables * bits), dtype="float64", like=like)
        offsets = random.uniform(rng, tables * bits, dtype="float64", like=like)
        # Two buckets have one code by chance with probability bits·SLICES/2⁵² at most, which costs a few comparisons.
        numbers = tensor(rng.integers(1, EXACT // (bits * int(SLICES)), tables * bits), "float64", like=like)
    of_each = tensor(np.repeat(np.arange(tables), bits), "int64", like=like)
    own = of_each[:, None] == arange(tables, dtype="int64", like=like)
    factors = numbers[:, None] * own.astype("float64")
    return Hashing(kind, planes.contiguous(), offsets.contiguous(), factors.contiguous())


def sign_collision(angle: float) -> float:
    """The probability that two points at this angle, in radians, are on one side of a random plane: 1 − angle/π.

    >>> sign_collision(math.pi / 4)
    0.75
    """
    return 1 - angle / math.pi


def stable_collision(distance: float, width: float = 1.0) -> float:
    """The probability that two points at this distance are in one slice of this width along a random direction.

    With c = width/distance it is 1 − 2Φ(−c) − 2(1 − exp(−c²/2))/(√(2π)·c), where Φ is the normal distribution.

    >>> [round(stable_collision(distance), 3) for distance in (0.0, 0.5, 1.0, 2.0)]
    [1.0, 0.61, 0.369, 0.195]
    """
    if not distance:
        return 1.0
    c = width / distance
    return math.erf(c / math.sqrt(2)) - 2 * (1 - math.exp(-(c**2) / 2)) / (math.sqrt(2 * math.pi) * c)
