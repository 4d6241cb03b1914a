"""A number goes into another dtype unchanged, a float rounded, or not at all; then nothing is changed."""

import math
import operator
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import as_tensor, examples

import minitensor as mt
from minitensor.backend.standard import DTYPES
from minitensor.errors import DTypeError, MinitensorError

INTEGERS = [name for name in DTYPES if np.dtype(name).kind in "iu"]
FLOATS = [name for name in DTYPES if np.dtype(name).kind == "f"]
EDGES = [0, 1, 2, 127, 128, 255, 256, 2**15, 2**16, 2**24 + 1, 2**31, 2**32, 2**53 + 1, 2**63 - 1, 2**63, 2**64 - 1]


def numbers(dtype):
    """Numbers of this dtype, near the ends of the others too."""
    kind = np.dtype(dtype).kind
    if kind == "b":
        return st.booleans()
    if kind in "iu":
        least, most = int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)
        edges = [sign * edge for edge in EDGES for sign in (1, -1) if least <= sign * edge <= most]
        return st.sampled_from(edges) | st.integers(least, most)
    width = np.dtype(dtype).itemsize * 8 // (2 if kind == "c" else 1)
    real = st.floats(width=width) | st.integers(-300, 300).map(float)
    return real if kind == "f" else st.builds(complex, real, real | st.just(0.0))


@st.composite
def pairs(draw, own=DTYPES, given_=DTYPES):
    """An array of one dtype, and another dtype."""
    there = draw(st.sampled_from(given_))
    values = draw(st.lists(numbers(there), min_size=1, max_size=3))
    return np.array(values, there), draw(st.sampled_from(own))


def expected(array, own):
    """What the numbers are in another dtype, computed with Python's own; None where one does not fit."""
    kind, values = np.dtype(own).kind, array.tolist()
    wider = "biufc".index(array.dtype.kind.replace("u", "i")) > "biufc".index(kind.replace("u", "i"))
    if wider and not (array.dtype.kind in "iu" and kind == "b"):
        return None
    if kind == "b":
        return values if set(values) <= {0, 1} else None
    if kind in "iu":
        return values if all(np.iinfo(own).min <= x <= np.iinfo(own).max for x in values) else None
    with np.errstate(over="ignore"):
        rounded = [np.dtype(own).type(x).item() for x in values]
    finite = [np.isfinite(x) for x in values]
    return None if any(was and not np.isfinite(now) for was, now in zip(finite, rounded, strict=True)) else rounded


def check(result, wanted, own):
    assert result.dtype == own
    np.testing.assert_array_equal(result.numpy(), np.array(wanted, own))


@contextmanager
def refused_or(wanted):
    """Whatever is done here raises a DTypeError if nothing is wanted, and nothing otherwise."""
    if wanted is None:
        with pytest.raises(DTypeError):
            yield
    else:
        yield


@given(pairs())
def test_new_tensors_hold_the_exact_numbers(backend, pair):
    array, own = pair
    wanted = expected(array, own)
    for data in (array, as_tensor(array), array.tolist(), array.astype(object)):
        with refused_or(wanted):
            check(mt.tensor(data, own), wanted, own)
    with refused_or(wanted):
        check(mt.tensor(array, like=mt.zeros(1, own)), wanted, own)
    with refused_or(expected(array[:1], own)):
        check(mt.full(1, array.tolist()[0], own), expected(array[:1], own), own)


@pytest.mark.parametrize("key", [slice(None), ..., "mask", "integers"])
@examples(50)
@given(pair=pairs())
def test_assignment_writes_the_exact_numbers_or_nothing(backend, key, pair):
    array, own = pair
    n, before = len(array), mt.ones(len(array), own)
    at = {"mask": mt.full(n, True), "integers": mt.arange(n)}.get(key, key) if isinstance(key, str) else key
    wanted = expected(array, own)
    for value in (as_tensor(array), array.tolist()):
        x = before.copy()
        with refused_or(wanted):
            x[at] = value
        check(x, [1] * n if wanted is None else wanted, own)
    x = before.copy()
    wanted = expected(array[:1], own)
    with refused_or(wanted):
        x[0] = array.tolist()[0]
    check(x[:1], [1] if wanted is None else wanted, own)


