"""Results that no machine has room for are refused by name before anything is allocated."""

import tracemalloc

import numpy as np
import pytest

import minitensor as mt
from minitensor import backend
from minitensor.einsums import memory
from minitensor.einsums.calls import calls_of
from minitensor.einsums.planner import plan, tidied
from minitensor.errors import OutOfMemoryError

WIDE = 10**6  # squared, 8 TB


@pytest.fixture
def free(monkeypatch):
    """A machine with this many bytes free."""
    monkeypatch.setattr(type(backend.load("numpy")), "free_memory", lambda self: 10**9)


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
    monkeypatch.setattr(type(backend.load("numpy")), "free_memory", lambda self: None)
    assert mt.einsum("i,j->ij", mt.ones(3000), mt.ones(4001)).shape == (3000, 4001)


def test_this_machine_tells_or_says_that_it_does_not():
    found = backend.load("numpy").free_memory()
    assert found is None or 2**20 < found < 2**50


def calls(spec, shapes, *dtypes):
    tidy = tidied(spec, tuple(shapes))
    return tidy, calls_of(plan(tidy), tidy.fitted.terms, [np.dtype(dtype) for dtype in dtypes])


def test_a_small_result_costs_no_look():
    def run(array):
        return array

    tidy, small = calls("i,i->i", [(5,), (5,)], "float64", "float64")
    assert memory.guarded(run, backend.load("numpy"), tidy, small) is run


@pytest.mark.parametrize(
    ("spec", "shapes", "dtypes", "bytes_"),
    [
        ("ij,jk->ik", [(3, 4), (4, 5)], ["float64"] * 2, 15 * 8),
        ("ij,jk,kl->il", [(3, 4), (4, 5), (5, 6)], ["float32"] * 3, (15 + 18) * 4),
        # The first product is not yet gone when the second is made; a product is written over one of its factors.
        ("ab,bc,cd,de->ae", [(4, 4)] * 4, ["float64"] * 4, 2 * 16 * 8),
        ("ij,ij,ij,ij->ij", [(3, 4)] * 4, ["float64"] * 4, 12 * 8),
        # What is converted counts when its turn comes: both operands and their product in float32.
        ("ij,jk->ik", [(3, 4), (4, 5)], ["float16"] * 2, (12 + 20 + 15) * 4),
        ("ij,jk,kl->il", [(3, 4), (4, 5), (5, 6)], ["float16"] * 3, (15 + 30 + 18) * 4),
        ("ij,jk->ik", [(3, 4), (4, 5)], ["float32", "float64"], (12 + 15) * 8),
        ("ij,jk->ik", [(3, 4), (4, 5)], ["bool"] * 2, 15),
        ("ij->ji", [(3, 4)], ["float64"], 0),
    ],
)
def test_what_lives_at_one_time(spec, shapes, dtypes, bytes_):
    tidy, found = calls(spec, shapes, *dtypes)
    assert memory.most_memory(found, tidy.fitted.sizes) == bytes_


def test_what_lives_at_one_time_counts_together(free):
    """Neither result is too large alone, and so it is with a converted operand."""
    with pytest.raises(OutOfMemoryError) as caught:
        mt.einsum("ab,bc,cd->ad", *[everywhere(8000, 8000)] * 3)
    assert str(caught.value) == (
        "einsum 'ab,bc,cd->ad': the intermediate result ac, shape (8000, 8000), takes 512 MB, 1.02 GB with what lives "
        "beside it, and 1 GB of memory are free\n"
        "fix: give memory_limit=, the most elements one may have, or compute in parts"
    )
    with pytest.raises(OutOfMemoryError, match=r"operand 0 as float32 ij, shape \(20000, 20000\), takes 1.6 GB"):
        mt.einsum("ij,j->i", *[mt.ones(1, "float16").expand(*shape) for shape in ((20_000, 20_000), (20_000,))])


@pytest.mark.parametrize("dtype", ["int8", "bool", "int64"])
@pytest.mark.parametrize("product", [mt.matmul, lambda a, b: mt.einsum("ij,jk->ik", a, b)])
def test_large_products_of_integers_take_little_beside_their_result(dtype, product):
    a, b = mt.ones((2600, 64), dtype), mt.ones((64, 2600), dtype)
    tracemalloc.start()
    result = product(a, b)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert result[-1, -1].item() == (dtype == "bool" or 64)
    assert peak < 2600 * 2600 * a.dtype.itemsize + 4e7


def test_float16_is_converted_when_its_turn_comes():
    tensors = [mt.full((640, 640), 0.01, "float16") for _ in range(4)]
    mt.einsum("ab,bc,cd,de->ae", *tensors)
    tracemalloc.start()
    mt.einsum("ab,bc,cd,de->ae", *tensors)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3.2 * 640 * 640 * 4
