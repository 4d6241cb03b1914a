import contextlib
import operator

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import (
    DTYPES,
    FLOATS,
    INTS,
    arrays,
    as_tensor,
    broadcastable,
    elements,
    examples,
    not_broadcastable,
    shapes,
    tensors,
)

import minitensor as mt
from minitensor.core.tensor import Tensor
from minitensor.errors import BroadcastError, DeviceError, DTypeError, ShapeError

ARITHMETIC = ["add", "sub", "mul", "truediv", "floordiv", "mod"]
BITWISE = ["and_", "or_", "xor"]
ORDER = ["lt", "le", "gt", "ge"]
EQUALITY = ["eq", "ne"]
DIVISIONS = {"truediv", "floordiv", "mod"}
SYMBOLS = {"add": "+", "sub": "-", "mul": "*", "truediv": "/", "floordiv": "//", "mod": "%", "pow": "**"} | {
    "and_": "&", "or_": "|", "xor": "^", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!=",
}  # fmt: skip


few = examples(10)  # for each of many operators


def check(result, expected):
    """`result` is a Tensor round a real array, equal to NumPy's `expected` in shape, dtype and every element."""
    assert type(result) is Tensor
    assert mt.backend.of(result.array).name == mt.get_backend()
    expected = np.asarray(expected)
    assert result.dtype == expected.dtype
    np.testing.assert_array_equal(result.numpy(), expected, strict=True)
    assert not np.isnan(expected.astype("float64")).any()


def dtypes_of(name):
    if name in BITWISE:
        return ["bool", *INTS]
    if name in ORDER or name in ("add", "mul"):
        return [*INTS, *FLOATS]
    return DTYPES if name in EQUALITY else FLOATS if name == "truediv" else [*INTS, *FLOATS]


def divisors(dtype):
    return elements(dtype).filter(bool)


@st.composite
def operands(draw, name):
    """Two arrays of one dtype that broadcast, fit for the operator."""
    dtype = draw(st.sampled_from(dtypes_of(name)))
    a, b = draw(broadcastable(2, max_dims=3))
    return draw(arrays(a, dtype)), draw(arrays(b, dtype, divisors(dtype) if name in DIVISIONS else None))


@pytest.mark.parametrize("name", ARITHMETIC + BITWISE + ORDER + EQUALITY)
@few
@given(data=st.data())
def test_an_operator_does_what_numpy_does(backend, name, data):
    a, b = data.draw(operands(name))
    compute = getattr(operator, name)
    check(compute(as_tensor(a), as_tensor(b)), compute(a, b))


@pytest.mark.parametrize("name", ARITHMETIC + ORDER + EQUALITY)
@few
@given(data=st.data())
def test_a_python_number_keeps_the_dtype_of_the_tensor(backend, name, data):
    dtype = data.draw(st.sampled_from(FLOATS if name == "truediv" else [*INTS, *FLOATS]))
    a = data.draw(arrays(dtype=dtype, values=divisors(dtype)))
    number = data.draw(divisors("int64") if dtype in INTS else divisors("int64") | divisors("float64"))
    compute = getattr(operator, name)
    check(compute(as_tensor(a), number), compute(a, number))
    check(compute(number, as_tensor(a)), compute(number, a))
    if name in ARITHMETIC:
        assert compute(number, as_tensor(a)).dtype == dtype


@pytest.mark.parametrize("name", ARITHMETIC + ORDER + EQUALITY)
@few
@given(data=st.data())
def test_a_numpy_scalar_brings_its_own_dtype(backend, name, data):
    dtypes = FLOATS if name == "truediv" else data.draw(st.sampled_from([INTS, FLOATS]))
    own, other = data.draw(st.sampled_from(dtypes)), data.draw(st.sampled_from(dtypes))
    a = data.draw(arrays(shapes(max_dims=2), own, divisors(own)))
    number = np.dtype(other).type(data.draw(divisors(other)))
    compute = getattr(operator, name)
    check(compute(as_tensor(a), number), compute(a, number))
    check(compute(number, as_tensor(a)), compute(number, a))


@pytest.mark.parametrize("name", [*ARITHMETIC, *BITWISE])
@few
@given(data=st.data())
def test_in_place_writes_over_the_left_side_and_its_views_see_it(backend, name, data):
    dtype = data.draw(st.sampled_from(dtypes_of(name)))
    a, b = data.draw(broadcastable(2, max_dims=3))
    assume(np.broadcast_shapes(a, b) == a)
    left = data.draw(arrays(a, dtype))
    right = data.draw(arrays(b, dtype, divisors(dtype) if name in DIVISIONS else None))
    expected = getattr(operator, name)(left, right)
    before = x = as_tensor(left)
    view = x.T[...]
    x = getattr(operator, "i" + name.rstrip("_"))(x, as_tensor(right))
    assert x is before
    check(x, expected)
    check(view, expected.T)


