"""The simulator's book: what every line of a kernel cost, and the first access at every place that touches an array."""

from collections import defaultdict
from typing import NamedTuple

import numpy as np

from minitensor.gpu.counters import Counters, least_rounds, shapes
from minitensor.gpu.device import WARP
from minitensor.gpu.memory import Memory
from minitensor.gpu.source import Site


class Sample(NamedTuple):
    """One access that a warp made together: the first that the first warp made at this place in the source.

    kind : "load", "store" or "atomic"; threads : their numbers in the block; addresses : in elements
    """

    line: int
    array: str
    space: str
    kind: str
    itemsize: int
    threads: list[int]
    addresses: list[int]


class Ledger:
    """What the threads of a launch did.

    lines : for each line of the source, what it cost
    samples : for each site, the first access of the first warp
    """

    def __init__(self, sites: list[Site]):
        self.sites = sites
        self.lines: defaultdict[int, Counters] = defaultdict(Counters)
        self.samples: dict[int, Sample] = {}

    def access(
        self, number: int, memory: Memory, addresses: np.ndarray, on: np.ndarray | None, per_block: int, wide: int
    ) -> None:
        """Count what warps ask for together.

        number : of the site; addresses : (warps · 32,) in elements of a block's memory; on : (warps · 32,) which
        threads ask, None if all do; per_block : how many of them belong to a block
        """
        site, itemsize = self.sites[number], memory.dtype.itemsize
        line = self.lines[site.line]
        rows = addresses.reshape(-1, WARP)
        asks = None if on is None else on.reshape(-1, WARP)
        if asks is not None:
            some = asks.any(1)
            rows, asks = rows[some], asks[some]
            threads = int(np.count_nonzero(asks))
        else:
            some, threads = None, rows.size
        if number not in self.samples:
            row = 0 if some is None else int(some.argmax())
            lanes = np.arange(WARP) if asks is None else np.flatnonzero(asks[0])
            self.samples[number] = Sample(
                site.line, site.array, memory.space, site.kind, itemsize * wide,
                (lanes + row * WARP % per_block).tolist(), rows[0][lanes].tolist(),
            )  # fmt: skip
        line.instructions += len(rows)
        loads, stores = threads * (site.kind == "load"), threads * (site.kind == "store")
        if site.kind == "atomic":
            line.atomic_requests += len(rows)
        if memory.space == "shared":
            line.shared_loads, line.shared_stores = line.shared_loads + loads, line.shared_stores + stores
            if site.kind == "atomic":
                line.shared_atomics += threads
                return
            line.shared_requests += len(rows)
            line.bank_conflicts -= self._least(asks, len(rows), itemsize * wide)
            for many, shape in shapes(rows, asks, itemsize, wide):
                line.bank_conflicts += many * shape.rounds
                line.shared_shapes[shape.rounds, itemsize * wide * WARP] += many
            return
        line.global_loads, line.global_stores = line.global_loads + loads, line.global_stores + stores
        line.global_atomics += threads * (site.kind == "atomic")
        line.global_requests += len(rows)
        reads, writes = site.kind != "store", site.kind != "load"  # an atomic does both
        for many, shape in shapes(rows, asks, itemsize, wide):
            line.load_sectors += many * shape.sectors * reads
            line.store_sectors += many * shape.sectors * writes
            line.fewest_sectors += many * shape.fewest * (reads + writes)
            line.fewest_store_sectors += many * shape.fewest * writes
            line.global_shapes[shape.rounds, shape.lines, wide > 1] += many

    def _least(self, asks: np.ndarray | None, requests: int, asked: int) -> int:
        """The rounds that shared memory has to take: of 8 bytes a thread, one for each half of a warp that asks."""
        least = least_rounds(asked)
        return requests * least if asks is None else int(asks.reshape(requests * least, -1).any(1).sum())
