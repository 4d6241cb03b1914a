"""`mean_shift(method=)`: what it picks, what it promises, and that every way finds the clusters that exact finds."""

import math
import warnings
from functools import cache

import numpy as np
import pytest
from cluster_strategies import clouds, distances, exact_means, rounding, same_partition
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

import minitensor as mt
from minitensor.cluster import mean_shift
from minitensor.cluster.meanshift import choosing, fourier
from minitensor.cluster.meanshift.attention import MEMORY
from minitensor.cluster.meanshift.choosing import choose
from minitensor.data import blobs
from minitensor.errors import OutOfMemoryError

WAYS = ("grid", "cells", "fourier")
ROUNDED = {"float32": 0.01, "float64": 1e-7}  # bandwidths that rounding adds to what was asked for, here at most


@cache
def exactly(backend, dtype):
    points, _ = blobs(seed=2, each=60, dtype=dtype)
    return points, mean_shift(points, 2.5, method="exact")


@pytest.mark.parametrize("method", WAYS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_every_way_finds_what_exact_finds(backend, method, dtype):
    metrics = pytest.importorskip("sklearn.metrics", reason="the score comes with scikit-learn, an extra")
    points, exact = exactly(backend, dtype)
    found = mean_shift(points, 2.5, method=method)
    assert (exact.method, exact.error_bound) == ("exact", 0.0)
    assert found.method == method
    assert 0 < found.error_bound <= (0.2 + ROUNDED[dtype]) * 2.5
    assert found.converged
    assert found.centers.dtype == dtype
    assert metrics.adjusted_rand_score(exact.labels.numpy(), found.labels.numpy()) > 0.99
    assert found.centers.shape == exact.centers.shape
    assert distances(found.centers, exact.centers).max() < 0.05 * 2.5
    np.testing.assert_array_equal(np.argsort(-np.bincount(found.labels.numpy()), stable=True), range(6))


@pytest.mark.parametrize("method", WAYS)
@examples(25)
@given(points=clouds(width=6.0), error=st.sampled_from([0.02, 0.1, 0.3]))
def test_the_bound_in_the_result_holds(backend, method, points, error):
    points = points.to(backend)
    if method == "grid" and points.shape[1] == 3 and error < 0.3:
        error = 0.3  # finer grids of three dimensions take the tests too long
    way = choose(method, points, 1.0, error, MEMORY)
    assert way.error_bound <= error + ROUNDED[points.dtype.name]
    wrong = distances(way.shift(points)[0], exact_means(points, points, 1.0)[0])
    assert wrong.max() <= way.error_bound + rounding(points)


@examples(25)
@given(points=clouds(most=5, width=6.0, dtypes=("float64",)), error=st.sampled_from([0.02, 0.1, 0.3]))
def test_the_bound_holds_where_sums_are_in_float32(backend, points, error):
    points = points.to(backend)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(choosing, "EXACT", 0)
        way = choose("cells", points, 1.0, error, MEMORY)
        assert choose("cells", points, 1.0, error, MEMORY, tol=1e-9).points.dtype == "float64"
    assert way.points.dtype == "float32"
    wrong = distances(way.shift(points)[0], exact_means(points, points, 1.0)[0])
    assert wrong.max() <= way.error_bound + rounding(points)
    assert way.error_bound <= error + ROUNDED["float32"]


def test_a_grid_that_is_too_coarse_for_the_error_is_made_finer(backend, monkeypatch):
    monkeypatch.setattr(choosing, "_spacing", lambda error, n: 0.25)
    points, _ = blobs(2, each=30)
    first, second = (choose("grid", points, 2.5, error, MEMORY) for error in (0.9, 0.05))
    assert second.error_bound <= 0.05 * 2.5 < first.error_bound
    assert len(second.starts(points)[0]) > len(first.starts(points)[0])


ODD = {
    "one point": ([[3.0, 4.0]], [0]),
    "duplicates": ([[1.0, 2.0]] * 5, [0] * 5),
    "collinear": ([[0.1 * i, 0.3 * i] for i in range(8)], [0] * 8),
    "a far outlier": ([[0.0], [0.1], [0.2], [3e4]], [0, 0, 0, 1]),
    "constant features": ([[0.0, 7.0, -1.0], [0.2, 7.0, -1.0], [9.0, 7.0, -1.0]], [0, 0, 1]),
    "one dimension": ([[0.0], [0.3], [8.0], [8.2], [8.3]], [1, 1, 0, 0, 0]),
}


@pytest.mark.parametrize("method", [*WAYS, "auto"])
@pytest.mark.parametrize("odd", ODD)
def test_odd_data(backend, monkeypatch, method, odd):
    monkeypatch.setattr(choosing, "EXACT", 0)
    points, labels = ODD[odd]
    found = mean_shift(mt.tensor(points), 1.0, method=method)
    assert found.labels.tolist() == labels
    assert found.converged


@pytest.mark.parametrize("d", [1, 2, 3, 64])
def test_clusters_a_million_bandwidths_apart(backend, monkeypatch, d):
    """Two of them; the grid takes a few blocks for each, and a series does not fit."""
    monkeypatch.setattr(choosing, "EXACT", 0)
    points = mt.concat([mt.random.normal(mt.random.generator(d), (30, d), std=0.5 / d**0.5) + at for at in (0.0, 1e6)])
    found = mean_shift(points, 1.0)
    assert found.method == ("grid" if d <= 3 else "cells")
    assert same_partition(found.labels.numpy(), np.repeat([0, 1], 30))
    if d in (2, 3):
        assert same_partition(mean_shift(points, 1.0, method="grid").labels.numpy(), np.repeat([0, 1], 30))
        with pytest.raises(OutOfMemoryError, match="use method='cells'"):
            mean_shift(points, 1.0, method="fourier")


def test_one_far_outlier_does_not_change_the_method():
    points = mt.concat([blobs(2, each=1_500)[0], mt.tensor([[1e6, -1e6]])])
    found = mean_shift(points, 2.5)
    assert found.method == "grid"
    assert found.labels[-1].item() == found.labels.max().item() == 6
    np.testing.assert_array_equal(found.labels.numpy()[:-1], mean_shift(points[:-1], 2.5).labels.numpy())


def test_what_auto_picks(monkeypatch):
    monkeypatch.setattr(choosing, "EXACT", 100)
    flat, solid, wide = (mt.random.uniform(mt.random.generator(0), (120, d), 0, 3) for d in (2, 3, 8))

    def picked(points, **options):
        arguments = {"method": "auto", "bandwidth": 1.0, "error": 0.1, "memory": MEMORY} | options
        return choose(points=points, **arguments).method

    assert picked(flat[:100]) == "exact"
    assert picked(flat) == "grid"
    assert picked(flat, error=0) == "exact"
    assert picked(flat, only_exact="path=True") == "exact"
    assert picked(wide) == "cells"
    assert picked(flat, error=1e-4) == "cells"  # more terms than points
    many = mt.random.uniform(mt.random.generator(0), (20_000, 2), 0, 3)
    assert picked(many, error=1e-4) == "fourier"
    assert picked(many, error=1e-13) == "cells"  # finer than a series is rounded
    apart = mt.concat([many[:10_000], many[10_000:] + 15.0])
    assert picked(apart, error=1e-4) == "cells"  # fewer terms than an eighth of the points, but not of those nearby
    assert fourier.count_terms(apart, 1.0, 1e-4) < len(apart) / 8
    assert picked(solid, error=0.3) == "grid"


@pytest.mark.parametrize("options", [{"kernel": "flat"}, {"blurring": True}, {"path": True}])
def test_only_exact_does_the_rest(monkeypatch, options):
    monkeypatch.setattr(choosing, "EXACT", 0)
    points, _ = blobs(2, each=5)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert mean_shift(points, 2.5, **options).method == "exact"
    with pytest.raises(ValueError, match=r"method='grid' cannot do .*=.*; use method='exact'"):
        mean_shift(points, 2.5, method="grid", **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "magic"}, "there is no method 'magic'; choose one of auto, exact, grid, cells, fourier"),
        ({"error": -1}, "error=-1; it must be a number, 0 or more"),
        ({"error": math.nan}, "error=nan"),
        ({"error": "small"}, "error='small'"),
        ({"method": "cells", "error": 0}, "is never exact"),
        ({"method": "grid", "error": 1e-6}, "needs nodes under .* use method='fourier'"),
    ],
)
def test_bad_input_is_named(options, message):
    points, _ = blobs(0, each=5)
    with pytest.raises(ValueError, match=message):
        mean_shift(points, 2.5, **options)


