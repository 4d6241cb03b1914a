import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import DTYPES, FLOATS, INTS, arrays, as_tensor, shapes

import minitensor as mt
from minitensor.core.tensor import Tensor
from minitensor.errors import DTypeError, InputError, ShapeError

small = st.integers(-20, 20)


def same(result, expected):
    """`result` is a Tensor on the current backend, equal to NumPy's `expected` in shape, dtype and elements."""
    assert type(result) is Tensor
    assert result.backend == mt.get_backend()
    np.testing.assert_array_equal(result.numpy(), np.asarray(expected), strict=True)


@given(arrays(dtype=st.sampled_from(DTYPES)), st.sampled_from([None, *FLOATS]))
def test_lists_become_what_numpy_makes_of_them(backend, a, dtype):
    same(mt.tensor(a.tolist(), dtype), np.array(a.tolist(), dtype))


@pytest.mark.parametrize(("data", "dtype"), [
    (1.5, "float64"), (2, "int64"), (True, "bool"), (1j, "complex128"), ([], "float64"), ([[], []], "float64"),
    (((1, 2), (3, 4)), "int64"), ([1, 2.5], "float64"), (range(3), "int64"), (np.float32(2), "float32"),
])  # fmt: skip
def test_each_kind_of_data_has_its_dtype(backend, data, dtype):
    same(mt.tensor(data), np.array(data, dtype))


@given(arrays(dtype=st.sampled_from(DTYPES)), st.sampled_from([None, *FLOATS]))
def test_arrays_are_copied_from_numpy(backend, a, dtype):
    before = a.astype(dtype or a.dtype)
    x = mt.tensor(a, dtype)
    a[...] = 0
    same(x, before)


@given(arrays(dtype=st.sampled_from(DTYPES)), st.sampled_from([None, "float32", "int64"]))
def test_tensors_are_copied_and_come_to_the_current_backend(backend, a, dtype):
    with mt.use_backend("strict" if backend == "numpy" else "numpy"):
        there = as_tensor(a)
    x, y = as_tensor(a), mt.tensor(there, dtype)
    same(y, a.astype(dtype or a.dtype))
    z = mt.tensor(x)
    z[...] = mt.zeros((), z.dtype)
    same(x, a)


@given(st.integers(0, 3), st.data())
def test_a_list_of_tensors_is_stacked(backend, count, data):
    shape = data.draw(shapes(max_dims=2))
    parts = [data.draw(arrays(shape)) for _ in range(count)]
    same(mt.tensor([as_tensor(part) for part in parts]), np.array(parts))


def test_a_raw_array_of_another_backend_is_copied(backend):
    there = mt.as_tensor(np.arange(3.0)).to("strict")
    same(mt.tensor(there.array), np.arange(3.0))


def test_torch_tensors_come_over_dlpack(backend):
    torch = pytest.importorskip("torch", reason="torch is the other side of the exchange")
    there = torch.arange(6, dtype=torch.float32).reshape(2, 3).T
    x = mt.tensor(there)
    same(x, there.numpy())
    there[0, 0] = 7
    assert x[0, 0].item() == 0.0


@pytest.mark.parametrize(
    "data", [[[1, 2], [3]], [1, [2]], [[[1], [2]], [[3], [4, 5]]], [np.ones((2, 3)), np.ones((2, 4))]]
)
@pytest.mark.parametrize("dtype", [None, "float32"])
def test_ragged_lists_are_refused(backend, data, dtype):
    with pytest.raises(ShapeError, match=r"^tensor: the lists are not a rectangle: "):
        mt.tensor(data, dtype)


@pytest.mark.parametrize("data", ["text", ["a", "b"], [1, "b"], None, [None], {1, 2}, object(), [2**70], ["1.5"]])
def test_what_is_no_number_is_refused(backend, data):
    with pytest.raises(DTypeError, match=r"^tensor: elements of type .* are not numbers: "):
        mt.tensor(data)


@pytest.mark.parametrize(
    ("data", "dtype", "message"),
    [
        ("text", "float32", "elements of type <U4 are not numbers: 'text'"),
        (["a"], "int64", r"elements of type <U1 are not numbers: \['a'\]"),
        ([{}], "float64", r"elements of type object are not numbers: \[{}\]"),
        ([[1.0], [None]], "float64", r"elements of type object are not numbers: \[\[1.0\], \[None\]\]"),
        ([1j], "float64", r"\[1j\] cannot become float64: "),
    ],
)
def test_what_does_not_become_the_dtype_is_not_called_ragged(backend, data, dtype, message):
    with pytest.raises(DTypeError, match=rf"^tensor: {message}"):
        mt.tensor(data, dtype)


