"""Every race is found, and nothing else: against all pairs of accesses, compared one with another."""

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from minitensor.gpu.races import Watch, pack, unpack

KINDS = ("load", "store", "atomic")
access = st.tuples(st.sampled_from(KINDS), st.integers(0, 2), st.integers(0, 1))  # kind, thread, address
launches = st.lists(st.lists(st.lists(access, max_size=5), min_size=1, max_size=3), min_size=1, max_size=3)


def race_between(one, other):
    """Whether two accesses race: (kind, block, interval, warp interval, thread, address) each."""
    kinds = {one[0], other[0]}
    apart = one[1] != other[1] or (one[2] == other[2] and one[4] != other[4])
    if one[1] == other[1] and one[4] // 32 == other[4] // 32 and one[3] != other[3]:
        apart = False  # a warp barrier lies between
    return one[5] == other[5] and apart and kinds not in ({"load"}, {"atomic"})


def first_race(launch):
    """The block and interval in which the first race comes to light, by comparing all pairs."""
    before = []
    for block, intervals in enumerate(launch):
        for number, made in enumerate(intervals):
            for kind, thread, address in made:
                before.append((kind, block, number, 0, thread, address))
            if any(race_between(one, other) for one in before for other in before):
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
            for kind, thread, address in made:
                race = watch.note(kind, np.array([address]), np.array([pack(block, number, 0, thread)]), 0)
                if race and not found:
                    found = block, number
                    one, other = race.who
                    assert (block, number) == max(one[:2], other[:2])
                    assert one.block != other.block or one.thread != other.thread
        if found:
            break
    assert found == first_race(launch)


step = st.tuples(
    st.sampled_from(KINDS),
    st.lists(st.tuples(st.integers(0, 1), st.sampled_from([0, 1, 33]), st.integers(0, 1)), min_size=1, max_size=4),
    st.sampled_from(["", "barrier", "warp barrier"]),
)


@given(steps=st.lists(step, max_size=8))
def test_a_race_is_found_whatever_many_threads_do_at_once(steps):
    """Blocks run together: what each does at a step, and then perhaps a barrier, which `passed` may forget by."""
    watch, before, interval, warp_interval = Watch(4), [], 0, 0
    for kind, who, then in steps:
        who = list(dict.fromkeys(who))
        made = [(kind, block, interval, warp_interval, thread, address) for block, thread, address in who]
        before += made
        expected = any(race_between(one, other) for one in before for other in before)
        packed = np.array([pack(each[1], interval, warp_interval, each[4]) for each in made])
        assert bool(watch.note(kind, np.array([each[5] for each in made]), packed, 0)) is expected
        if expected:
            return
        interval, warp_interval = interval + (then == "barrier"), warp_interval + (then == "warp barrier")
        if then == "barrier" and len({block for _, who, _ in steps for block, _, _ in who}) == 1:
            watch.passed()


@given(st.integers(0, 2**20), st.integers(0, 2**17 - 1), st.integers(0, 2**14 - 1), st.integers(0, 1023))
def test_who_is_packed_without_loss(block, interval, warp_interval, thread):
    assert unpack(pack(block, interval, warp_interval, thread)) == (block, interval, warp_interval, thread)


def noted(watch, kind, *made):
    """Accesses to element 0 that are made at once: (block, interval, thread) each; the site is that of the first."""
    who = np.array([pack(block, interval, 0, thread) for block, interval, thread, _ in made])
    return watch.note(kind, np.zeros(len(made), np.int64), who, made[0][3])


def test_of_two_readers_the_first_is_named():
    """And not one that read after a barrier."""
    watch = Watch(1)
    assert noted(watch, "load", (0, 0, 1, 5), (0, 0, 3, 5)) is None
    race = noted(watch, "store", (1, 0, 4, 8))
    assert race == (0, ((0, 0, 0, 1), (1, 0, 0, 4)), ("load", "store"), (5, 8), False)


def test_beside_a_writer_the_reader_of_lowest_number_is_named():
    """Between two barriers; the writer, thread 1, has read too."""
    watch = Watch(1)
    assert noted(watch, "load", (0, 0, 1, 5), (0, 0, 2, 5), (0, 0, 3, 5)) is None
    race = noted(watch, "store", (0, 0, 1, 9))
    assert race == (0, ((0, 0, 0, 1), (0, 0, 0, 3)), ("store", "load"), (9, 5)) or race.who[1].thread == 2


def test_of_two_who_added_the_first_is_named():
    watch = Watch(1)
    assert noted(watch, "atomic", (0, 0, 1, 5), (0, 0, 3, 5)) is None
    assert noted(watch, "load", (1, 0, 4, 8)).who == ((0, 0, 0, 1), (1, 0, 0, 4))


def test_the_element_that_races_is_named():
    watch = Watch(5)
    assert watch.note("load", np.array([4, 2, 2, 3]), pack(0, 0, 0, np.arange(4)), 0) is None
    race = watch.note("store", np.array([2]), np.array([pack(0, 0, 0, 1)]), 1)
    assert (race.address, race.who) == (2, ((0, 0, 0, 1), (0, 0, 0, 2)))