IN_PLACE = {"iadd": operator.add, "isub": operator.sub, "imul": operator.mul}


@pytest.mark.parametrize("name", IN_PLACE)
@given(pair=pairs(INTEGERS, INTEGERS), start=st.integers(-3, 3))
def test_in_place_arithmetic_of_integers_of_two_dtypes_is_exact_or_refused(backend, name, pair, start):
    array, own = pair
    start = abs(start) if np.dtype(own).kind == "u" else start
    x, other = mt.full(len(array), start, own), as_tensor(array)
    try:
        wide = IN_PLACE[name](x, other)
    except DTypeError:  # strict promotes no int64 beside uint64
        wide = None
    before = x.tolist()
    try:
        x = getattr(operator, name)(x, other)
    except DTypeError:
        assert x.tolist() == before
        assert wide is None or expected(wide.numpy(), own) is None
    else:
        assert x.tolist() == wide.tolist()
        if np.dtype(own).itemsize < 8 > array.dtype.itemsize:
            exact = [IN_PLACE[name](start, y) for y in array.tolist()]
            promoted = np.iinfo(np.result_type(own, array.dtype))
            if all(promoted.min <= y <= promoted.max for y in exact):  # an operator wraps as it does outside
                assert x.tolist() == exact


@pytest.mark.parametrize("name", [*IN_PLACE, "itruediv"])
@given(pair=pairs(FLOATS, FLOATS))
def test_in_place_arithmetic_of_floats_never_becomes_infinite_on_the_way_back(backend, name, pair):
    array, own = pair
    array = np.where(np.isfinite(array), array, 1)
    x = mt.ones(len(array), own)
    with np.errstate(all="ignore"):
        wide = np.ones(1, own)
        wide = wide / array if name == "itruediv" else IN_PLACE[name](wide, array)
        try:
            x = getattr(operator, name)(x, as_tensor(array))
        except DTypeError:
            assert x.tolist() == [1.0] * len(array)
            assert expected(wide, own) is None
        else:
            np.testing.assert_array_equal(x.numpy(), wide.astype(own))
            assert (np.isfinite(x.numpy()) == np.isfinite(wide)).all()


@pytest.mark.parametrize(("own", "other", "compute"), [
    ("int32", [2**40, 1, 2], operator.iadd), ("int8", np.array([200, 0, 0], "uint8"), operator.iadd),
    ("int8", np.array([200, 0, 0], "uint8"), operator.isub), ("uint8", [-2, 0, 0], operator.iadd),
    ("int64", [0.5, 0.0, 0.0], operator.iadd), ("int32", [2, 2, 2], operator.itruediv),
    ("bool", [1, 1, 1], operator.iadd),
    ("float32", [1e300, 1.0, 1.0], operator.imul), ("int32", [2**31, 0, 0], operator.ixor),
])  # fmt: skip
def test_what_does_not_go_back_into_the_left_side_is_refused(backend, own, other, compute):
    x = mt.ones(3, own)
    with pytest.raises(DTypeError, match=r"^a \S+= b.*; (write a = a \S+ b|cast one of them with \.astype\(\.\.\.\))$"):
        compute(x, mt.tensor(other))
    assert x.tolist() == [1] * 3
    y = mt.ones(3, "int32")
    y += mt.tensor([2**31 - 2, 0, -5])
    assert y.tolist() == [2**31 - 1, 1, -4]
    assert y.dtype == "int32"


def test_a_half_is_not_infinite():
    with mt.use_backend("numpy"):
        x = mt.ones(1, "float16")
        for value in (mt.tensor([100000]), mt.tensor([65520.0]), 1e5, 100000, [1e5], np.float64(1e5)):
            with pytest.raises(DTypeError, match=r"^float16 elements cannot hold "):
                x[:] = value
        x[:] = mt.tensor([65519.0])
        assert x.tolist() == [65504.0]
        x[:] = -math.inf
        assert x.tolist() == [-math.inf]
        with pytest.raises(DTypeError, match=r"^normal: float16 elements cannot hold float64 values"):
            mt.random.normal(mt.random.generator(0), 3, 0, 1e9, "float16")