@pytest.mark.parametrize("make", [
    lambda d: mt.tensor([1], d), lambda d: mt.zeros(2, d), lambda d: mt.arange(2, dtype=d),
    lambda d: mt.eye(2, dtype=d), lambda d: mt.linspace(0, 1, 2, d), lambda d: mt.full(2, 1, d),
])  # fmt: skip
def test_a_dtype_that_is_none_is_refused(backend, make):
    with pytest.raises(DTypeError, match=r"^'flaot32' is not a dtype of numbers; write one such as 'float32'"):
        make("flaot32")


@given(shapes(), st.sampled_from(DTYPES), st.integers(0, 1))
def test_zeros_ones_and_full_are_numpys(backend, shape, dtype, value):
    same(mt.zeros(shape, dtype), np.zeros(shape, dtype))
    same(mt.ones(list(shape), dtype), np.ones(shape, dtype))
    same(mt.full(shape, value, dtype), np.full(shape, value, dtype))


@pytest.mark.parametrize("value", [7, 7.5, True, 1j, np.float32(2)])
def test_full_takes_the_dtype_of_its_value(backend, value):
    same(mt.full((2, 1), value.item() if isinstance(value, np.generic) else value, np.asarray(value).dtype),
         np.full((2, 1), value))  # fmt: skip
    if not isinstance(value, np.generic):
        same(mt.full((2, 1), value), np.full((2, 1), value))


def test_zeros_and_ones_are_float64_unless_told(backend):
    assert mt.zeros(2).dtype == mt.ones(2).dtype == mt.eye(2).dtype == mt.linspace(0, 1, 3).dtype == "float64"


def test_a_shape_may_be_one_size(backend):
    assert mt.zeros(3).shape == mt.zeros((3,)).shape == mt.zeros(np.int64(3)).shape == (3,)
    assert mt.zeros(()).shape == ()


@pytest.mark.parametrize("shape", [-1, (2, -1), 2.0, (2, 3.0), "ab", None, (2, None)])
@pytest.mark.parametrize("make", [mt.zeros, mt.ones, lambda shape: mt.full(shape, 1)])
def test_a_bad_shape_is_refused(backend, make, shape):
    with pytest.raises(ShapeError) as caught:
        make(shape)
    assert str(caught.value) == f"a shape is made of integers that are not negative, not {shape}"


@given(small, small, st.integers(-5, 5).filter(bool))
def test_arange_of_ints_is_pythons_range(backend, start, stop, step):
    same(mt.arange(start, stop, step), np.array(range(start, stop, step), "int64"))
    same(mt.arange(stop), np.array(range(stop), "int64"))


@given(small, small, st.sampled_from([0.25, -0.5, 1.0, 3.5]), st.sampled_from([None, *FLOATS]))
def test_arange_of_floats_is_numpys(backend, start, stop, step, dtype):
    same(mt.arange(start, stop, step, dtype), np.arange(start, stop, step, dtype))


def test_a_step_of_zero_never_arrives(backend):
    with pytest.raises(InputError, match=r"^arange from 0 to 3: a step of 0 never arrives$"):
        mt.arange(0, 3, 0)


@given(small, small, st.integers(0, 9), st.sampled_from(FLOATS))
def test_linspace_is_numpys(backend, start, stop, num, dtype):
    same(mt.linspace(start, stop, num, dtype), np.linspace(start, stop, num, dtype=dtype))


@given(st.integers(0, 5), st.none() | st.integers(0, 5), st.sampled_from([*INTS, *FLOATS]))
def test_eye_is_numpys(backend, rows, columns, dtype):
    same(mt.eye(rows, columns, dtype), np.eye(rows, columns, dtype=dtype))


@pytest.mark.parametrize("make", [
    lambda: mt.tensor([1.0]), lambda: mt.zeros(2), lambda: mt.arange(3), lambda: mt.eye(2),
    lambda: mt.linspace(0, 1, 2), lambda: mt.full(2, 3),
])  # fmt: skip
def test_new_tensors_are_made_on_the_current_backend(make):
    for name in ("numpy", "strict"):
        with mt.use_backend(name):
            assert make().backend == name
