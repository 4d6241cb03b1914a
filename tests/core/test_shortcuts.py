"""What the shortcuts of NumPy's backend must not do: each case once came out wrong there, and right on the standard."""

import math
import operator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import arrays, as_tensor

import minitensor as mt
from minitensor.errors import AxisError, DTypeError, IndexingError, InputError, MinitensorError, ShapeError

T = mt.tensor


def test_a_list_in_an_index_is_written_through_as_it_is_read(backend):
    value = T([[1.0, 2.0], [3.0, 4.0]])
    x = mt.zeros((2, 2, 2))
    x[0, :, [1, 0]] = value
    assert x[0, :, [1, 0]].tolist() == value.tolist()
    assert x[0, :, T([1, 0])].tolist() == value.tolist()
    with pytest.raises(MinitensorError):
        mt.zeros((3, 4, 5))[0, :, [0, 1]] = mt.ones((2, 4))


@pytest.mark.parametrize("key", [True, (True,), (0, True), (True, 0), (False, 0)])
def test_truth_values_are_no_index_to_write_to(backend, key):
    x = mt.zeros((2, 3))
    with pytest.raises(IndexingError, match="is not an index; a mask is a tensor of bool"):
        x[key] = 5.0
    assert not x.any()


def test_a_power_that_is_refused_in_place_changes_nothing(backend):
    x = T([3, 2, 2])
    if backend == "numpy":  # the standard leaves it open what comes of it
        with pytest.raises(DTypeError, match=r"write a\.astype\('float64'\) \*\* b$"):
            x **= T([2, -1, 2])
        assert x.tolist() == [3, 2, 2]
    x **= T([2, 1, 0])
    assert x.tolist() == [9, 2, 1]


@pytest.mark.parametrize("call", [
    lambda x: mt.argsort(x, None), lambda x: mt.cumsum(x, None), lambda x: mt.sort(x, None),
])  # fmt: skip
def test_one_axis_is_wanted_and_none_is_not_one(backend, call):
    with pytest.raises(AxisError, match="an axis is an int, not None"):
        call(mt.ones((2, 3)))


@pytest.mark.parametrize("dtypes", [
    ("int16", "uint16", "complex64"), ("int16", "uint16", "float32"), ("int8", "uint8", "float16"), ("float32",) * 3,
])  # fmt: skip
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_a_stack_of_several_dtypes_promotes_as_in_numpy(dtypes, axis):
    parts = [np.arange(3).astype(dtype) for dtype in dtypes]
    with mt.use_backend("numpy"):
        result = mt.stack([mt.as_tensor(part) for part in parts], axis)
    np.testing.assert_array_equal(result.numpy(), np.stack(parts, axis), strict=True)


@pytest.mark.parametrize("kind", [np.float64, np.int64, np.int8, float, int])
def test_limits_and_powers_of_numpy_do_not_change_the_dtype(backend, kind):
    x = T([-1.0, 0.5, 9.0], "float32")
    assert mt.clip(x, kind(0), kind(5)).dtype == "float32"
    assert mt.clip(x, kind(0), kind(5)).tolist() == [0.0, 0.5, 5.0]
    assert mt.norms.norm(x, kind(3)).dtype == "float32"
    assert x.var(correction=kind(1)).dtype == "float32"
    assert x.std((0,), correction=kind(1)).dtype == "float32"
    np.testing.assert_allclose(x.var(correction=kind(1)).item(), np.var([-1, 0.5, 9], ddof=1), 1e-6)


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda x: mt.clip(x, np.array([1.0]), np.array([2.0])), InputError, "is no limit|not a limit"),
    (lambda x: mt.clip(mt.ones(2, "int64"), 10**400), DTypeError, "^clip: int64 elements cannot hold the limit 1000"),
    (lambda x: x.var(correction="a"), InputError, "^var: correction='a' is not a number"),
    (lambda x: x.std(correction=None), InputError, "^std: correction=None is not a number"),
    (lambda x: x.sum(keepdims=None), InputError, "^sum: keepdims=None is neither True nor False"),
    (lambda x: x.sum(keepdims="no"), InputError, "^sum: keepdims='no' is neither"),
    (lambda x: T(3.0).expand(-1), ShapeError, "^expand: "),
    (lambda x: mt.ones((1,)).expand(10**20, 3), MinitensorError, "^expand: "),
    (lambda x: mt.ones(()).expand((1,) * 70), MinitensorError, "^expand: "),
    (lambda x: x.reshape(-2, 3), ShapeError, "negative size"),
    (lambda x: x.reshape(None), ShapeError, "made of integers"),
    (lambda x: x.reshape(3, 2, order="F"), TypeError, "reshape has no argument order: it takes shape, copy"),
    (lambda x: mt.norms.norm(mt.zeros((0, 0)), axis=0), ShapeError, "^norm over axes"),
    (lambda x: mt.norms.norm(T(3.0), axis=0, keepdims=True), AxisError, "there is no axis 0"),
    (lambda x: mt.norms.norm(x, 10**400), DTypeError, "^norm: p is a int"),
    (lambda x: mt.norms.norm(x, np.array([1.0, 2.0])), DTypeError, "^norm: p is a ndarray"),
    (lambda x: operator.setitem(x, 0, 10**400), DTypeError, "float64 elements cannot hold 1000"),
    (lambda x: operator.setitem(x, slice("a"), 1.0), IndexingError, "the tensor has shape"),
    (lambda x: operator.setitem(x, 0, [[1], [1, 2]]), ShapeError, "are not a rectangle"),
    (lambda x: x[mt.ones((2, 3), "bool"), None], IndexingError, "a mask of several axes stands first"),
])  # fmt: skip
def test_bad_arguments_are_named_on_every_backend(backend, call, error, message):
    with pytest.raises(error, match=message) as caught:
        call(mt.ones((2, 3)))
    assert isinstance(caught.value, MinitensorError)