def test_nothing_empty_is_refused(backend):
    for there in DTYPES:
        for own in DTYPES:
            assert mt.tensor(mt.zeros((0, 2), there), own).shape == (0, 2)
            x = mt.zeros((0,), own)
            x[:] = mt.zeros((0,), there)
            assert mt.tensor([], own).dtype == own


# New ranges.
@given(st.integers(-300, 300), st.integers(-300, 300), st.integers(-90, 90).filter(bool), st.sampled_from(DTYPES))
def test_arange_holds_what_python_counts_or_is_refused(backend, start, stop, step, own):
    wanted = expected(np.array(range(start, stop, step), "int64"), own)
    with refused_or(wanted):
        check(mt.arange(start, stop, step, own), wanted, own)


@given(st.integers(-(2**63), 2**63 - 1), st.integers(-(2**63), 2**63 - 1), st.integers(1, 20))
def test_a_long_arange_of_large_steps_is_pythons_range(backend, start, stop, parts):
    step = (stop - start) // parts or 1
    for dtype in (None, "int64"):
        assert mt.arange(start, stop, step, dtype).tolist() == list(range(start, stop, step))


@given(st.integers(-300, 300), st.integers(-9, 9), st.integers(0, 9), st.sampled_from(INTEGERS))
def test_linspace_of_whole_steps_is_exact_in_integers(backend, start, step, num, own):
    exact = [start + step * i for i in range(num)]
    wanted = expected(np.array(exact, "int64"), own)
    with refused_or(wanted):
        check(mt.linspace(start, start + step * (num - 1) if num > 1 else start, num, own), wanted, own)


@pytest.mark.parametrize(("make", "message"), [
    (lambda: mt.arange(-3, 0, 0.5, dtype="int64"), r"^arange from -3 to 0 in steps of 0\.5: int64 holds whole numbers"),
    (lambda: mt.arange(0.5, 3, dtype="int64"), r"^arange from 0\.5 to 3 in steps of 1: int64 holds whole numbers only"),
    (lambda: mt.arange(300, dtype="uint8"), r"^arange up to 300: uint8 elements cannot hold 299 unchanged"),
    (lambda: mt.arange(300, like=mt.zeros(1, "uint8")), r"^arange up to 300: uint8 elements cannot hold 299 unchanged"),
    (lambda: mt.arange(3, dtype="bool"), r"^arange up to 3: bool elements cannot hold 2 unchanged"),
    (lambda: mt.linspace(0, 300, 3, dtype="uint8"), r"^linspace from 0 to 300: uint8 elements cannot hold 300 unchang"),
    (lambda: mt.linspace(0, 1, 3, dtype="int64"), r"^linspace from 0 to 1 in 2 steps: int64 holds whole numbers only"),
    (lambda: mt.linspace(0, 1.5, 1, dtype="int64"), r"^linspace from 0 to 1\.5 in 1 steps: int64 holds whole numbers"),
    (lambda: mt.linspace(0, 1e39, 3, dtype="float32"), r"^linspace from 0 to 1e\+39: float32 .* cannot hold 1e\+39"),
    (lambda: mt.arange(0, 1e39, 5e38, dtype="float32"), r"^arange from 0 to 1e\+39: float32 .* cannot hold 5e\+38"),
])  # fmt: skip
def test_a_range_that_its_dtype_does_not_hold_is_refused(backend, make, message):
    with pytest.raises(DTypeError, match=message):
        make()


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e3), st.integers(1, 300))
def test_steps_of_a_narrow_range_are_not_rounded_one_by_one(backend, start, step, count):
    x, wide = mt.arange(start, start + step * count, step, "float32"), mt.arange(start, start + step * count, step)
    np.testing.assert_array_equal(x.numpy(), wide.numpy().astype("float32"))


