"""The Fourier series: any error the caller asks for is kept to, down to 1e-6 bandwidths and below."""

import math
import tracemalloc

import numpy as np
import pytest
from cluster_strategies import clouds, distances, exact_means, rounding
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

import minitensor as mt
from minitensor.cluster.meanshift import fourier
from minitensor.data import blobs
from minitensor.errors import OutOfMemoryError


@examples(40)
@given(points=clouds(width=6.0), error=st.sampled_from([0.5, 1e-2, 1e-4, 1e-6, 1e-10]), bandwidth=st.floats(1.0, 3.0))
def test_no_update_is_off_by_more_than_was_asked_for(backend, points, error, bandwidth):
    points = points.to(backend)
    made = fourier.build(points, bandwidth, error)
    moved, weights = made.shift(points)
    means, totals = exact_means(points, points, bandwidth)
    assert made.error_bound <= error * bandwidth * (1 + 1e-12)
    assert distances(moved, means).max() <= made.error_bound + rounding(points)
    np.testing.assert_allclose(weights.numpy()[:, 0], totals, rtol=error + 1e-6)


def test_between_the_points_too(backend):
    points, _ = blobs(1, each=100)
    rng = np.random.default_rng(0)
    queries = mt.tensor(rng.dirichlet(np.ones(5), 50) @ points.numpy()[::120])
    made = fourier.build(points, 4.0, 1e-6)
    expected, totals = exact_means(queries, points, 4.0)
    wrong = distances(made.shift(queries)[0], expected)
    assert (wrong <= made.error_bound / np.minimum(totals, 1)).all()


def test_six_more_digits_cost_half_as_many_waves_again():
    points, _ = blobs(1, each=100)
    coarse, fine = (fourier.build(points, 2.5, error) for error in (1e-2, 1e-8))
    assert all(a < b < 1.7 * a for a, b in zip(coarse.waves, fine.waves, strict=True))
    assert fourier.count_terms(points, 2.5, 1e-8) == math.prod(fine.waves)


def test_too_few_waves_or_too_short_a_period_would_be_noticed(monkeypatch):
    """The checker must reject a series that stops short of R."""
    points, _ = blobs(1, each=50)
    expected = exact_means(points, points, 2.5)[0]
    made = fourier.build(points, 2.5, 1e-6)
    assert distances(made.shift(points)[0], expected).max() <= 2.5e-6
    monkeypatch.setattr(fourier, "_bound", lambda radius, n, d: 0.0 if radius >= 3 else math.inf)
    short = fourier.build(points, 2.5, 1e-6)
    assert distances(short.shift(points)[0], expected).max() > 2.5e-6


@examples(20)
@given(
    points=clouds(width=5.0, dtypes=("float64",)), seed=st.integers(0, 2**32 - 1), memory=st.sampled_from([1, 10**5])
)
def test_order_and_tiles_do_not_matter(backend, points, seed, memory):
    points = points.to(backend)
    order = mt.random.permutation(mt.random.generator(seed), len(points))
    one = fourier.build(points, 1.0, 1e-4).shift(points)[0]
    other = fourier.build(points[order], 1.0, 1e-4, memory).shift(points)[0]
    np.testing.assert_allclose(other.numpy(), one.numpy(), atol=1e-9)


def test_memory_is_what_the_docstring_says():
    points = mt.random.uniform(mt.random.generator(0), (1_000, 2), 0, 10)
    tracemalloc.start()
    made = fourier.build(points, 0.1, 1e-6)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak <= 16 * 7 * math.prod(made.waves) + 3e6


def test_a_far_outlier_does_not_fill_the_memory():
    with pytest.raises(OutOfMemoryError, match=r"waves do not fit into .* use method='cells'"):
        fourier.build(mt.tensor([[0.0, 0.0], [1e6, 1e6]]), 1.0)


@pytest.mark.parametrize(
    ("shape", "error", "message"),
    [((3, 4), 1e-6, "the points have 4 dimensions"), ((3, 2), 1.0, "less than 1"), ((3, 2), 1e-16, "sums are rounded")],
)
def test_what_a_series_cannot_be(shape, error, message):
    with pytest.raises(ValueError, match=message):
        fourier.build(mt.zeros(shape), 1.0, error)
