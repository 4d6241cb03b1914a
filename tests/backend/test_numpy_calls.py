"""Products of integers by way of floats: every way to take them apart gives what NumPy gives."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minitensor.backend import numpy_calls
from minitensor.backend.numpy_calls import integer_matmul

INTEGERS = ["bool", "int8", "uint8", "int16", "int32", "uint32", "int64", "uint64"]


@given(
    st.data(),
    st.sampled_from(INTEGERS),
    st.sampled_from(INTEGERS),
    st.tuples(st.integers(1, 9), st.integers(0, 17), st.integers(1, 9)),
    st.integers(0, 2**32 - 1),
)
def test_parts_of_a_product_are_those_of_numpy(data, left, right, sizes, seed):
    m, k, n = sizes
    rng = np.random.default_rng(seed)
    stacks = data.draw(
        st.sampled_from([((), ()), ((3,), ()), ((), (2,)), ((4,), (4,)), ((5, 1), (1, 3)), ((0,), (1,))])
    )

    def numbers(shape, dtype):
        if dtype == "bool":
            return rng.random(shape) < 0.2
        limits, top = np.iinfo(dtype), 2 ** data.draw(st.integers(0, 64))
        return rng.integers(max(limits.min, -top), min(limits.max, top), shape, dtype=dtype, endpoint=True)

    a, b = numbers((*stacks[0], m, k), left), numbers((*stacks[1], k, n), right)
    before = a.copy(), b.copy()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(numpy_calls, "WORTH_CONVERTING", 1)
        patch.setattr(numpy_calls, "CONVERTED", data.draw(st.sampled_from([3, 20, 100])))
        patch.setattr(numpy_calls, "LEAST_SUMMED", data.draw(st.sampled_from([1, 4])))
        result = integer_matmul(a, b)
    expected = a @ b
    assert result.dtype == expected.dtype
    np.testing.assert_array_equal(result, expected)
    np.testing.assert_array_equal(a, before[0])
    np.testing.assert_array_equal(b, before[1])


@pytest.mark.parametrize("exponent", [23, 24, 25, 26, 27])
def test_no_float_is_asked_to_hold_more_than_it_can(exponent):
    """Sums just below and above 2²⁴ and 2⁵³, made of odd numbers."""
    for power in (exponent // 2, exponent):
        a = np.full((64, 64), 2**power - 1, "int64")
        b = np.full((64, 64), 2**power + 1, "int64")
        for k in (1, 3, 63, 64):
            np.testing.assert_array_equal(integer_matmul(a[:, :k], b[:k]), a[:, :k] @ b[:k])


def test_a_sum_beyond_float64_is_made_of_parts_that_it_holds(monkeypatch):
    bounds = []
    real = numpy_calls._by_floats
    monkeypatch.setattr(
        numpy_calls, "_by_floats", lambda a, b, bound, dtype: bounds.append(bound) or real(a, b, bound, dtype)
    )
    rng = np.random.default_rng(0)
    a, b = (rng.integers(-(2**22), 2**22, shape) for shape in ((40, 3000), (3000, 30)))
    np.testing.assert_array_equal(integer_matmul(a, b), a @ b)
    assert len(bounds) > 1
    assert max(bounds) <= 2**53
