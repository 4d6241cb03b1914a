"""The matmul ladder: every rung is ``@`` within the rounding of its dtype and its length of sum."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import as_tensor, tensors

import minitensor as mt
from minitensor.matrix_product import rungs as matmul

RUNGS = matmul.LADDER.rungs
sizes = st.integers(0, 7)


@st.composite
def pairs(draw):
    """Matrices that can be multiplied, of any sizes, memory layout and float dtype."""
    m, k, n = draw(st.tuples(sizes, sizes, sizes))
    dtype = draw(st.sampled_from(["float32", "float64"]))
    real = st.floats(-1e3, 1e3, width=32)
    return draw(tensors((m, k), dtype, real)), draw(tensors((k, n), dtype, real))


@pytest.mark.parametrize("rung", RUNGS, ids=lambda rung: rung.__name__)
@given(data=st.data())
def test_every_rung_is_the_matrix_product(backend, rung, data):
    a, b = data.draw(pairs())
    found = rung(a, b)
    exact = a.numpy().astype("float64") @ b.numpy().astype("float64")
    size = abs(a.numpy()).astype("float64") @ abs(b.numpy()).astype("float64")
    assert found.shape == exact.shape
    assert found.dtype == a.dtype
    assert found.backend == backend
    kind, k = np.finfo(a.dtype), a.shape[1]
    assert (abs(found.numpy() - exact) <= (k + 1) * kind.eps * size + k * kind.tiny).all()


@pytest.mark.parametrize("wrong", [lambda a, b: (a @ b) * (1 + 1e-3), lambda a, b: b @ a, lambda a, b: a @ b.T])
def test_the_tolerance_rejects_wrong_products(backend, wrong):
    rng = mt.random.generator(0)
    a, b = (mt.random.normal(rng, (9, 9), dtype="float32") for _ in range(2))
    assert not (abs(wrong(a, b) - a @ b) <= matmul.tolerance(a, b)).all()


@pytest.mark.parametrize("rung", [matmul.broadcasting, matmul.broadcasting_3d], ids=lambda rung: rung.__name__)
def test_the_memory_formula_is_what_the_rung_takes(rung):
    with mt.use_backend("numpy"):  # others take half a table more for an accurate sum
        a, b = mt.ones((31, 183), "float32"), mt.ones((183, 797), "float32")
    rung(a, b)
    tracemalloc.start()
    out = rung(a, b)
    peak = tracemalloc.get_traced_memory()[1] - out.numpy().nbytes
    tracemalloc.stop()
    assert 0.9 * rung.memory(a, b) <= peak <= 1.2 * rung.memory(a, b)


@pytest.mark.parametrize("rung", RUNGS, ids=lambda rung: rung.__name__)
@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        (mt.ones((2, 3)), mt.ones((2, 3)), r"a of shape \(2, 3\) has 3 on axis 1, b of shape \(2, 3\) has 2 on axis 0"),
        (mt.ones(3), mt.ones((3, 2)), r"a has shape \(3,\); a matrix has two axes"),
        (mt.ones((3, 2)), mt.ones((2, 2, 2)), r"b has shape \(2, 2, 2\)"),
        (mt.ones((2, 2)), mt.ones((2, 2), "int64"), r"b is int64, not floats; use .astype"),
    ],
)
def test_bad_input_is_named(rung, a, b, message):
    with pytest.raises((ValueError, TypeError), match=message):
        rung(a, b)


def test_mixed_floats_promote_as_in_numpy():
    a, b = mt.ones((2, 3), "float32"), mt.ones((3, 4), "float64")
    assert {str(rung(a, b).dtype) for rung in RUNGS} == {"float64"}


def test_share_and_flops(backend):
    a, b = mt.ones((10, 4)), mt.ones((4, 3))
    assert matmul.flops(a, b) == 2 * 10 * 4 * 3
    assert matmul.flops(*matmul.share(0.3, a, b)) == 2 * 3 * 4 * 3
    assert matmul.share(1e-9, a, b)[0].shape == (1, 4)
    assert matmul.share(0.5, as_tensor(np.ones((0, 4))), b)[0].shape == (0, 4)
