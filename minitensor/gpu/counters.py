"""What a launch costs: counts, and how well the threads of a warp share what memory gives them.

The 32 threads of a warp make one *request* together. Global memory answers in sectors of 32 bytes; shared memory has 32
banks of 4 bytes, each of which gives one word at a time, and so has the L1 cache, through which global memory comes.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from minitensor.gpu.device import WARP

SECTOR = 32  # bytes that global memory moves at least
LINE = 128  # bytes of a line of the L1 cache
BANK, BANKS = 4, 32  # bytes of a word of a bank, and how many banks there are


@dataclass
class Counters:
    """What a launch, or one line of it, did. Loads, stores, atomics and FLOPs are counted for each thread by itself.

    load_sectors, store_sectors : 32-byte sectors touched, counted for each request; an atomic reads and writes
    fewest_sectors : how many there would have been if the same elements lay side by side
    fewest_store_sectors : those of them that are written
    bank_conflicts : how many more rounds shared memory took than it had to
    global_atomics, shared_atomics : of single threads
    atomic_rounds : how often an atomic waited for another on the same element, of the blocks that run together
    barriers : how often a block passed one
    flops : of floats; flops64 : those of them that are of float64
    global_requests, shared_requests, atomic_requests : of warps
    global_shapes : how many requests took (rounds of 32 banks, lines of 128 bytes, 16-byte load or not)
    shared_shapes : how many requests took (rounds of the banks, bytes delivered)
    instructions, fp32, fp64, special : of warps, estimated from the source: all, floats of each size, and those that
        a slower unit does, such as exp
    """

    global_loads: int = 0
    global_stores: int = 0
    load_sectors: int = 0
    store_sectors: int = 0
    fewest_sectors: int = 0
    fewest_store_sectors: int = 0
    shared_loads: int = 0
    shared_stores: int = 0
    bank_conflicts: int = 0
    global_atomics: int = 0
    shared_atomics: int = 0
    atomic_rounds: int = 0
    barriers: int = 0
    flops: int = 0
    flops64: int = 0
    global_requests: int = 0
    shared_requests: int = 0
    atomic_requests: int = 0
    instructions: int = 0
    fp32: int = 0
    fp64: int = 0
    special: int = 0
    global_shapes: Counter[tuple[int, int, bool]] = field(default_factory=Counter)
    shared_shapes: Counter[tuple[int, int]] = field(default_factory=Counter)

    def add(self, other: "Counters") -> None:
        for each in fields(self):
            mine, theirs = getattr(self, each.name), getattr(other, each.name)
            if isinstance(mine, Counter):
                mine.update(theirs)
            else:
                setattr(self, each.name, mine + theirs)

    def scaled(self, factor: float) -> "Counters":
        """The counts of so many times as many blocks, rounded."""
        out = Counters()
        for each in fields(self):
            mine = getattr(self, each.name)
            if isinstance(mine, Counter):
                getattr(out, each.name).update({key: round(count * factor) for key, count in mine.items()})
            else:
                setattr(out, each.name, round(mine * factor))
        return out

    @property
    def atomics(self) -> int:
        return self.global_atomics + self.shared_atomics

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


class Shape(NamedTuple):
    """How a request shares what it asks for: the sectors and lines it touches, the fewest sectors that would do, and
    the rounds of its banks."""

    sectors: int
    fewest: int
    lines: int
    rounds: int


def shapes(
    addresses: np.ndarray, active: np.ndarray | None, itemsize: int, wide: int = 1
) -> Iterator[tuple[int, Shape]]:
    """How requests share what they ask for: for each shape, how many there are of it.

    addresses : (requests, 32) whole numbers, in elements of `itemsize` bytes, of which a thread asks for `wide`
    active : (requests, 32), which threads ask, at least one of each; None if all do

    >>> row = np.arange(32)
    >>> [shape.sectors for stride in (0, 1, 2, 100) for _, shape in shapes(row[None] * stride, None, 4)]
    [1, 4, 8, 32]
    >>> [shape.rounds for stride in (0, 1, 2, 32, 33) for _, shape in shapes(row[None] * stride, None, 4)]
    [1, 1, 2, 32, 1]
    """
    if active is not None:
        first = np.take_along_axis(addresses, active.argmax(1)[:, None], 1)
        addresses = np.where(active, addresses, first)
    period = LINE // itemsize
    pattern = addresses - addresses[:, :1]
    if (pattern == pattern[0]).all() and (active is None or (active == active[0]).all()):
        # Most often all have one pattern, and begin at few different places in a line.
        begins = np.bincount(addresses[:, 0] % period)
        text, asks = pattern[0].tobytes(), None if active is None else active[0].tobytes()
        for begin in np.flatnonzero(begins).tolist():
            yield int(begins[begin]), _shape(text, asks, begin, itemsize, wide)
    else:
        counted = Counter(zip(*(each.tolist() for each in _measured(addresses, active, itemsize, wide)), strict=True))
        for shape, many in counted.items():
            yield many, Shape(*shape)


@lru_cache(4096)
def _shape(pattern: bytes, active: bytes | None, begin: int, itemsize: int, wide: int) -> Shape:
    """That of one request, which begins at this place in a line."""
    addresses = np.frombuffer(pattern, np.int64)[None] + (begin + LINE * 2**20)  # nothing lies below 0
    asks = None if active is None else np.frombuffer(active, bool)[None]
    return Shape(*(int(each[0]) for each in _measured(addresses, asks, itemsize, wide)))


def _measured(addresses: np.ndarray, active: np.ndarray | None, itemsize: int, wide: int) -> tuple[np.ndarray, ...]:
    """The parts of `Shape` for each request."""
    places = np.sort(addresses, 1) * itemsize
    sectors, lines = _distinct(places // SECTOR), _distinct(places // LINE)  # 16 bytes lie in one of both
    fewest = -(-_distinct(places) * itemsize * wide // SECTOR)
    return sectors, fewest, lines, _rounds(addresses, active, itemsize, itemsize * wide)


def _distinct(ordered: np.ndarray) -> np.ndarray:
    """How many different numbers there are in each row, which is in order."""
    return 1 + np.count_nonzero(ordered[:, 1:] != ordered[:, :-1], axis=1)


def _rounds(addresses: np.ndarray, active: np.ndarray | None, itemsize: int, asked: int) -> np.ndarray:
    """The most words that one bank has to give. Threads that want the same word are served together.

    8 bytes for each thread are served half a warp at a time, 16 bytes a quarter.
    """
    unit = max(BANK, asked)
    banks = BANK * BANKS // unit
    together = min(WARP, banks)
    words = (addresses * itemsize // unit).reshape(-1, together)
    keys = np.arange(len(words))[:, None] << 40 | words
    keys = np.unique(keys if active is None else keys[active.reshape(-1, together)])
    bank = (keys >> 40) * banks + (keys & (1 << 40) - 1) % banks
    most = np.bincount(bank, minlength=len(words) * banks).reshape(-1, banks).max(1)
    return most.reshape(len(addresses), -1).sum(1)


def least_rounds(asked: int) -> int:
    """The rounds that a full request takes at least, of `asked` bytes for each thread."""
    return max(1, asked * WARP // (BANK * BANKS))
