"""Finding data races: two threads, one element, one of them writes, and nothing says which comes first.

Only a barrier puts accesses in order, and only within one block. So two accesses to an element race if they come from
two blocks of a launch, or from two threads of a block between the same two barriers, unless both read or both are
atomic. The simulator runs threads one after another, so a race does no harm there: it is found by keeping, for each
element, who wrote and who read it.
"""

from typing import Any, NamedTuple

import numpy as np

# Who made an access, packed into one integer: block, interval between barriers, thread in the block, site.
SITE_BITS, THREAD_BITS, INTERVAL_BITS = 10, 10, 20
THREAD_AT, INTERVAL_AT = SITE_BITS, SITE_BITS + THREAD_BITS
BLOCK_AT = INTERVAL_AT + INTERVAL_BITS
NOBODY = -1


class Who(NamedTuple):
    """Who made an access. block : its number in the grid; thread : its number in the block"""

    block: int
    interval: int
    thread: int
    site: int


def unpack(packed: int) -> Who:
    """The parts of a packed integer.

    >>> unpack((5 << BLOCK_AT) | (2 << INTERVAL_AT) | (7 << THREAD_AT) | 3)
    Who(block=5, interval=2, thread=7, site=3)
    """
    return Who(
        packed >> BLOCK_AT,
        packed >> INTERVAL_AT & (1 << INTERVAL_BITS) - 1,
        packed >> THREAD_AT & (1 << THREAD_BITS) - 1,
        packed & (1 << SITE_BITS) - 1,
    )


class Accesses(NamedTuple):
    """The accesses of one kind between two barriers: at which addresses, and by whom, packed."""

    at: np.ndarray
    who: np.ndarray

    def part(self, key: Any) -> "Accesses":
        """Some of them, or all in another order."""
        return Accesses(self.at[key], self.who[key])


class Race(NamedTuple):
    """Two accesses to one address that nothing puts in order."""

    address: int
    one: Who
    other: Who


class Watch:
    """Who touched each element of one array: in a launch if it is global, in a block if it is shared."""

    def __init__(self, size: int):
        self.writer, self.reader, self.atomic, self.latest = (np.full(size, NOBODY) for _ in range(4))

    def check(self, loads: Accesses, stores: Accesses, atomics: Accesses) -> Race | None:
        """The first race among the accesses between two barriers and those before them, if there is one.

        Only the first reader of an element is kept, and the first who added to it. That is enough: blocks come one
        after another, so if any of them came from another block than the one at hand, the first did.
        """
        if stores.at.size:
            race = _race(stores, self.writer) or _race(stores, self.reader) or _race(stores, self.atomic)
            self.writer[stores.at] = stores.who
            if race or (race := _race(stores, self.writer)):
                return race
        if atomics.at.size:
            if race := _race(atomics, self.writer) or _race(atomics, self.reader):
                return race
            _keep_first(self.atomic, atomics)
            by_thread = np.argsort(atomics.who)
            for way in (by_thread, by_thread[::-1]):  # of all threads that added, the highest is left, then the lowest
                mine = atomics.part(way)
                self.latest[mine.at] = mine.who
                if race := _race(loads, self.latest):
                    return race
        if loads.at.size:
            if race := _race(loads, self.writer) or _race(loads, self.atomic):
                return race
            _keep_first(self.reader, loads)
        return None


def _race(mine: Accesses, keeper: np.ndarray) -> Race | None:
    theirs = keeper[mine.at]
    apart = mine.who ^ theirs  # parts that are equal become 0
    together = (apart >> INTERVAL_AT == 0) & (apart >> THREAD_AT != 0)
    found = np.flatnonzero((theirs != NOBODY) & ((apart >> BLOCK_AT != 0) | together))
    if not found.size:
        return None
    first = found[0]
    return Race(int(mine.at[first]), unpack(int(theirs[first])), unpack(int(mine.who[first])))


def _keep_first(keeper: np.ndarray, mine: Accesses) -> None:
    new = mine.part(keeper[mine.at] == NOBODY)
    keeper[new.at[::-1]] = new.who[::-1]
