"""Distances for `transform`: none loses its digits, in few dimensions and in many."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minitensor as mt
from minitensor.cluster.kmeans.distances import distances_to
from minitensor.cluster.kmeans.lloyd import coordinates


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@given(seed=st.integers(0, 999), n=st.integers(1, 20), d=st.sampled_from([1, 2, 9, 40]), k=st.integers(1, 6))
def test_distances(backend, dtype, seed, n, d, k):
    rng = np.random.default_rng(seed)
    points, centers = rng.uniform(-2, 2, (n, d)).astype(dtype), rng.uniform(-2, 2, (k, d)).astype(dtype)
    centers[0] = points[0]  # the distance is 0, and others are small
    points[-1] = points[0] + 1e-3 * rng.normal(size=d).astype(dtype)
    found = distances_to(coordinates(mt.tensor(points)), mt.tensor(centers)).numpy()
    exact = np.sqrt(((points[:, None].astype("longdouble") - centers) ** 2).sum(2))
    assert found.dtype == dtype
    np.testing.assert_allclose(found, exact.astype("float64"), rtol=3e4 * np.finfo(dtype).eps, atol=1e-30)
    if n > 1:
        assert found[0, 0] == 0