@pytest.mark.thorough_on_strict
@pytest.mark.parametrize("method", WAYS)
@pytest.mark.parametrize("factor", [1e-30, 1e20])
def test_the_unit_of_the_data_does_not_matter(backend, method, factor):
    points, _ = blobs(2, each=15)
    found, scaled = (mean_shift(points * unit, 2.5 * unit, method=method) for unit in (1.0, factor))
    np.testing.assert_array_equal(scaled.labels.numpy(), found.labels.numpy())
    np.testing.assert_allclose(scaled.centers.numpy() / factor, found.centers.numpy(), rtol=1e-6)
    assert scaled.error_bound / factor == pytest.approx(found.error_bound, rel=0.1)


@pytest.mark.thorough_on_strict
@pytest.mark.parametrize("method", WAYS)
def test_the_order_of_the_points_does_not_matter(backend, method):
    points, _ = blobs(2, each=30)
    order = mt.random.permutation(mt.random.generator(5), len(points))
    found, permuted = (mean_shift(each, 2.5, method=method) for each in (points, points[order]))
    np.testing.assert_allclose(np.sort(permuted.centers.numpy(), 0), np.sort(found.centers.numpy(), 0), atol=1e-2)
    assert same_partition(permuted.labels.numpy(), found.labels.numpy()[order.numpy()])


def test_a_million_points_need_no_table_of_pairs():
    """Small enough for a test: memory stays some copies of the points, and every point has a label."""
    points, truth = blobs(3, each=10_000, dtype="float32")
    found = mean_shift(points, 2.5)
    assert found.method == "grid"
    assert np.bincount(found.labels.numpy()).tolist() == sorted(np.bincount(found.labels.numpy()), reverse=True)
    assert (found.labels == truth).shape == (60_000,)
