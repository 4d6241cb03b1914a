"""Results that no machine has room for are refused by name before anything is allocated."""

import numpy as np
import pytest

import minitensor as mt
from minitensor import backend
from minitensor.einsums import memory
from minitensor.einsums.planner import tidied
from minitensor.errors import OutOfMemoryError

WIDE = 10**6  # squared, 8 TB


@pytest.fixture
def free(monkeypatch):
    """A machine with this many bytes free."""
    monkeypatch.setattr(backend.load("numpy"), "free_memory", lambda: 10**9, raising=False)


def everywhere(*shape):
    """A tensor that takes no memory, whatever its shape."""
    return mt.ones(1).expand(*shape)


def test_an_intermediate_result_is_named(free):
    with pytest.raises(OutOfMemoryError) as caught:
        mt.einsum("ij,ij,ij->", *[everywhere(WIDE, WIDE)] * 3)
    assert str(caught.value) == (
        "einsum 'ij,ij,ij->': the intermediate result ij, shape (1000000, 1000000), takes 8 TB, "
        "and 1 GB of memory are free\n"
        "fix: give memory_limit=, the most elements one may have, or compute in parts"
    )


def test_so_is_the_answer(free):
    for _ in range(2):  # also from the table of what is compiled
        with pytest.raises(MemoryError) as caught:
            mt.einsum("i,j->ji", *[everywhere(WIDE).astype("float32")] * 2)
        assert str(caught.value) == (
            "einsum 'i,j->ji': the result ji, shape (1000000, 1000000), takes 4 TB, "
            "and 1 GB of memory are free\n"
            "fix: compute it in parts, or in a smaller dtype"
        )


def test_what_fits_is_computed(free):
    a, b = mt.ones(3000), mt.ones(4000)
    assert 8 * a.size * b.size > memory.LARGE
    assert mt.einsum("i,j->ij", a, b)[-1, -1].item() == 1.0


def test_where_the_system_does_not_tell_nothing_is_refused(monkeypatch):
    monkeypatch.setattr(backend.load("numpy"), "free_memory", lambda: None, raising=False)
    assert mt.einsum("i,j->ij", mt.ones(3000), mt.ones(4001)).shape == (3000, 4001)


def test_this_machine_tells_or_says_that_it_does_not():
    found = backend.load("numpy").free_memory()
    assert found is None or 2**20 < found < 2**50


def test_a_small_result_costs_no_look():
    def run(array):
        return array

    lib = backend.load("numpy")
    assert memory.guarded(run, lib, tidied("i,i->i", ((5,), (5,))), (), np.dtype("float64").itemsize) is run
