"""What others get wrong, or differently: sums in a dtype that is asked for, truth values as masks, whole floats."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import arrays, as_tensor, shapes

import minitensor as mt
from minitensor.errors import DTypeError, InputError

LARGE = [2**63 - 1, 1]


def test_what_is_added_in_floats_is_a_float_before(backend):
    assert mt.sum(mt.tensor(LARGE), dtype="float64").item() == 2.0**63
    assert mt.cumulative_sum(mt.tensor(LARGE), dtype="float64").tolist() == [2.0**63, 2.0**63]
    assert mt.prod(mt.tensor([2**40, 2**40]), dtype="float64").item() == 2.0**80
    assert mt.cumulative_prod(mt.tensor([2**40, 2**40]), dtype="float64").tolist() == [2.0**40, 2.0**80]
    assert mt.linalg.trace(mt.tensor([[2**63 - 1, 0], [0, 1]]), dtype="float64").item() == 2.0**63
    with pytest.raises(DTypeError, match="prod: a product is too large for 64 bits"):
        mt.prod(mt.tensor([2**40, 2**40]))
    with pytest.raises(DTypeError, match="sum: int8 does not hold all results, which are int64"):
        mt.sum(mt.tensor([100, 100], "int8"), dtype="int8")


@pytest.mark.parametrize("at", [[0.0, 2.0, 3.0], [0.0, 0.0, 3.0], [1.0, 2.0, 3.0], [0.0, 0.0, 0.0]])
def test_second_derivatives_of_a_product_with_zeros(backend, at):
    found = [mt.grad(lambda x, k=k: mt.grad(mt.prod)(x)[k])(mt.tensor(at)).tolist() for k in range(3)]
    a, b, c = at
    assert found == [[0.0, c, b], [c, 0.0, a], [b, a, 0.0]]


def test_a_truth_value_as_a_mask(backend):
    x = mt.tensor([1, 2, 3])
    assert x[mt.tensor(True)].tolist() == [[1, 2, 3]]
    assert x[mt.tensor(False)].shape == (0, 3)


def test_whole_floats_become_integers_where_they_are_asked_for(backend):
    assert mt.asarray(mt.tensor([1.0, -0.0]), dtype="int64").tolist() == [1, 0]
    for wrong in ([1.5], [2.0**63], [float("nan")], [float("inf")]):
        with pytest.raises(DTypeError, match="int64 elements cannot hold float64 values unchanged"):
            mt.asarray(mt.tensor(wrong), dtype="int64")


@given(data=st.data())
def test_distinct_elements_are_numpys(backend, data):
    x = data.draw(arrays(data.draw(shapes(max_dims=2)), "int64", st.integers(-2, 2)))
    for name in ("unique_all", "unique_counts", "unique_inverse"):
        for ours, numpys in zip(getattr(mt, name)(as_tensor(x)), getattr(np, name)(x), strict=True):
            np.testing.assert_array_equal(ours.numpy(), numpys, strict=True)


@pytest.mark.parametrize("name", ["eigh", "eigvalsh", "svd", "qr", "cholesky", "inv", "det", "slogdet"])
def test_a_matrix_that_holds_nan_is_not_taken_apart(backend, name):
    with pytest.raises(InputError, match=rf"^{name}: a matrix of shape \(2, 2\) holds NaN"):
        getattr(mt.linalg, name)(mt.tensor([[float("nan"), 1.0], [1.0, 1.0]]))


def test_differences_take_how_often_second_as_numpys_do(backend):
    x = mt.tensor([[1, 4], [9, 16], [25, 36]])
    np.testing.assert_array_equal(mt.diff(x, 2, 0).numpy(), np.diff(x.numpy(), 2, 0))


def test_matplotlib_has_the_columns_of_a_table():
    counts, _, _ = plt.hist(mt.arange(6.0).reshape(2, 3))
    plt.close()
    assert len(counts) == 3


def test_a_device_is_looked_for_near_the_tensor(backend):
    x = mt.ones(2)
    assert x.to_device(str(x.device)).backend == x.backend
    assert mt.asarray(x, device=str(x.device)) is x
    assert mt.zeros(2, device=x.device).backend == x.backend
