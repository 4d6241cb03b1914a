"""The simulator's book: who touched what, closed at every barrier and then counted and searched for races.

Noting an access must be fast, since there are millions. So each place in the source has a list to which addresses are
appended, and after each turn of a thread the lengths of the lists are noted. At a barrier NumPy takes over.
"""

from collections import defaultdict
from typing import NamedTuple

import numpy as np

from minitensor.gpu.counters import Counters, bank_conflicts, groups, sectors
from minitensor.gpu.memory import Memory
from minitensor.gpu.races import BLOCK_AT, INTERVAL_AT, THREAD_AT, Accesses, Race
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

    logs : for each site, the addresses since the last barrier
    lines : for each line of the source, what it cost
    samples : for each site, the first access of the first warp
    """

    def __init__(self, sites: list[Site]):
        self.sites = sites
        self.logs: list[list[int]] = [[] for _ in sites]
        self.lines: defaultdict[int, Counters] = defaultdict(Counters)
        self.samples: dict[int, Sample] = {}
        self._turns: list[tuple[int, list[int]]] = []  # after each turn: whose it was, and how long the logs were

    def turn(self, thread: int) -> None:
        """Note that the turn of this thread of the block is over."""
        self._turns.append((thread, [len(log) for log in self.logs]))

    def close(self, block: int, interval: int, memories: dict[str, Memory]) -> tuple[Memory, Race] | None:
        """Count what was done since the last barrier, and forget it. Returns the first data race, if there is one.

        block : its number in the grid; interval : how many barriers it has passed
        """
        owners = np.array([owner for owner, _ in self._turns])
        lengths = np.array([lengths for _, lengths in self._turns]).reshape(len(owners), -1)
        times = np.diff(lengths, axis=0, prepend=0)  # how often each turn used each site
        self._turns.clear()
        watched: dict[int, tuple[Memory, dict[str, list[Accesses]]]] = {}
        for number, (site, log) in enumerate(zip(self.sites, self.logs, strict=True)):
            if not log:
                continue
            memory = memories[site.array]
            addresses, threads = np.array(log, np.int64), np.repeat(owners, times[:, number])
            log.clear()
            self._count(number, memory, threads, addresses)
            if memory.watch:  # by memory, not by name: one array may be handed over under two names
                _, kinds = watched.setdefault(id(memory), (memory, {"load": [], "store": [], "atomic": []}))
                who = block << BLOCK_AT | interval << INTERVAL_AT | threads << THREAD_AT | number
                kinds[site.kind].append(Accesses(addresses, who))
        for memory, kinds in watched.values():
            if memory.space == "shared" and not (kinds["store"] or kinds["atomic"]):
                continue  # no other block sees it, and reading alone is safe
            race = memory.watch and memory.watch.check(*map(_joined, kinds.values()))
            if race:
                return memory, race
        return None

    def _count(self, number: int, memory: Memory, threads: np.ndarray, addresses: np.ndarray) -> None:
        """Count the accesses of one site."""
        site, size = self.sites[number], memory.dtype.itemsize
        line = self.lines[site.line]
        if number not in self.samples:
            together = groups(threads)
            first = together == together[0]
            self.samples[number] = Sample(
                *site[:2], memory.space, site.kind, size, threads[first].tolist(), addresses[first].tolist()
            )
        if site.kind == "atomic":
            line.atomics += len(addresses)
        elif memory.space == "shared":
            line.shared_loads += len(addresses) * (site.kind == "load")
            line.shared_stores += len(addresses) * (site.kind == "store")
            line.bank_conflicts += bank_conflicts(threads, addresses, size)
        else:
            touched, fewest = sectors(threads, addresses, size)
            line.fewest_sectors += fewest
            line.global_loads += len(addresses) * (site.kind == "load")
            line.global_stores += len(addresses) * (site.kind == "store")
            line.load_sectors += touched * (site.kind == "load")
            line.store_sectors += touched * (site.kind == "store")


def _joined(parts: list[Accesses]) -> Accesses:
    nothing = Accesses(np.empty(0, np.int64), np.empty(0, np.int64))
    return Accesses(*map(np.concatenate, zip(nothing, *parts, strict=True)))
