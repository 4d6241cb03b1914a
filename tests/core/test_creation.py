import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import DTYPES, FLOATS, INTS, arrays, as_tensor, shapes

import minitensor as mt
from minitensor.core.tensor import Tensor
from minitensor.errors import DTypeError, InputError, OutOfMemoryError, ShapeError

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
    x = as_tensor(a)
    if dtype == "int64" and a.dtype.kind == "f" and a.size:
        with pytest.raises(DTypeError, match=rf"^tensor: int64 elements cannot hold {a.dtype} values unchanged"):
            mt.tensor(there, dtype)
    else:
        same(mt.tensor(there, dtype), a.astype(dtype or a.dtype))
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


@pytest.mark.parametrize("data", ["text", ["a", "b"], [1, "b"], None, [None], {1, 2}, object(), ["1.5"]])
def test_what_is_no_number_is_refused(backend, data):
    with pytest.raises(DTypeError, match=r"^tensor: elements of type .* are not numbers: "):
        mt.tensor(data)


@pytest.mark.parametrize(
    ("data", "dtype", "message"),
    [
        ("text", "float32", "elements of type <U4 are not numbers: 'text'"),
        (["a"], "int64", r"elements of type <U1 are not numbers: \['a'\]"),
        ([{}], "float64", r"elements of type object are not numbers: {} at index \(0,\); "),
        ([[1.0], [None]], "float64", r"elements of type object are not numbers: None at index \(1, 0\); "),
        ([1j], "float64", "float64 elements cannot hold complex128 values unchanged"),
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


@pytest.mark.parametrize(
    "make", [mt.zeros, mt.eye, lambda size: mt.full((2, size), 1), lambda size: mt.linspace(0, 1, size)]
)
def test_a_size_beyond_every_float_is_out_of_memory(backend, make):
    with pytest.raises(OutOfMemoryError, match="takes more bytes than any machine has"):
        make(10**400)


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


@pytest.mark.parametrize("num", [2.5, 3.0, -1, "3", None, True])
def test_linspace_counts_in_whole_numbers(backend, num):
    with pytest.raises(InputError, match=rf"^linspace: num={num!r}; it must be a whole number, 0 or more$"):
        mt.linspace(0, 1, num)
    same(mt.linspace(0, 1, np.int8(100)), np.linspace(0, 1, 100))


@pytest.mark.parametrize(("start", "stop"), [(0, 1j), (1j, 0), (0.0, np.complex64(1 + 1j))])
def test_linspace_cuts_no_imaginary_part(backend, start, stop):
    expected = np.linspace(start, stop, 3)
    np.testing.assert_allclose(mt.linspace(start, stop, 3).numpy(), expected)
    assert mt.linspace(start, stop, 3, "complex64").dtype == "complex64"
    with pytest.raises(DTypeError, match="float64 elements are not complex; leave out the dtype"):
        mt.linspace(start, stop, 3, "float64")


@pytest.mark.parametrize("arguments", [(0, 10**30, 10**29), (10**30, 10**30 + 2), (0, 2**70, 2**69)])
def test_arange_makes_no_integers_that_no_dtype_holds(backend, arguments):
    with pytest.raises(InputError, match=r"^arange from .*: no integer dtype holds these numbers; write dtype="):
        mt.arange(*arguments)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2.5, 2.0, np.float32(1), 1j, 2**64 - 1])
@pytest.mark.parametrize("dtype", ["int64", "uint8"])
def test_full_cuts_no_value(backend, value, dtype):
    with pytest.raises(
        DTypeError, match=rf"^full: {dtype} elements cannot hold .* unchanged; write the dtype that can$"
    ):
        mt.full(2, value, dtype)
    with pytest.raises(DTypeError, match=r"^full: "):
        mt.full(2, value, like=mt.zeros(1, dtype))


