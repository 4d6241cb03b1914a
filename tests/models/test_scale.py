"""A power of two that is about the largest number."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minitensor as mt
from minitensor.models.scale import scale_of


@given(st.floats(5e-324, 1.7e308), st.floats(0, 1), st.sampled_from([-1, 1]))
def test_what_is_divided_by_it_is_from_1_to_2(backend, size, share, sign):
    scale = scale_of(mt.tensor([[sign * size, size * share]]), mt.tensor([[-size * share]]))
    assert 1 <= size / scale < 2
    assert math.frexp(scale)[0] == 0.5


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_nothing_is_rounded(backend, dtype):
    x = mt.tensor(np.random.default_rng(0).normal(size=(5, 4)), dtype=dtype)
    np.testing.assert_array_equal((x / scale_of(x) * scale_of(x)).numpy(), x.numpy())
    assert scale_of(mt.zeros((2, 2), dtype)) > 0
