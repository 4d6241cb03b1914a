"""Nodes of a grid in blocks, and only the blocks where something is: what lies empty takes neither time nor memory.

A block holds `side` nodes along each axis, the last of which are the first of the next block. So a cell between two
nodes lies in one block with all of its corners, and a place needs one look at the sorted list of blocks. A sum at a
node that several blocks share is the sum of what each of them holds.
"""

import math
from functools import reduce
from itertools import product
from typing import NamedTuple

from minitensor import backend
from minitensor.backend.threads import in_threads
from minitensor.cluster.meanshift.attention import QUIET
from minitensor.core.counting import arange
from minitensor.core.creation import zeros
from minitensor.core.tensor import Tensor
from minitensor.errors import OutOfMemoryError
from minitensor.functions import clip, concat, minimum, where
from minitensor.groups import among, distinct

SIDES = {1: 256, 2: 32, 3: 16}  # nodes of a block along each axis: powers of two


class Box(NamedTuple):
    """Where blocks can be: low (d,) float64, the first node, and `step`, the distance from node to node.

    shape : nodes along each axis; side : nodes of a block along each axis
    reach : how many blocks away a block may still weigh
    """

    low: Tensor
    step: float
    shape: tuple[int, ...]
    side: int
    reach: int

    @property
    def nodes(self) -> int:
        """How many nodes a block has."""
        return self.side ** len(self.shape)

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many blocks there are along each axis, with room for those that are `reach` beyond either end."""
        return tuple(-(-(size - 1) // (self.side - 1)) + 2 * self.reach for size in self.shape)

    def checked(self) -> "Box":
        if math.prod(self.sizes) >= 2**62:
            raise OutOfMemoryError(
                f"grid: {' × '.join(map(str, self.shape))} nodes cannot be counted; use method='cells'"
            )
        return self

    def stride(self, axis: int) -> int:
        """How far apart the keys of neighbouring blocks are along this axis."""
        return math.prod(self.sizes[axis + 1 :])

    def within(self, axis: int) -> int:
        """How far apart neighbouring nodes of a block are along this axis."""
        return int(self.side ** (len(self.shape) - 1 - axis))

    def steps(self, places: Tensor) -> Tensor:
        """Places (n, d) in steps from the first node, float64."""
        return (places.astype("float64") - self.low) / self.step

    def find(self, steps: Tensor) -> tuple[Tensor, Tensor, list[Tensor]]:
        """For places (n, d) in steps: the key of the block, the number in it of the cell's first node, and the parts
        of a cell, one (n,) along each axis, that the place lies beyond that node. Outside of the box is at its edge."""
        keys, inside, beyond = [], [], []
        for axis, size in enumerate(self.shape):
            x = clip(steps[:, axis], 0.0, size - 1.0)
            cell = clip(x.astype("int64"), 0, size - 2)
            block = cell // (self.side - 1)
            keys.append((block + self.reach) * self.stride(axis))
            inside.append((cell - block * (self.side - 1)) * self.within(axis))
            beyond.append(x - cell.astype("float64"))
        return _total(keys), _total(inside), beyond

    def corners(self, beyond: list[Tensor]) -> list[tuple[int, Tensor, tuple[int, ...]]]:
        """For each of the 2^d corners of a cell: its number after that of the first, its share of each place, and at
        which end of the cell it is along each axis, 0 or 1."""
        found = []
        for corner in product((0, 1), repeat=len(self.shape)):
            shares = [x if end else 1.0 - x for end, x in zip(corner, beyond, strict=True)]
            after = sum(end * self.within(axis) for axis, end in enumerate(corner))
            found.append((after, reduce(lambda a, b: a * b, shares), corner))
        return found

    def coordinates(self, keys: Tensor, numbers: Tensor) -> list[Tensor]:
        """Where nodes, by their numbers in the blocks of these keys, are, in steps: one (q,) int64 along each axis."""
        return [
            (keys // self.stride(axis) % self.sizes[axis] - self.reach) * (self.side - 1)
            + numbers // self.within(axis) % self.side
            for axis in range(len(self.shape))
        ]

    def names(self, coordinates: list[Tensor]) -> tuple[Tensor, Tensor]:
        """The key of the block where nodes are not the last, and their numbers in it: the opposite of `coordinates`."""
        cells = self.side - 1
        keys = [(x // cells + self.reach) * self.stride(axis) for axis, x in enumerate(coordinates)]
        return _total(keys), _total([x % cells * self.within(axis) for axis, x in enumerate(coordinates)])

    def matrix(self, kernel: Tensor) -> Tensor:
        """What each node of 2·reach + 1 blocks in a row weighs at each node of the one in the middle.

        kernel : the weights at 0, 1, 2, … steps. Returns ((2·reach + 1)·side, side).
        """
        blocks, nodes = (arange(count, dtype="int64", like=kernel) for count in (2 * self.reach + 1, self.side))
        rows = ((blocks - self.reach)[:, None] * (self.side - 1) + nodes).reshape(-1)
        apart = abs(rows[:, None] - nodes)
        last = kernel.shape[0] - 1
        weights = kernel[minimum(apart, last).reshape(-1)].reshape(*apart.shape)
        return where(apart <= last, weights, 0.0)

    def convolved(self, held: Tensor, values: Tensor, wanted: Tensor, matrices: list[Tensor]) -> Tensor:
        """The values (blocks, nodes) in the blocks `held`, convolved with a matrix along each axis: (wanted, nodes).

        held, wanted : keys, in order. Time: O(blocks·nodes·reach·side·d), the blocks being those on the way as well.
        """
        needed = [wanted]
        for axis in reversed(range(1, len(self.shape))):
            needed.insert(0, self._beside(needed[0], axis))
        for axis, matrix in enumerate(matrices):
            ways = self._beside(held, axis)
            ways = wanted if axis == len(matrices) - 1 else ways[among(ways, needed[axis])[1]]
            values, held = self._along(held, values, ways, axis, matrix), ways
        return values

    def _beside(self, keys: Tensor, axis: int) -> Tensor:
        """The keys of all blocks that are within reach of these along an axis, in order."""
        offsets = arange(-self.reach, self.reach + 1, dtype="int64", like=keys) * self.stride(axis)
        return distinct((keys[:, None] + offsets).reshape(-1))

    def _along(self, held: Tensor, values: Tensor, wanted: Tensor, axis: int, matrix: Tensor) -> Tensor:
        """Convolved along the first axis of the blocks, which becomes their last."""
        offsets = arange(-self.reach, self.reach + 1, dtype="int64", like=held) * self.stride(axis)
        at, there = among((wanted[:, None] + offsets).reshape(-1), held)
        at = where(there, at, held.shape[0]).reshape(-1, offsets.shape[0])
        values = concat([values, zeros((1, self.nodes), like=values)])
        rows, count = matrix.shape[0], self.nodes // self.side
        pieces = 1  # so small that BLAS leaves each product to the thread that asks
        while pieces < count and count // pieces * rows * self.side > QUIET:
            pieces *= 2
        lib = backend.of(values.array)
        each = max(1, 8 * lib.chunk // (rows * count))
        result = zeros((wanted.shape[0], self.nodes), like=values)

        def some(start: int) -> None:
            here = slice(start, min(start + each, wanted.shape[0]))
            windows = values[at[here].reshape(-1)].reshape(-1, rows, pieces, count // pieces)
            result[here] = (windows.permute_dims(0, 2, 3, 1) @ matrix).reshape(-1, self.nodes)

        with in_threads(min(lib.threads(), -(-wanted.shape[0] // each) or 1)) as spread:
            list(spread(some, range(0, wanted.shape[0], each)))
        return result


def _total(parts: list[Tensor]) -> Tensor:
    return reduce(lambda a, b: a + b, parts)