@pytest.mark.parametrize("value", [2**63 - 1, -(2**63), 2**63, 2**64 - 1])
def test_full_of_a_large_integer_is_as_tensor_makes_it(backend, value):
    same(mt.full(2, value), np.array([value, value]))
    assert mt.full(2, value).dtype == mt.tensor([value]).dtype


@pytest.mark.parametrize("value", ["a", "3", None, [None], object()])
@pytest.mark.parametrize("dtype", [None, "int64", "float64"])
def test_full_takes_numbers_only(backend, value, dtype):
    with pytest.raises(DTypeError, match=r"^full: elements of type .* are not numbers: "):
        mt.full(2, value, dtype)


def test_full_takes_an_integer_beyond_all_integer_dtypes_as_a_float_only(backend):
    same(mt.full(2, 2**64, "float64"), np.full(2, 2.0**64))
    for dtype, message in ((None, "no integer dtype holds"), ("int64", "int64 elements cannot hold")):
        with pytest.raises(DTypeError, match=rf"^full: {message} 18446744073709551616"):
            mt.full(2, 2**64, dtype)


@pytest.mark.parametrize("like", [3, [1.0], np.zeros(2), "float32"])
@pytest.mark.parametrize("dtype", [None, "float32"])
def test_like_is_a_tensor(backend, like, dtype):
    makers = [mt.zeros, mt.ones, mt.eye, mt.arange, mt.tensor]
    for make in [*makers, lambda n, d=None, like=None: mt.full(n, 1, d, like=like)]:
        with pytest.raises(DTypeError, match=rf"^like is of type {type(like).__name__}, not a Tensor; write like="):
            make(2, dtype=dtype, like=like) if make in makers else make(2, dtype, like)


@pytest.mark.parametrize("size", [np.int8(16), np.uint8(200)])
def test_eye_takes_small_integers_of_numpy(backend, size):
    same(mt.eye(size), np.eye(int(size)))
    same(mt.eye(2, size), np.eye(2, int(size)))


@pytest.mark.parametrize("shape", [np.array([2, 3]), np.array(4), np.array([5], "int8"), (np.int64(2), 3), []])
def test_a_shape_may_be_an_array(backend, shape):
    wanted = np.zeros(shape).shape
    for make in (mt.zeros, mt.ones, lambda s: mt.full(s, 7.5), lambda s: mt.random.normal(mt.random.generator(0), s)):
        assert make(shape).shape == wanted


@pytest.mark.parametrize(("make", "size"), [
    (lambda: mt.ones(2**45), "281 TB"), (lambda: mt.zeros((2**25, 2**22), "float32"), "563 TB"),
    (lambda: mt.full(2**46, 1.5), "563 TB"), (lambda: mt.ones((2**31, 2**31)), "36,893,488 TB"),
    (lambda: mt.linspace(0, 1, 2**45), "281 TB"), (lambda: mt.eye(2**23), "563 TB"),
    (lambda: mt.arange(2**45), "281 TB"), (lambda: mt.arange(1, 2**45), "281 TB"),
    (lambda: mt.random.normal(mt.random.generator(0), 2**45), "281 TB"),
    (lambda: mt.random.uniform(mt.random.generator(0), 2**45), "281 TB"),
    (lambda: mt.random.permutation(mt.random.generator(0), 2**45), "281 TB"),
])  # fmt: skip
def test_what_does_not_fit_into_memory_is_said_with_its_size(backend, make, size):
    with pytest.raises(OutOfMemoryError, match=rf" takes {size}, more than is free; make it smaller, or in parts$"):
        make()


@pytest.mark.parametrize("wrong", [1j, "3", np.ones(2), [3], {}])
def test_arange_counts_in_real_numbers(backend, wrong):
    for use in (lambda: mt.arange(wrong), lambda: mt.arange(0, wrong), lambda: mt.arange(0, 9, wrong)):
        with pytest.raises(InputError, match=r"^arange: an? .* is not a real number: "):
            use()
    same(mt.arange(np.int8(100), 200, mt.tensor(50)), np.array([100, 150]))
