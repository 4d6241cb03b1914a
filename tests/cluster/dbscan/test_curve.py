"""The curve of distances to the k-th neighbour."""

import tracemalloc

import numpy as np
import pytest
from cluster_strategies import lattices
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

import minitensor as mt
from minitensor.cluster import DBSCAN, k_distances
from minitensor.cluster.dbscan import curve
from minitensor.data import blobs


@examples(50)
@given(case=lattices(), data=st.data(), pairs=st.sampled_from([1, 60, 2**18]))
def test_the_curve_is_its_definition(backend, case, data, pairs):
    points = case[0].to(backend)
    k = data.draw(st.integers(1, len(points)))
    x = points.numpy().astype("float64")
    distances = np.sqrt(((x[:, None] - x) ** 2).sum(2))
    right = np.sort(np.sort(distances, axis=1)[:, k - 1])[::-1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(curve, "PAIRS", pairs)
        found = k_distances(points, k, sample=None)
    assert (found.backend, found.dtype) == (backend, points.dtype)
    np.testing.assert_allclose(found.numpy(), right, rtol=1e-6, atol=1e-12)


def test_it_says_how_many_points_are_core_points():
    points = blobs(2, each=100)[0]
    heights = k_distances(points, 10, sample=None).tolist()
    for at in (3, 50, 599):
        model = DBSCAN(heights[at] * (1 + 1e-9), min_samples=10).fit(points)
        assert len(model.core_sample_indices_) == 600 - at


def test_a_sample_is_a_part_of_it_and_the_same_each_time():
    points = blobs(2, each=100)[0]
    some, whole = k_distances(points, 5, sample=40), k_distances(points, 5, sample=None)
    assert some.shape == (40,)
    assert set(some.tolist()) <= set(whole.tolist())
    assert some.tolist() == k_distances(points, 5, sample=40).tolist()
    assert some.tolist() != k_distances(points, 5, sample=40, random_state=1).tolist()
    assert k_distances(points.numpy(), 5, sample=40).tolist() == some.tolist()


def test_memory_is_not_quadratic():
    points = mt.random.normal(mt.random.generator(0), (30_000, 2))
    tracemalloc.start()
    k_distances(points, 10, sample=100)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak <= 8 * (8 * 30_000 + 6 * curve.PAIRS)


@pytest.mark.parametrize(("k", "message"), [(0, "k=0"), (4, "k=4, and there are 3 points; it must be 3 or less")])
def test_a_k_that_cannot_be(k, message):
    with pytest.raises(ValueError, match=f"k_distances: {message}"):
        k_distances([[0.0], [1.0], [2.0]], k)
