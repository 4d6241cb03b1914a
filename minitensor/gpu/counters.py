"""What a launch costs: counts, and how well the threads of a warp share what memory gives them.

The 32 threads of a warp access memory together. Global memory answers in sectors of 32 bytes; shared memory has 32
banks of 4 bytes, each of which gives one word at a time.
"""

from dataclasses import dataclass, fields

import numpy as np

from minitensor.gpu.device import WARP

SECTOR = 32  # bytes that global memory moves at least
BANK, BANKS = 4, 32  # bytes of a word of a bank, and how many banks there are


@dataclass
class Counters:
    """What a launch, or one line of it, did. Loads, stores and atomics are counted for each thread by itself.

    load_sectors, store_sectors : 32-byte sectors touched, counted for each access of a warp
    fewest_sectors : how many there would have been if the same elements lay side by side
    bank_conflicts : how many more rounds shared memory took than one for each access of a warp
    barriers : how often a block passed one
    """

    global_loads: int = 0
    global_stores: int = 0
    load_sectors: int = 0
    store_sectors: int = 0
    fewest_sectors: int = 0
    shared_loads: int = 0
    shared_stores: int = 0
    bank_conflicts: int = 0
    atomics: int = 0
    barriers: int = 0
    flops: int = 0

    def add(self, other: "Counters") -> None:
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))

    @property
    def sectors(self) -> int:
        """Those of loads and stores together."""
        return self.load_sectors + self.store_sectors

    @property
    def bytes_moved(self) -> int:
        """To and from global memory, as if there were no cache."""
        return self.sectors * SECTOR

    @property
    def coalescing(self) -> float:
        """The fewest sectors that could hold what the warps asked for, over those they touched: 1 is best."""
        return self.fewest_sectors / self.sectors if self.sectors else 1.0

    @property
    def intensity(self) -> float:
        """Arithmetic intensity: FLOPs for each byte of global memory moved, as if there were no cache."""
        return self.flops / self.bytes_moved if self.bytes_moved else float("inf") if self.flops else 0.0


def groups(threads: np.ndarray, lanes: int = WARP) -> np.ndarray:
    """Which accesses of one site are made together: the first of every thread of a warp, then the second, and so on.

    threads : the thread of each access, in the order they were made; returns a number for each, equal where together

    >>> groups(np.array([0, 0, 1, 1, 32])).tolist()
    [0, 1, 0, 1, 2]
    """
    order = np.argsort(threads, kind="stable")
    ordered = threads[order].astype(np.int64)
    begins = np.flatnonzero(np.diff(ordered, prepend=-1))
    lengths = np.diff(begins, append=len(ordered))
    times = np.arange(len(ordered)) - np.repeat(begins, lengths)  # how often this thread was here before
    out = np.empty_like(times)
    out[order] = ordered // lanes * lengths.max(initial=1) + times
    return out


def sectors(threads: np.ndarray, addresses: np.ndarray, itemsize: int) -> tuple[int, int]:
    """Sectors that the accesses of one site touch, and the fewest that could hold the same elements.

    >>> row = np.arange(32)
    >>> sectors(row, row, 4), sectors(row, row * 100, 4), sectors(row, row * 0, 4)
    ((4, 4), (32, 4), (1, 1))
    """
    wanted = np.unique(groups(threads) << 40 | addresses)  # an element that several threads want counts once
    group, sector = wanted >> 40, (wanted & (1 << 40) - 1) * itemsize // SECTOR
    touched = int(np.count_nonzero(np.diff(group, prepend=-1) | np.diff(sector, prepend=-1)))
    return touched, int((-(-np.bincount(group) * itemsize // SECTOR)).sum())


def bank_conflicts(threads: np.ndarray, addresses: np.ndarray, itemsize: int) -> int:
    """Rounds of shared memory beyond the first of each access: the most words that one bank has to give, less one.

    Threads that want the same word are served together. 8-byte elements are served half a warp at a time.

    >>> row = np.arange(32)
    >>> [bank_conflicts(row, row * stride, 4) for stride in (0, 1, 2, 32, 33)]
    [0, 0, 1, 31, 0]
    """
    unit = max(BANK, itemsize)
    banks = BANK * BANKS // unit
    wanted = np.unique(groups(threads, min(WARP, banks)) << 40 | addresses * itemsize // unit)
    group, bank = wanted >> 40, wanted % banks
    words = np.bincount(group * banks + bank, minlength=(int(group.max(initial=-1)) + 1) * banks)
    rounds = words.reshape(-1, banks).max(1, initial=0)
    return int((rounds[rounds > 0] - 1).sum())
