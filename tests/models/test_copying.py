"""How near samples are to the data."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import FLOATS

import minitensor as mt
from minitensor.errors import InputError, ShapeError
from minitensor.models import nearness


@given(
    seed=st.integers(0, 999), q=st.integers(1, 9), n=st.integers(1, 9), d=st.integers(1, 6),
    dtype=st.sampled_from(FLOATS), memory=st.sampled_from([1, 100, 2**20]),
)  # fmt: skip
def test_the_nearest_is_found(backend, seed, q, n, d, dtype, memory):
    rng = np.random.default_rng(seed)
    samples, data = rng.normal(size=(q, d)).astype(dtype), rng.normal(size=(n, d)).astype(dtype)
    samples[0] = data[-1]  # a copy
    apart = np.sqrt(((samples[:, None].astype("float64") - data) ** 2).sum(2))
    near = nearness(mt.tensor(samples), mt.tensor(data), memory)
    assert near.rows.tolist() == apart.argmin(1).tolist()
    np.testing.assert_allclose(near.distances.numpy(), apart.min(1), rtol=1e-5 if dtype == "float32" else 1e-12)
    assert near.distances[0].item() == 0.0
    assert near.typical() == pytest.approx(np.median(apart.min(1)))
    assert near.copies(1.0, 0.5) == pytest.approx((near.distances.numpy() < 0.5).mean())


def test_of_equally_near_pictures_it_is_the_first(backend):
    near = nearness(mt.tensor([[1.0]]), mt.tensor([[2.0], [0.0], [2.0]]), memory=1)
    assert (near.rows.tolist(), near.distances.tolist()) == ([0], [1.0])


@pytest.mark.parametrize(
    ("dtype", "size"),
    [("float64", 1e-200), ("float64", 1e200), ("float64", 1e308), ("float32", 1e-30), ("float32", 1e38)],
)
def test_no_distance_vanishes_or_overflows(backend, dtype, size):
    near = nearness(
        mt.tensor([[0.3, 0.4], [1.0, 0.0]], dtype) * size, mt.tensor([[0.0, 0.0], [1.0, 0.0]], dtype) * size
    )
    assert near.rows.tolist() == [0, 1]
    np.testing.assert_allclose(near.distances.numpy(), [0.5 * size, 0.0], rtol=1e-6)


def test_what_does_not_fit_is_refused(backend):
    with pytest.raises(ShapeError, match="nearness: samples of shape"):
        nearness(mt.zeros((2, 3)), mt.zeros((2, 4)))
    with pytest.raises(InputError, match=r"samples are float32, data float64; use .astype\('float64'\)"):
        nearness(mt.zeros((2, 3), "float32"), mt.zeros((2, 3)))
    with pytest.raises(InputError, match="nearness: memory=-1; it must be a whole number, 1 or more"):
        nearness(mt.zeros((2, 3)), mt.zeros((2, 3)), memory=-1)
    with pytest.raises(ShapeError, match=r"the data has shape \(2, 8, 8\), .*; write data.reshape\(len\(data\), -1\)"):
        nearness(mt.zeros((2, 64)), mt.zeros((2, 8, 8)))
    with pytest.raises(InputError, match="nearness: a distance is beyond the largest float64; divide samples and data"):
        nearness(mt.tensor([[1.5e308]]), mt.tensor([[-1.5e308]]))
    with pytest.raises(InputError, match="copies: typical=0; it must be positive"):
        nearness(mt.zeros((2, 3)), mt.zeros((2, 3))).copies(0)
