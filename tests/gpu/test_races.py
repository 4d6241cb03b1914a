"""Every race is found, and nothing else: against all pairs of accesses, compared one with another."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from minitensor.gpu.races import BLOCK_AT, INTERVAL_AT, THREAD_AT, Accesses, Watch, unpack

KINDS = ("load", "store", "atomic")
access = st.tuples(st.sampled_from(KINDS), st.integers(0, 2), st.integers(0, 1))  # kind, thread, address
launches = st.lists(st.lists(st.lists(access, max_size=5), min_size=1, max_size=3), min_size=1, max_size=3)


def packed(block, interval, thread, site=0):
    return block << BLOCK_AT | interval << INTERVAL_AT | thread << THREAD_AT | site


def first_race(launch):
    """The block and interval in which the first race comes to light, by comparing all pairs."""
    before = []
    for block, intervals in enumerate(launch):
        for number, made in enumerate(intervals):
            for kind, thread, address in made:
                before.append((kind, block, number, thread, address))
            for one in before:
                for other in before:
                    kinds = {one[0], other[0]}
                    apart = one[1] != other[1] or (one[2] == other[2] and one[3] != other[3])
                    if one[4] == other[4] and apart and kinds not in ({"load"}, {"atomic"}):
                        return block, number
    return None


@given(launch=launches)
@example([[[("atomic", 0, 0)]], [[("load", 0, 0)]]])  # between blocks: what was added to is read
@example([[[("load", 0, 0)]], [[("atomic", 0, 0)]]])  # and the other way round
@example([[[("load", 0, 0)]], [[("store", 0, 0)]]])
@example([[[("store", 0, 0)]], [[("load", 0, 0)]]])
@example([[[("atomic", 0, 0)]], [[("store", 0, 0)]]])
@example([[[("store", 0, 0)]], [[("atomic", 0, 0)]]])
@example([[[("atomic", 0, 0), ("atomic", 1, 0), ("load", 1, 0)]]])  # of two who add, the other one races
@example([[[("atomic", 0, 0), ("atomic", 1, 0), ("load", 0, 0)]]])
@example([[[("atomic", 0, 0)], [("atomic", 0, 0), ("atomic", 1, 0), ("load", 1, 0)]]])  # also where an earlier one did
@example([[[("load", 1, 1), ("atomic", 1, 1), ("atomic", 0, 1), ("atomic", 1, 1)]]])  # one between two of another's
@example([[[("load", 0, 0)], [("store", 1, 0)]]])  # a barrier between: no race
@example([[[("load", 0, 0), ("store", 0, 0), ("atomic", 0, 0)]]])  # one thread alone: no race
def test_a_race_is_two_accesses_that_nothing_puts_in_order(launch):
    watch, found = Watch(4), None
    for block, intervals in enumerate(launch):
        for number, made in enumerate(intervals):
            by_kind = []
            for kind in KINDS:
                mine = [(address, packed(block, number, thread)) for each, thread, address in made if each == kind]
                by_kind.append(Accesses(*(np.array([pair[i] for pair in mine], np.int64) for i in (0, 1))))
            race = watch.check(*by_kind)
            if race and not found:
                found = block, number
                assert (block, number) == max(race.one[:2], race.other[:2])
                assert race.one.block != race.other.block or race.one.thread != race.other.thread
        if found:
            break
    assert found == first_race(launch)


@given(st.integers(0, 2**20), st.integers(0, 2**20 - 1), st.integers(0, 1023), st.integers(0, 1023))
def test_who_is_packed_without_loss(block, interval, thread, site):
    assert unpack(packed(block, interval, thread, site)) == (block, interval, thread, site)


def accesses(*made):
    """Accesses to element 0, in the order in which they were made: (block, interval, thread, site)."""
    return Accesses(np.zeros(len(made), np.int64), np.array([packed(*who) for who in made], np.int64))


NONE = accesses()


def test_of_two_readers_the_first_is_named():
    """The first that read, not the lowest thread, and not one that read after a barrier."""
    watch = Watch(1)
    assert watch.check(accesses((0, 0, 3, 5), (0, 0, 1, 6)), NONE, NONE) is None
    assert watch.check(accesses((0, 1, 2, 7)), NONE, NONE) is None
    race = watch.check(NONE, accesses((1, 0, 4, 8)), NONE)
    assert race == (0, (0, 0, 3, 5), (1, 0, 4, 8))


@pytest.mark.parametrize(("readers", "named"), [((3, 1), 3), ((1, 3), 3), ((2, 3), 2), ((1, 3, 2), 3)])
def test_beside_a_writer_the_first_other_reader_is_named(readers, named):
    """Between two barriers; the writer, thread 1, may have read too."""
    loads = accesses(*((0, 0, thread, 10 + thread) for thread in readers))
    race = Watch(1).check(loads, accesses((0, 0, 1, 9)), NONE)
    assert race == (0, (0, 0, 1, 9), (0, 0, named, 10 + named))


def test_of_two_who_added_the_first_is_named():
    watch = Watch(1)
    assert watch.check(NONE, NONE, accesses((0, 0, 3, 5), (0, 0, 1, 6))) is None
    assert watch.check(NONE, NONE, accesses((0, 1, 0, 7))) is None
    assert watch.check(accesses((1, 0, 4, 8)), NONE, NONE) == (0, (0, 0, 3, 5), (1, 0, 4, 8))


def test_the_element_that_races_is_named():
    at = np.array([4, 2, 2, 3], np.int64)
    loads = Accesses(at, np.array([packed(0, 0, thread) for thread in (0, 1, 2, 3)], np.int64))
    stores = Accesses(np.array([2], np.int64), np.array([packed(0, 0, 1)], np.int64))
    assert Watch(5).check(loads, stores, NONE) == (2, (0, 0, 1, 0), (0, 0, 2, 0))
