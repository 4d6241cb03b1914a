"""The arithmetic of CUDA C++: against exact numbers, and CuPy's table of routines against ours."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

from minitensor.gpu.arithmetic import FLOAT, TINY, converted, flushed, fused
from minitensor.gpu.ufuncs import ORDER, UFUNCS

floats = st.floats(width=32, allow_nan=False, allow_infinity=False)


def rounded(exact):
    """An exact number as float32: to nearest, ties to even, subnormal numbers flushed."""
    if abs(exact) >= Fraction(float(np.finfo("float32").max)) + Fraction(2) ** 103:
        return math.copysign(math.inf, exact)
    if exact == 0:
        return 0.0
    exponent = max(math.floor(math.log2(abs(exact))) if abs(exact) > Fraction(2) ** -1000 else -1000, -126)
    for each in (exponent + 1, exponent, exponent - 1):  # log2 may be off by one
        if Fraction(2) ** each <= abs(exact):
            exponent = max(each, -126)
            break
    unit = Fraction(2) ** (exponent - 23)
    value = float(round(exact / unit) * unit)  # Python rounds ties to even
    return value if abs(value) >= float(TINY) else 0.0


@examples(300)
@given(x=floats, y=floats, z=floats)
def test_a_fused_product_and_sum_is_rounded_once(x, y, z):
    x, y, z = (float(flushed(np.float32([each]))[0]) for each in (x, y, z))
    with np.errstate(over="ignore"):
        made = float(fused(*(np.float32([each]) for each in (x, y, z)))[0])
    exact = Fraction(x) * Fraction(y) + Fraction(z)
    if Fraction(2) ** -126 > abs(exact) > Fraction(2) ** -127:
        return  # whether it is flushed before or after rounding is the GPU's own
    assert made == rounded(exact) or (math.isinf(made) and math.isinf(rounded(exact)))


@given(x=floats)
def test_only_subnormal_float32_are_flushed_and_keep_their_sign(x):
    found = flushed(np.float32([x]))[0]
    assert found == (x if abs(x) >= float(TINY) else 0)
    assert math.copysign(1, found) == math.copysign(1, x)
    assert flushed(np.float64([x * 1e-300]))[0] == x * 1e-300


@given(x=st.floats(width=64), dtype=st.sampled_from(["int32", "int64", "uint32", "uint64"]))
def test_a_float_becomes_the_nearest_integer_there_is(x, dtype):
    kind = np.iinfo(dtype)
    right = 0 if math.isnan(x) else max(kind.min, min(kind.max, x if math.isinf(x) else int(x)))
    assert int(converted(np.float64([x]), np.dtype(dtype))[0]) == right


@given(x=st.integers(-(2**63), 2**63 - 1), dtype=st.sampled_from(["int8", "uint8", "int16", "uint32", "uint64"]))
def test_a_whole_number_wraps(x, dtype):
    kind = np.iinfo(dtype)
    found = int(converted(np.array([x], "int64"), np.dtype(dtype))[0])
    assert found == (x - int(kind.min)) % 2**kind.bits + int(kind.min)


@pytest.mark.parametrize("name", sorted(UFUNCS))
def test_the_table_is_cupys(name):
    cupy = pytest.importorskip("cupy", reason="CuPy is not installed")
    from cupyx.jit import _cuda_typerules as rules

    own = {"less": rules._scalar_lt, "less_equal": rules._scalar_lte, "greater": rules._scalar_gt,
           "greater_equal": rules._scalar_gte, "invert": rules._numpy_scalar_invert,
           "logical_not": rules._numpy_scalar_logical_not}  # fmt: skip
    ufunc = own.get(name) or getattr(cupy, name)
    ours, theirs = UFUNCS[name], []
    for op in ufunc._ops.ops:
        ins = "".join(np.dtype(each).char for each in op.in_types)
        out = "".join(np.dtype(each).char for each in op.out_types)
        if set(ins) <= set(ORDER) - set("eFD"):
            theirs.append((ins, out))
            raises = op.error_func is not None or not str(op.routine).startswith("out0 = ")
            assert raises == (ins[0] in ours.refused), (name, ins)
            text = str(op.routine)
            template = any(text.count(f"in{i}") > 1 or f"in{i}_type" in text for i in range(ufunc.nin))
            if template and not raises:
                assert ours.routine(ins, out, [np.dtype(each) for each in ins]).result == np.dtype(out), (name, ins)
    assert theirs == ours.signatures


def test_functions_of_float32_are_rounded_once():
    x = np.random.default_rng(0).uniform(0.01, 20, 1000).astype("float32")
    for name in ("exp", "log", "sin", "tanh", "cbrt"):
        made = UFUNCS[name].apply(x)
        assert made.dtype == FLOAT
        np.testing.assert_array_equal(made, getattr(np, name)(x.astype("float64")).astype("float32"))