@pytest.mark.parametrize("name", ARITHMETIC)
@few
@given(data=st.data())
def test_in_place_takes_numbers(backend, name, data):
    dtype = data.draw(st.sampled_from(FLOATS))
    values = st.integers(1, 64).map(lambda n: n / 8)
    a, number = data.draw(arrays(dtype=dtype, values=values)), data.draw(st.integers(1, 3) | values)
    expected = getattr(operator, name)(a, number)
    before = x = as_tensor(a)
    x = getattr(operator, "i" + name)(x, number)
    assert x is before
    check(x, expected)


@given(data=st.data())
def test_powers_of_whole_numbers_are_numpys(backend, data):
    dtype = data.draw(st.sampled_from([*INTS, *FLOATS]))
    a, b = data.draw(broadcastable(2, max_dims=3))
    a = data.draw(arrays(a, dtype, elements(dtype).filter(lambda x: x > 0)))
    b = data.draw(arrays(b, dtype, st.integers(0, 4)))
    check(as_tensor(a) ** as_tensor(b), a**b)
    check(as_tensor(a) ** 2, a**2)
    check(2 ** as_tensor(b), 2**b)
    x = before = as_tensor(a)
    expected = a**3
    x **= 3
    assert x is before
    check(x, expected)


@pytest.mark.parametrize("name", ["lshift", "rshift"])
@few
@given(data=st.data())
def test_shifts_are_numpys(backend, name, data):
    a, b = data.draw(broadcastable(2, max_dims=3))
    a, b = data.draw(arrays(a, "int64")), data.draw(arrays(b, "int64", st.integers(0, 9)))
    check(getattr(operator, name)(as_tensor(a), as_tensor(b)), getattr(operator, name)(a, b))


@pytest.mark.parametrize("name", ["neg", "pos", "abs"])
@few
@given(data=st.data())
def test_signs_are_numpys(backend, name, data):
    a = data.draw(arrays(dtype=st.sampled_from([*INTS, *FLOATS])))
    check(getattr(operator, name)(as_tensor(a)), getattr(operator, name)(a))


@given(arrays(dtype=st.sampled_from(["bool", *INTS])))
def test_invert_is_numpys(backend, a):
    check(~as_tensor(a), ~a)


@pytest.mark.parametrize("name", ["exp", "log", "sqrt", "tanh"])
@few
@given(data=st.data())
def test_elementwise_functions_are_numpys(backend, name, data):
    a = data.draw(arrays(dtype=st.sampled_from(FLOATS), values=st.integers(1, 64).map(lambda n: n / 8)))
    result = getattr(as_tensor(a), name)()
    assert type(result) is Tensor
    # How NumPy computes the last bit depends on how the elements lie in memory.
    np.testing.assert_allclose(result.numpy(), getattr(np, name)(a), 4 * np.finfo(a.dtype).eps, strict=True)


@given(data=st.data())
def test_matmul_is_numpys(backend, data):
    m, k, n = (data.draw(st.sampled_from([0, 1, 2, 3, 4])) for _ in range(3))
    batch_a, batch_b = data.draw(broadcastable(2, max_dims=2))
    a = data.draw(arrays(data.draw(st.sampled_from([(k,), (m, k), (*batch_a, m, k)])), "float64"))
    b = data.draw(arrays(data.draw(st.sampled_from([(k,), (k, n), (*batch_b, k, n)])), "float64"))
    # Eighths multiply and add without rounding, so any order of the sum gives the same number.
    check(as_tensor(a) @ as_tensor(b), a @ b)


@pytest.mark.parametrize(("own", "number", "dtype"), [("float32", 2.0, "float32"), ("float32", 2, "float32"),
    ("int32", 2, "int32"), ("int32", 2.0, "float64"), ("float32", np.float64(2), "float64"), ("bool", 2, "int64"),
    ("float32", np.int64(2), "float64"), ("float32", 1j, "complex64"), ("int64", True, "int64"),
])  # fmt: skip
def test_on_numpy_dtypes_promote_as_nep_50_says(own, number, dtype):
    with mt.use_backend("numpy"):
        x = mt.ones((2, 1), own)
        assert (x * number).dtype == (number * x).dtype == dtype == (np.ones(2, own) * number).dtype


@given(arrays(dtype="int64"), arrays(shape=(), dtype="float32"))
def test_on_numpy_int_and_float_tensors_promote(a, b):
    with mt.use_backend("numpy"):
        check(as_tensor(a) * as_tensor(b), a * b)


def test_on_strict_int_and_float_tensors_do_not_promote():
    with mt.use_backend("strict"), pytest.raises(DTypeError, match=r"a \* b is not defined for int64 and float32: .*"):
        mt.ones(2, "int64") * mt.ones(2, "float32")


