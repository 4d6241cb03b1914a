"""Weighted means, however small the weights."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import FLOATS

import minitensor as mt
from minitensor.models.softmax import Softmax


def written_out(scores, values):
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    return (weights @ values) / weights.sum(-1, keepdims=True)


@given(data=st.data(), seed=st.integers(0, 99), dtype=st.sampled_from(FLOATS))
def test_tiles_of_points_make_the_means_of_all(backend, data, seed, dtype):
    rng = np.random.default_rng(seed)
    q, n, v = (data.draw(st.integers(1, 6)) for _ in range(3))
    # From scores that differ by little to those of which e to the power is 0 or ∞, in any order.
    scores = rng.normal(0, 10.0 ** rng.integers(-1, 5), (2, q, n)) + 10.0 ** rng.integers(0, 6)
    scores, values = scores.astype(dtype), rng.normal(size=(2, n, v)).astype(dtype)
    lined = mt.tensor(np.concatenate([values, np.ones((2, n, 1), dtype)], 2))
    edges = sorted({0, n, *data.draw(st.lists(st.integers(0, n), max_size=3))})
    scale = data.draw(st.sampled_from([1.0, 0.5, 8.0]))
    each = Softmax(scale)
    for start, stop in pairwise(edges):
        each.add(mt.tensor(scores[..., start:stop] / scale), lined[:, start:stop])
    found = each.means()
    assert found.dtype == dtype
    wanted = written_out(scores.astype("float64"), values.astype("float64"))
    np.testing.assert_allclose(found.numpy(), wanted, atol=50 * np.finfo(dtype).eps * abs(values).max())


def test_no_points_have_no_mean():
    with pytest.raises(AssertionError, match="no mean of no points"):
        Softmax().means()
