"""Who touches what in a launch, faults or not; and what a fault says of itself."""

import pickle

import numpy as np
import pytest

from minitensor.errors import BarrierError, DataRaceError, OutOfBoundsError, TranslationError, UnwrittenError
from minitensor.gpu import cuda, kernel
from minitensor.gpu.witness import witness


@kernel
def by_place_in_block(x, out, n):
    t = cuda.threadIdx.x
    if t < n:
        out[t] = x[t]


@kernel
def guard_lets_n_through(x, n):
    i = cuda.grid(1)
    if i <= n:
        x[i] = i


@kernel
def halo_that_nobody_fetches(x, out):
    s = cuda.shared_memory(np.float32, 6)
    i, t = cuda.grid(1), cuda.threadIdx.x
    s[t + 1] = x[i]
    cuda.syncthreads()
    out[i] = s[t] + s[t + 2]


@kernel
def barrier_in_the_guard(n):
    i = cuda.grid(1)
    if i < n:
        cuda.syncthreads()


@kernel
def goes_on_for_ever(x):
    while x[0] < 1:
        x[1] = 2


def arrays(*sizes):
    return [np.zeros(size, "float32") for size in sizes]


def error_of(launch, kind):
    with pytest.raises(kind) as caught:
        launch()
    return caught.value


def test_every_write_is_seen_though_they_race():
    x, out = arrays(10, 10)
    seen = witness(by_place_in_block, 3, 4, (x, out, 10))
    stores = [each for each in seen.touches if each.kind == "store"]
    assert seen.whole
    assert [each.array for each in stores] == ["out"]
    assert stores[0].addresses.tolist() == [0, 1, 2, 3] * 3
    assert stores[0].blocks.tolist() == [0] * 4 + [1] * 4 + [2] * 4
    assert stores[0].threads.tolist() == [0, 1, 2, 3] * 3


def test_what_is_read_though_nobody_wrote_it_is_seen():
    x, out = arrays(8, 8)
    seen = witness(halo_that_nobody_fetches, 2, 4, (x, out))
    loads = [each.addresses.tolist() for each in seen.touches if (each.kind, each.space) == ("load", "shared")]
    stores = [each for each in seen.touches if (each.kind, each.space) == ("store", "shared")]
    assert seen.whole
    assert loads == [[0, 1, 2, 3] * 2, [2, 3, 4, 5] * 2]
    assert stores[0].addresses.tolist() == [1, 2, 3, 4] * 2
    assert stores[0].size == 6


def test_nothing_is_changed():
    x, out = arrays(10, 10)
    x += 1
    witness(by_place_in_block, 3, 4, (x, out, 10))
    assert not out.any()


def test_where_it_cannot_go_on_the_variables_are_known():
    (x,) = arrays(10)
    error = error_of(lambda: guard_lets_n_through[3, 4](x, 10), OutOfBoundsError)
    seen = witness(guard_lets_n_through, 3, 4, (x, 10))
    assert not seen.whole
    assert seen.variables(error.facts.at) == {"n": 10, "i": 10}


def test_a_variable_without_a_value_is_not_known():
    @kernel
    def some_know(x, n):
        i = cuda.grid(1)
        if i < 2:
            here = i
        x[i + n] = here

    (x,) = arrays(4)
    error = error_of(lambda: some_know[1, 4](x, 4), OutOfBoundsError)
    assert witness(some_know, 1, 4, (x, 4)).variables(error.facts.at) == {"n": 4, "i": 0, "here": 0}
    other = error.facts.at._replace(thread=(3, 0, 0))
    assert witness(some_know, 1, 4, (x, 4)).variables(other) == {"n": 4, "i": 3}


def test_a_loop_that_goes_on_is_left():
    (x,) = arrays(2)
    assert not witness(goes_on_for_ever, 1, 1, (x,)).whole


def test_the_facts_of_an_index_outside():
    (x,) = arrays(10)
    facts = error_of(lambda: guard_lets_n_through[3, 4](x, 10), OutOfBoundsError).facts
    assert facts.kind == "out_of_bounds"
    assert (str(facts.element), facts.element.space, facts.does) == ("x[10]", "global", "writes")
    assert facts.at.who == "thread 2 of block 2"


def test_the_facts_of_a_race():
    x, out = arrays(10, 10)
    facts = error_of(lambda: by_place_in_block[3, 4](x, out, 10), DataRaceError).facts
    assert [each.kind for each in facts.accesses] == ["store", "store"]
    assert {each.at.block[0] for each in facts.accesses} <= {0, 1, 2}
    assert str(facts.element) == "out[0]"


def test_the_accesses_of_a_race_are_in_the_order_in_which_they_came():
    @kernel
    def read_then_written(x, out):
        s = cuda.shared_memory(np.float32, 4)
        t = cuda.threadIdx.x
        s[t] = x[t]
        cuda.syncthreads()
        out[t] = s[3 - t]
        s[t] = out[t]

    @kernel
    def written_then_read(x, out):
        s = cuda.shared_memory(np.float32, 4)
        t = cuda.threadIdx.x
        s[t] = x[t]
        out[t] = s[3 - t]

    x, out = arrays(4, 4)
    for which, order in (read_then_written, ["load", "store"]), (written_then_read, ["store", "load"]):
        facts = error_of(lambda which=which: which[1, 4](x, out), DataRaceError).facts
        assert [each.kind for each in facts.accesses] == order


def test_the_facts_of_others():
    x, out = arrays(8, 8)
    assert str(error_of(lambda: halo_that_nobody_fetches[2, 4](x, out), UnwrittenError).facts.element) == "s[0]"
    facts = error_of(lambda: barrier_in_the_guard[1, 4](3), BarrierError).facts
    assert (facts.at.name, facts.other.name, facts.detail) == ("thread 0", "thread 3", "ended")

    @kernel
    def has_a_list(x):
        x[0] = len([1, 2])

    facts = error_of(lambda: has_a_list[1, 1](x), TranslationError).facts
    assert facts.kind == "refused"
    assert "no lists in a kernel" in facts.detail


def test_an_error_travels_with_its_facts():
    (x,) = arrays(10)
    error = error_of(lambda: guard_lets_n_through[3, 4](x, 10), OutOfBoundsError)
    assert pickle.loads(pickle.dumps(error)).facts == error.facts