@pytest.mark.parametrize("name", [*ARITHMETIC, *ORDER, *EQUALITY, "pow", "matmul"])
def test_on_numpy_a_raw_array_on_either_side_gives_a_tensor(name):
    compute = getattr(operator, name)
    a, b = np.arange(1.0, 5).reshape(2, 2), np.array([[2.0, 1.0], [3.0, 5.0]])
    with mt.use_backend("numpy"):
        check(compute(mt.as_tensor(a), b), compute(a, b))
        check(compute(a, mt.as_tensor(b)), compute(a, b))


def test_zero_axes_give_a_tensor_of_zero_axes(backend):
    x = mt.tensor(3.0)
    for result in (x + x, x + 1, 1 - x, -x, x * np.float64(2), x < 4, abs(x), x.exp(), mt.ones(3) @ mt.ones(3)):
        assert type(result) is Tensor
        assert result.shape == ()
        mt.backend.of(result.array)  # raises for a NumPy scalar


# What is compared with what is no number.
@pytest.mark.parametrize("other", [None, "text", object(), {}])
def test_a_tensor_equals_nothing_that_is_no_number(backend, other):
    x = mt.ones((2, 2))
    assert (x == other) is False
    assert (other == x) is False
    assert (x != other) is True


@pytest.mark.parametrize("compute", [operator.lt, operator.add, operator.matmul, operator.iadd])
def test_what_is_no_number_is_refused_as_python_refuses_it(backend, compute):
    with pytest.raises(TypeError, match=r"not supported between|unsupported operand"):
        compute(mt.ones(2), "text")


def test_a_tensor_cannot_be_hashed(backend):
    with pytest.raises(TypeError, match="unhashable type: 'Tensor'"):
        hash(mt.ones(2))


# Errors.
@pytest.mark.parametrize("name", [*ARITHMETIC, *ORDER, *EQUALITY, "pow"])
@few
@given(pair=not_broadcastable(max_dims=3))
def test_shapes_that_do_not_fit_are_drawn(backend, name, pair):
    a, b = map(mt.zeros, pair)
    with pytest.raises(BroadcastError) as caught:
        getattr(operator, name)(a, b)
    picture = mt.explain_broadcast(*pair)
    assert str(caught.value) == f"a {SYMBOLS[name]} b: the shapes do not fit\n{picture}"
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("name", ["iadd", "imul", "isub"])
@few
@given(pair=broadcastable(2) | not_broadcastable(), data=st.data())
def test_in_place_never_grows_and_a_refusal_changes_nothing(backend, name, pair, data):
    a, b = data.draw(tensors(pair[0])), data.draw(tensors(pair[1]))
    with contextlib.suppress(BroadcastError):
        assume(mt.broadcast_shapes(*pair) != a.shape)
    before, array = a.numpy().copy(), a.array
    with pytest.raises(ShapeError):
        getattr(operator, name)(a, b)
    assert a.array is array
    np.testing.assert_array_equal(a.numpy(), before)


def test_in_place_growth_says_what_to_write(backend):
    x = mt.ones(2)
    with pytest.raises(ShapeError) as caught:
        x += mt.ones((3, 2))
    assert str(caught.value) == (
        "a += b: the result has shape (3, 2), which does not fit back into a of shape (2,); write a = a + b"
    )


@pytest.mark.parametrize("name", ["iadd", "isub", "imul", "itruediv", "ifloordiv", "imod", "ipow"])
def test_an_expanded_tensor_refuses_to_be_written_in_place(backend, name):
    row = mt.tensor([1.0, 2.0])
    x = row.expand(3, 2)
    with pytest.raises(ShapeError) as caught:
        getattr(operator, name)(x, 2)
    assert str(caught.value) == (
        "this tensor of shape (3, 2) is expanded: its strides (0, 1) have a 0, so one number stands for many positions "
        "and cannot be written alone\nfix: write to its .copy()"
    )
    assert row.tolist() == [1.0, 2.0]
    y = x.copy()
    y += 1
    assert y.tolist() == [[2.0, 3.0]] * 3


@pytest.mark.parametrize("name", ["float", "list", "tuple"])
def test_a_list_on_either_side_says_how_to_make_a_tensor(backend, name):
    other = {"float": [1.5, 2], "list": [[1, 2]], "tuple": (1, 2)}[name]
    kind = type(other).__name__
    for compute, symbol in ((operator.add, "+"), (operator.eq, "=="), (operator.matmul, "@"), (operator.iadd, "+=")):
        with pytest.raises(DTypeError) as caught:
            compute(mt.ones(2), other)
        assert str(caught.value) == f"a {symbol} b: b is a {kind}, not a Tensor; write minitensor.tensor(b)"
    with pytest.raises(DTypeError) as caught:
        other - mt.ones(2)
    assert str(caught.value) == f"a - b: a is a {kind}, not a Tensor; write minitensor.tensor(a)"


