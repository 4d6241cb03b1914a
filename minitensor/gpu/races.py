"""Finding data races: two threads, one element, one of them writes, and nothing says which comes first.

Only a barrier puts accesses in order, and only within one block; a warp barrier within one warp. So two accesses to an
element race if they come from two blocks of a launch, or from two threads of a block between the same two barriers,
unless both read or both are atomic. The simulator runs threads in lock-step, so a race does no harm there: it is found
by keeping, for each element, who wrote, who read and who added.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

# Who made an access, packed into one integer: block, barriers passed, the last warp barrier, thread in the block.
THREAD_BITS, WARP_BITS, INTERVAL_BITS = 10, 14, 17
WARP_AT, INTERVAL_AT = THREAD_BITS, THREAD_BITS + WARP_BITS
BLOCK_AT = INTERVAL_AT + INTERVAL_BITS
LANES = (1 << 5) - 1
NOBODY = -1
PENDING = 64  # accesses that wait to be sorted out


Lately = Callable[[np.ndarray], np.ndarray] | None


class Who(NamedTuple):
    """Who made an access.

    block : in the order in which the simulator runs them; interval : barriers that it has passed
    warp_interval : the number of the last warp barrier that the thread came to; thread : its number in the block
    """

    block: int
    interval: int
    warp_interval: int
    thread: int


def pack(block: Any, interval: Any, warp_interval: Any, thread: Any) -> Any:
    """Who, as one integer."""
    return block << BLOCK_AT | interval << INTERVAL_AT | warp_interval << WARP_AT | thread


def unpack(packed: int) -> Who:
    """The parts of a packed integer.

    >>> unpack(pack(5, 2, 1, 7))
    Who(block=5, interval=2, warp_interval=1, thread=7)
    """
    return Who(
        packed >> BLOCK_AT,
        packed >> INTERVAL_AT & (1 << INTERVAL_BITS) - 1,
        packed >> WARP_AT & (1 << WARP_BITS) - 1,
        packed & (1 << THREAD_BITS) - 1,
    )


class Race(NamedTuple):
    """Two accesses to one address that nothing puts in order.

    kinds : "load", "store" or "atomic"; sites : where; turned : whether the second came first in the simulator
    """

    address: int
    who: tuple[Who, Who]
    kinds: tuple[str, str]
    sites: tuple[int, int]
    turned: bool = False


class _Keeper:
    """For each element one access, and where it was made.

    Held are zeros and whom plus 1: of zeros the operating system gives room only where something is written.
    """

    def __init__(self, size: int):
        self.size, self.used = size, False
        self._held, self.site = np.empty(0, np.int64), np.empty(0, np.int32)

    def keep(self, at: np.ndarray, who: np.ndarray, site: int) -> None:
        """Of several accesses to one element the last stays."""
        if not self.used:
            self._held, self.site, self.used = np.zeros(self.size, np.int64), np.zeros(self.size, np.int32), True
        self._held[at], self.site[at] = who + 1, site

    def who(self, at: np.ndarray) -> np.ndarray:
        """Whose access is kept, or `NOBODY`."""
        found: np.ndarray = self._held[at] - 1
        return found


class _Crowd:
    """Accesses that may be many, and race with those of another kind only: of readers, or of adders.

    Kept are the first since the last barrier, another thread's, and another block's. More is not needed: whoever races
    with any of them races with one of these. They are sorted out when somebody asks for them, and most often nobody
    does before a barrier puts them all in the past.
    """

    def __init__(self, size: int):
        self.first, self.other, self.elsewhere = (_Keeper(size) for _ in range(3))
        self.pending: list[tuple[np.ndarray, np.ndarray, int]] = []

    def note(self, at: np.ndarray, who: np.ndarray, site: int) -> None:
        self.pending.append((at, who, site))
        if len(self.pending) >= PENDING:
            self.keepers()

    def keepers(self) -> tuple[_Keeper, ...]:
        for each in self.pending:
            self._sort_out(*each)
        self.pending.clear()
        return self.first, self.other, self.elsewhere

    def _sort_out(self, at: np.ndarray, who: np.ndarray, site: int) -> None:
        if not self.first.used:
            self.first.keep(at[:0], who[:0], site)
        held = self.first.who(at)
        apart = held ^ who
        new = (held == NOBODY) | ((apart >> INTERVAL_AT != 0) & (apart >> BLOCK_AT == 0))
        if new.any():
            # Backwards, so that of several threads the first stays.
            self.first.keep(at[new][::-1], who[new][::-1], site)
            apart = self.first.who(at) ^ who
        if not apart.any():
            return
        away = apart >> BLOCK_AT != 0
        if away.any():
            self.elsewhere.keep(at[away][::-1], who[away][::-1], site)
        beside = ~away & (apart & (1 << THREAD_BITS) - 1 != 0)
        if beside.any():
            self.other.keep(at[beside][::-1], who[beside][::-1], site)


class Watch:
    """Who touched each element of one array: in a launch if it is global, in a block if it is shared."""

    def __init__(self, size: int):
        self.writer, self.readers, self.adders = _Keeper(size), _Crowd(size), _Crowd(size)
        self._lately: Lately = None
        self.settled = False  # whether a barrier lies behind all that was written

    def note(self, kind: str, at: np.ndarray, who: np.ndarray, site: int, lately: Lately = None) -> Race | None:
        """Accesses that a warp, or many, make at once. Returns a race, if there is one.

        kind : "load", "store" or "atomic"; at : (n,) addresses; who : (n,), packed; site : where in the source
        lately : of packed accesses, the last warp barrier that their threads have come to by now; that of the access
            itself if not given
        """
        self._lately = lately
        if kind == "load" and self.settled:
            self.readers.note(at, who, site)
            return None
        self.settled = False
        race = self._race(kind, at, who, site, "store", self.writer)
        if race is None and kind != "atomic":
            for keeper in self.adders.keepers():
                race = race or self._race(kind, at, who, site, "atomic", keeper)
        if race is None and kind != "load":
            for keeper in self.readers.keepers():
                race = race or self._race(kind, at, who, site, "load", keeper)
        if race is None and kind == "store":
            self.writer.keep(at, who, site)
            race = self._race(kind, at, who, site, "store", self.writer)
        if race is None and kind != "store":
            (self.readers if kind == "load" else self.adders).note(at, who, site)
        return race

    def passed(self) -> None:
        """All threads that touch this array have come to a barrier: what they did before cannot race any more."""
        self.readers.pending.clear()
        self.adders.pending.clear()
        self.settled = True

    def _race(self, kind: str, at: np.ndarray, who: np.ndarray, site: int, their: str, keeper: _Keeper) -> Race | None:
        if not keeper.used:
            return None
        theirs = keeper.who(at)
        apart = theirs ^ who
        if ((apart - (1 << INTERVAL_AT)).view(np.uint64) < (1 << BLOCK_AT) - (1 << INTERVAL_AT)).all():
            return None  # of one block, and a barrier lies between
        inside = apart >> INTERVAL_AT == 0
        # In one warp, a warp barrier that both came to lies between the two.
        ordered = inside & ((apart & (1 << THREAD_BITS) - 1) <= LANES)
        if ordered.any() and self._lately:
            mine, before = (each >> WARP_AT & (1 << WARP_BITS) - 1 for each in (who, theirs))
            ordered[ordered] &= self._lately(theirs[ordered]) == mine[ordered]
            ordered &= before != mine
        else:
            ordered &= apart >> WARP_AT != 0
        racing = (theirs != NOBODY) & (
            (apart >> BLOCK_AT != 0) | (inside & (apart & (1 << THREAD_BITS) - 1 != 0) & ~ordered)
        )
        if not racing.any():
            return None
        found = np.flatnonzero(racing)
        if kind == "store" and their == "load":  # blame the first that reads
            found = found[np.argsort(theirs[found], kind="stable")]
        one = found[0]
        pairs = [(unpack(int(theirs[one])), their, int(keeper.site[at[one]])), (unpack(int(who[one])), kind, site)]
        first = pairs[0]
        if pairs[0][0].block != pairs[1][0].block:
            pairs.sort(key=lambda each: each[0].block)
        elif kind == "store" and their == "load":
            pairs.reverse()
        people, kinds, sites = zip(*pairs, strict=True)
        return Race(int(at[one]), people, kinds, sites, turned=pairs[0] is not first)