@pytest.mark.parametrize("ends", [(-1e308, 1e308), (0, math.inf), (0, math.nan), (-math.inf, 0)])
def test_a_linspace_is_finite(backend, ends):
    with pytest.raises(MinitensorError, match=r"^linspace from .*: the distance between them is not finite"):
        mt.linspace(*ends, 3)


# Numbers beside tensors, and tensors put together.
@pytest.mark.parametrize(("own", "value"), [("float32", 1e39), ("uint8", 256), ("int8", -129), ("float32", 10**400)])
def test_a_number_must_fit_beside_a_tensor(backend, own, value):
    x, mask = mt.ones(2, own), mt.tensor([True, False])
    for name, use in {"maximum": lambda: mt.maximum(x, value), "minimum": lambda: mt.minimum(value, x),
                      "where": lambda: mt.where(mask, x, value)}.items():  # fmt: skip
        with pytest.raises(
            DTypeError, match=rf"^{name}: {str(value)[:30]}.* does not fit into {own}; cast".replace("+", r"\+")
        ):
            use()


def test_limits_beyond_an_integer_dtype_limit_nothing(backend):
    x = mt.tensor([0, 100, 255], "uint8")
    assert mt.clip(x, 0, 4550).tolist() == [0, 100, 255]
    assert mt.clip(x, -5, 200).tolist() == [0, 100, 200]
    assert mt.clip(x, -5, 10**400).tolist() == [0, 100, 255]
    assert mt.clip(x, -5, 4550).dtype == "uint8"
    for low, high in ((256, None), (256, 300), (None, -1), (-9, -1)):
        with pytest.raises(DTypeError, match=r"^clip: uint8 elements cannot hold the limit (256|-1); leave it out"):
            mt.clip(x, low, high)
    with pytest.raises(DTypeError, match=r"^clip: float32 elements cannot hold the limit 1e\+39"):
        mt.clip(mt.ones(2, "float32"), 0.0, 1e39)
    assert mt.clip(mt.ones(2, "float32"), 0.0, math.inf).tolist() == [1.0, 1.0]


@pytest.mark.parametrize("name", ["concat", "stack", "where"])
def test_integers_that_are_put_together_do_not_become_floats(backend, name):
    a, b = mt.tensor([2**63], "uint64"), mt.tensor([-1])
    use = {"where": lambda a, b: mt.where(mt.tensor([True]), a, b)}.get(name, lambda a, b: getattr(mt, name)([a, b]))
    for pair in ((a, b), (b, a)):
        with pytest.raises(DTypeError, match=rf"^{name}: no integer dtype holds both uint64 and int64; cast one"):
            use(*pair)
    assert use(mt.tensor([1], "uint32"), b).dtype == "int64"
    assert use(mt.tensor([1], "uint8"), mt.tensor([1], "int8")).dtype == "int16"


# Casting on purpose.
def test_astype_cuts(backend):
    assert mt.tensor([2.7, -2.7]).astype("int64").tolist() == [2, -2]
    assert mt.tensor([300, -1]).astype("uint8").tolist() == [44, 255]
    assert mt.tensor([0.0, 0.5]).astype("bool").tolist() == [False, True]


@pytest.mark.parametrize("own", ["float64", "float32", "int64", "bool"])
def test_astype_drops_no_imaginary_part(backend, own):
    with pytest.raises(
        DTypeError, match=rf"^astype: {own} would drop the imaginary parts; write minitensor\.real\(x\)"
    ):
        mt.tensor([1j]).astype(own)
    assert mt.tensor([1.0]).astype("complex64").dtype == "complex64"


@pytest.mark.parametrize("name", ["exp", "log", "sqrt", "tanh"])
@pytest.mark.parametrize("own", ["bool", *INTEGERS])
def test_functions_of_integers_are_floats_of_64_bits(backend, name, own):
    x = mt.tensor([1, 1, 1] if own == "bool" else [1, 12, 100], own)
    for result in (getattr(mt, name)(x), getattr(x, name)()):
        assert result.dtype == "float64"
        np.testing.assert_allclose(result.numpy(), getattr(np, name)(x.numpy().astype("float64")), 1e-15)