def test_keepdims_of_numpy_is_a_truth_value(backend):
    assert mt.ones((2, 3)).sum(0, np.True_).shape == (1, 3)
    assert mt.ones((2, 3)).argmax(0, np.False_).shape == (3,)


def test_a_norm_of_float16_has_room_for_its_sums():
    with mt.use_backend("numpy"):
        x = mt.ones(70_000, "float16")
        for p in (2, 3, 1.5):
            assert math.isclose(mt.norms.norm(x, p).item(), 70_000 ** (1 / p), rel_tol=2e-3)
            assert mt.norms.norm(x, p).dtype == "float16"


def test_no_function_gives_a_view_that_writes_to_its_input(backend):
    for x, call in ((mt.ones(3), mt.clip), (mt.ones(3), mt.conj), (mt.ones(3, "complex128"), mt.real)):
        before = x.tolist()
        y = call(x)
        y += 1
        assert x.tolist() == before


def test_values_of_another_kind_are_written_in_the_dtype_of_the_tensor(backend):
    x = mt.zeros(3)
    x[:] = [1, 2, 3]
    assert x.tolist() == [1.0, 2.0, 3.0]
    x[0], x[1], x[2] = True, np.int64(2), 2**70
    assert x.tolist() == [1.0, 2.0, 2.0**70]
    x[x > 1.5] = T([7, 8])
    assert x.tolist() == [1.0, 7.0, 8.0]


@given(arrays(dtype="bool").filter(lambda a: a.size and a.ndim))
def test_truth_values_have_a_largest_an_order_and_totals(backend, a):
    x = as_tensor(a)
    for name in ("max", "min"):
        np.testing.assert_array_equal(getattr(x, name)(0).numpy(), getattr(a, name)(0), strict=True)
    np.testing.assert_array_equal(mt.sort(x).numpy(), np.sort(a), strict=True)
    np.testing.assert_array_equal(mt.argsort(x).numpy(), np.argsort(a, kind="stable"), strict=True)
    np.testing.assert_array_equal(mt.cumsum(x).numpy(), np.cumsum(a, -1), strict=True)


@given(st.data())
def test_reading_and_writing_agree_for_every_index_that_holds_a_list(backend, data):
    shape = (2, 3, 4)
    key = []
    for size in shape:
        some = st.lists(st.integers(0, size - 1), min_size=1, max_size=3, unique=True)
        key.append(data.draw(some | st.integers(0, size - 1) | st.just(slice(None))))
    if sum(isinstance(part, list) for part in key) != 1:
        return
    x = mt.arange(24.0).reshape(*shape).copy()
    part = x[tuple(key)]
    value = as_tensor(np.random.default_rng(0).random(part.shape))
    x[tuple(key)] = value
    assert x[tuple(key)].tolist() == value.tolist()


def test_an_unsigned_index_beyond_int64_is_out_of_bounds(backend):
    x, largest = mt.arange(3), mt.tensor([2**64 - 1], "uint64")
    for use in (lambda: x[largest], lambda: mt.take(x, largest), lambda: x.__setitem__(largest, 9)):
        with pytest.raises(IndexingError, match="out of bounds for axis 0 with size 3"):
            use()
    assert x.tolist() == [0, 1, 2]
    assert x[mt.tensor([2], "uint64")].tolist() == [2]


@pytest.mark.parametrize("function", [mt.maximum, mt.minimum])
def test_the_larger_of_integers_is_an_integer(backend, function):
    with pytest.raises(DTypeError, match=r"no integer dtype holds both uint64 and int64; cast one"):
        function(mt.tensor([2**53 + 1]), mt.tensor([1], "uint64"))
    assert function(mt.tensor([2], "uint8"), mt.tensor([2])).dtype == "int64"


@pytest.mark.parametrize("correction", [float("nan"), float("inf"), float("-inf"), 3])
@pytest.mark.parametrize("axis", [None, 0])
def test_a_correction_leaves_a_number_to_divide_by(backend, correction, axis):
    with pytest.raises(InputError, match=r"^var: 3 elements are too few for correction="):
        mt.arange(3.0).var(axis=axis, correction=correction)
