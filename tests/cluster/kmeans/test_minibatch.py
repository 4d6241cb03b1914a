"""Steps on batches: near what all points give, from memory or from a file."""

import tracemalloc

import numpy as np
import pytest

import minitensor as mt
from minitensor.cluster import KMeans
from minitensor.cluster.kmeans.minibatch import Batches
from minitensor.data import blobs
from minitensor.errors import InputError, ShapeError


@pytest.mark.parametrize("dtype", ["float32", pytest.param("float64", marks=pytest.mark.thorough)])
def test_it_comes_near_the_inertia_of_all_points(backend, dtype):
    points = blobs(2, each=300, dtype=dtype)[0]
    whole = KMeans(6, n_init=3).fit(points)
    batched = KMeans(6, batch_size=128, n_init=3).fit(points)
    assert batched.cluster_centers_.dtype == dtype
    assert batched.inertia_ < 1.1 * whole.inertia_
    np.testing.assert_array_equal(batched.predict(points).numpy(), batched.labels_.numpy())
    assert -batched.score(points) == pytest.approx(batched.inertia_, rel=1e-4)


def test_a_file_of_points_is_read_a_batch_at_a_time(tmp_path):
    rng, file = np.random.default_rng(0), tmp_path / "points"
    shape = (400_000, 4)
    written = np.memmap(file, "float32", "w+", shape=shape)
    written[:] = rng.normal(size=shape) + 6 * rng.integers(0, 4, (len(written), 1))
    written.flush()
    points = np.memmap(file, "float32", "r", shape=shape)
    tracemalloc.start()
    model = KMeans(4, batch_size=1024).fit(points)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 0.9 * points.nbytes + 8 * 2 * len(points)  # labels, in batches and then in a row, and one batch
    assert np.sort(model.cluster_centers_.mean(1)) == pytest.approx([0, 6, 12, 18], abs=0.3)
    whole = KMeans(4, init=model.cluster_centers_, n_init=1).fit(points)  # an array like another, if it fits
    assert model.inertia_ == pytest.approx(whole.inertia_, rel=0.01)


def test_what_is_not_a_number_is_found_where_it_is_read():
    points = np.ones((5_000, 2)) * np.arange(5_000)[:, None]
    points[4_321, 1] = np.nan
    with pytest.raises(InputError, match="NaN or infinity"):
        KMeans(2, batch_size=50, max_iter=1).fit(points)
    with pytest.raises(ShapeError, match=r"not \(points, dimensions\)"):
        KMeans(2, batch_size=50).fit(np.ones(5))
    with pytest.raises(InputError, match="should be >= n_clusters"):
        KMeans(8, batch_size=50).fit(points[:3])


def test_weights_count(backend):
    points = mt.tensor(np.repeat([[0.0], [1.0], [10.0]], 50, axis=0) + np.linspace(0, 0.01, 150)[:, None])
    weights = np.repeat([0.0, 1.0, 1.0], 50)
    model = KMeans(2, batch_size=60).fit(points, sample_weight=weights)
    assert np.sort(model.cluster_centers_.numpy()[:, 0]) == pytest.approx([1.0, 10.0], abs=0.1)


def test_rows_of_a_list_and_of_a_tensor():
    for given in ([[1, 2], [3, 4]], mt.tensor([[1.0, 2.0], [3.0, 4.0]])):
        batches = Batches(given)
        assert (batches.length, batches.rows(np.array([1])).tolist()) == (2, [[3.0, 4.0]])
        assert [(here.start, rows.tolist()) for here, rows in batches.in_order(1)] == [(0, [[1, 2]]), (1, [[3, 4]])]