def test_tensors_on_two_backends_do_not_meet():
    with mt.use_backend("numpy"):
        here = mt.ones((2, 3))
    there = here.to("strict")
    for compute, symbol in ((operator.add, "+"), (operator.matmul, "@"), (operator.lt, "<"), (operator.imul, "*=")):
        with pytest.raises(DeviceError) as caught:
            compute(here, there)
        assert str(caught.value) == (
            f"a {symbol} b: a of shape (2, 3) is on numpy, b of shape (2, 3) is on strict; "
            "write b.to('numpy') or a.to('strict') to say where it is computed"
        )
    assert here.tolist() == there.tolist() == [[1.0] * 3] * 2


def test_a_raw_array_of_another_backend_is_refused():
    there = mt.ones(2).to("strict")
    message = "{} is a numpy.ndarray, not a minitensor.Tensor; it belongs to numpy, write minitensor.tensor({})"
    with pytest.raises(DeviceError) as caught:
        there + np.ones(2)
    assert str(caught.value) == "a + b: " + message.format("b", "b")
    with pytest.raises(DeviceError) as caught:
        np.ones(2) - there
    assert str(caught.value) == "a - b: " + message.format("a", "a")
    with pytest.raises(
        DeviceError, match=r"b is an array_api_strict\.Array, not a minitensor\.Tensor; it belongs to array_"
    ):
        there.to("numpy") + there.array


@pytest.mark.parametrize(("a", "b", "message"), [
    ((2, 3), (4, 3), "a of shape (2, 3) has 3 on axis -1, b of shape (4, 3) has 4 on axis -2\nfix: write a @ b.mT"),
    ((3, 2), (3, 4), "a of shape (3, 2) has 2 on axis -1, b of shape (3, 4) has 3 on axis -2\nfix: write a.mT @ b"),
    ((3, 2), (3,), "a of shape (3, 2) has 2 on axis -1, b of shape (3,) has 3 on axis -1\nfix: write a.mT @ b"),
    ((5,), (3,), "a of shape (5,) has 5 on axis -1, b of shape (3,) has 3 on axis -1\n"
                 "fix: make the last axis of a as long as the last but one of b"),
])  # fmt: skip
def test_inner_sizes_that_disagree_are_named_with_the_fix(backend, a, b, message):
    a, b = mt.ones(a), mt.ones(b)
    with pytest.raises(ShapeError) as caught:
        a @ b
    assert str(caught.value) == f"a @ b: the inner sizes disagree: {message}"
    fix = message.rpartition("fix: write ")[2]
    if "@" in fix:
        assert eval(fix, {"a": a, "b": b}).size > 0


def test_matmul_of_one_number_says_to_multiply(backend):
    with pytest.raises(ShapeError) as caught:
        mt.ones((2, 2)) @ 3.0
    assert str(caught.value) == "a @ b: b is one number; a product of matrices needs axes, write a * b"
    with pytest.raises(ShapeError, match=r"^a @ b: a is one number"):
        mt.tensor(2.0) @ mt.ones(3)


def test_batch_axes_that_do_not_fit_are_drawn(backend):
    with pytest.raises(BroadcastError) as caught:
        mt.ones((2, 3, 4)) @ mt.ones((5, 4, 3))
    assert str(caught.value) == (
        "a @ b: the batch axes of (2, 3, 4) and (5, 4, 3) do not fit\n" + mt.explain_broadcast((2,), (5,))
    )


@pytest.mark.parametrize("compute", [operator.and_, operator.or_, operator.xor, operator.lshift])
def test_bits_of_floats_are_refused(backend, compute):
    x = mt.ones(2)
    with pytest.raises(DTypeError, match=r"^a \S+ b is not defined for float64 and float64: .*"
                                         r"; cast one of them with \.astype\(\.\.\.\)$"):  # fmt: skip
        compute(x, x)
    with pytest.raises(DTypeError, match=r"^~ is not defined for float64: .*; cast with \.astype\(\.\.\.\)$"):
        operator.invert(x)


def test_the_sign_of_a_bool_is_refused(backend):
    with pytest.raises(DTypeError, match=r"^- is not defined for bool: .*; cast with \.astype"):
        -mt.tensor([True])


@pytest.mark.parametrize(("compute", "fix"), [(operator.itruediv, "a / b"), (operator.iadd, "a + b")])
def test_floats_do_not_go_into_ints_in_place(backend, compute, fix):
    x = mt.tensor([4, 6])
    with pytest.raises(DTypeError) as caught:
        compute(x, 2.5)
    assert str(caught.value).startswith(f"a {fix[2]}= b is not defined for int64 and float: ")
    assert str(caught.value).endswith(f"; write a = {fix}")
    assert x.tolist() == [4, 6]
    assert x.dtype == "int64"
