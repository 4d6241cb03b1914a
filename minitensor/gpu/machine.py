"""A launch on the simulated GPU: its blocks in their order, a batch of them at a time, and what it all cost."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any

import numpy as np

from minitensor.gpu import diagnoses, tree
from minitensor.gpu.counters import SECTOR, Counters
from minitensor.gpu.device import WARP, Dim3
from minitensor.gpu.ledger import Ledger, Sample
from minitensor.gpu.memory import Memory
from minitensor.gpu.simulator import Batch
from minitensor.gpu.where import At

SHARED_BYTES = 48 * 1024  # of shared memory that a block may have without being asked for more
LANES = 2**14  # threads that run together: a vector of them fits the cache of a processor
SECTORS = 2**26  # bytes of the tables that say which sectors each block has touched


class Machine:
    """A launch: the blocks in their order, a batch of them at a time.

    sample : numbers of blocks to run, and how many blocks each of them stands for; all run if not given
    order : a seed for another order of blocks and atomics
    lines : for each line of the source, what it cost; samples : as in `Ledger`
    rounds : how often a thread may go round a loop, if not as often as the simulator says
    """

    rounds: int | None = None

    def __init__(
        self, function: tree.Function, grid: Dim3, block: Dim3, arguments: dict[str, Any], *,
        sample: Sequence[tuple[np.ndarray, float]] | None = None, shared_bytes: int = 0, order: int | None = None,
        fma: bool = False,
    ):  # fmt: skip
        self.function, self.source, self.grid, self.block = function, function.source, grid, block
        self.arguments, self.shared_bytes, self.fma = arguments, shared_bytes, fma
        self.ledger = Ledger(function.sites)
        self.lines: defaultdict[int, Counters] = defaultdict(Counters)
        self.samples: dict[int, Sample] = {}
        self.threads = block.x * block.y * block.z
        self.random = None if order is None else np.random.default_rng(order)
        self.sample = sample or [(np.arange(grid.x * grid.y * grid.z), 1.0)]
        if self.random is not None:
            self.sample = [(self.random.permutation(numbers), stand) for numbers, stand in self.sample]
        self.blocks = np.concatenate([numbers for numbers, _ in self.sample])
        self.distinct = self.waits = 0.0

    def batch(self, numbers: np.ndarray, start: int, lanes: int) -> Batch:
        """Blocks that are to run together."""
        return Batch(self, numbers, start, lanes)

    def run(self) -> None:
        memories = self._memories()
        lanes = -(-self.threads // WARP) * WARP
        sectors = sum(each.size * each.dtype.itemsize // SECTOR + 1 for each in memories)
        together = max(1, min(LANES // lanes, SECTORS // max(1, sectors)))
        self._check_shared()
        ran = 0
        with np.errstate(all="ignore"):  # a GPU does not warn either
            for every, stand in self.sample:
                self.ledger = Ledger(self.function.sites)
                for start in range(0, len(every), together):
                    numbers = every[start : start + together]
                    for memory in memories:
                        memory.begin(len(numbers))
                    batch = self.batch(numbers, ran, lanes)
                    batch.run()
                    ran += len(numbers)
                    self.waits += stand * batch.waits
                    self.distinct += stand * sum(memory.end() for memory in memories)
                for line, cost in self.ledger.lines.items():
                    self.lines[line].add(cost if stand == 1 else cost.scaled(stand))
                self.samples = self.ledger.samples | self.samples

    @property
    def footprint(self) -> int:
        """Bytes of the sectors of global memory that any of the blocks has touched."""
        return SECTOR * sum(int(each.footprint.sum()) for each in self._memories() if each.footprint is not None)

    @property
    def array_bytes(self) -> int:
        """Bytes of all arrays in global memory."""
        return sum(each.data.nbytes for each in self._memories())

    def _memories(self) -> Iterable[Memory]:
        """Each array once, though it may be given twice."""
        return {id(each): each for each in self.arguments.values() if isinstance(each, Memory)}.values()

    @property
    def shared_total(self) -> int:
        """Bytes of shared memory of a block."""
        return sum((each.size or 0) * each.dtype.dtype.itemsize for each in self.function.shared) + self.shared_bytes

    def _check_shared(self) -> None:
        taken = self.shared_bytes
        for each in self.function.shared:
            taken += (each.size or 0) * each.dtype.dtype.itemsize
            if taken > SHARED_BYTES:
                raise diagnoses.too_much_shared(At(self.source, each.line), each.name or "this", taken, SHARED_BYTES)


def sampled(grid: Dim3, count: int) -> list[tuple[np.ndarray, float]]:
    """About so many blocks of a grid, in groups, and how many each block of a group stands for.

    The last along an axis are a group of their own, for they may have less to do.

    >>> [(numbers.tolist(), stand) for numbers, stand in sampled(Dim3(9), 3)]
    [([0, 7], 4.0), ([8], 1.0)]
    """
    groups = []
    for ends in product(*((False, True) if size > 1 else (False,) for size in grid)):
        size = math.prod(1 if end else max(1, n - 1) for end, n in zip(ends, grid, strict=True))
        groups.append((size, ends))
    groups.sort(key=lambda group: -group[0])
    groups, left_out = groups[:count], sum(size for size, _ in groups[count:])
    out = []
    for number, (size, ends) in enumerate(groups):
        ran = min(size, count - len(groups) + 1) if number == 0 else 1
        along = [
            np.full(ran, n - 1) if end else np.linspace(0, max(0, n - 2), ran).round().astype(np.int64)
            for end, n in zip(ends, grid, strict=True)
        ]
        numbers = np.unique(along[0] + grid.x * (along[1] + grid.y * along[2]))
        out.append((numbers, (size + (left_out if number == 0 else 0)) / len(numbers)))
    return out
