"""Rules of thumb for the bandwidth: against scikit-learn, by hand, and what they refuse."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minitensor as mt
from minitensor.cluster import estimate_bandwidth
from minitensor.data import blobs


@pytest.mark.parametrize("d", [1, 2, 64])
@pytest.mark.parametrize("quantile", [0.05, 0.3, 1.0])
def test_the_neighbours_are_those_of_scikit_learn(backend, d, quantile):
    cluster = pytest.importorskip("sklearn.cluster", reason="scikit-learn is an extra")
    points = mt.random.normal(mt.random.generator(d), (70, d), mean=100.0)
    expected = cluster.estimate_bandwidth(points.numpy(), quantile=quantile)
    assert estimate_bandwidth(points, "neighbours", quantile=quantile) == pytest.approx(expected, rel=1e-9)


def test_a_sample_comes_close_and_a_seed_repeats_it(backend):
    points, _ = blobs(1, each=400)
    whole = estimate_bandwidth(points, "neighbours", samples=10_000)
    sampled = [estimate_bandwidth(points, "neighbours", samples=500, seed=seed) for seed in (0, 0, 1)]
    assert sampled == pytest.approx([whole] * 3, rel=0.15)
    assert sampled[0] == sampled[1] != sampled[2]


@given(seed=st.integers(0, 1_000), n=st.integers(2, 50), d=st.integers(1, 5))
def test_silverman_by_hand(seed, n, d):
    points = np.random.default_rng(seed).normal(size=(n, d)) * 3
    sigma = np.sqrt(points.var(axis=0).mean())
    expected = sigma * (4 / (d + 2)) ** (1 / (d + 4)) * n ** (-1 / (d + 4))
    assert estimate_bandwidth(mt.tensor(points)) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("rule", ["silverman", "neighbours"])
def test_it_scales_with_the_data_and_ignores_where_they_are(backend, rule):
    points, _ = blobs(1, each=20)
    width = estimate_bandwidth(points, rule)
    assert estimate_bandwidth(points * 1e3 + 7.0, rule) == pytest.approx(1e3 * width, rel=1e-6)


@pytest.mark.parametrize(
    ("points", "options", "message"),
    [
        (mt.zeros((0, 2)), {}, r"estimate_bandwidth: the points have 0 sample\(s\)"),
        (mt.tensor([[1, 2]]), {}, "estimate_bandwidth: the points are int64"),
        (mt.tensor([[np.nan]]), {}, "hold NaN or infinity in 1 of 1 points"),
        (mt.ones((5, 2)), {}, "'silverman' gives 0, because the 5 points are so alike"),
        (mt.eye(9), {"rule": "neighbours", "samples": 1}, "a sample of samples=1 has no neighbours; give samples of 2"),
        (mt.ones((9, 2)), {"rule": "neighbours"}, "the 9 points are so alike; give a bandwidth yourself, or a larger"),
        (mt.tensor([[3.0]]), {}, "there is but one point; give a bandwidth yourself$"),
        (mt.tensor([[3.0]]), {"rule": "neighbours"}, "there is but one point; give a bandwidth yourself$"),
        (mt.eye(5), {"rule": "neighbours"}, "quantile=0.3 of 5 points is neighbour number 1, .* a quantile of 0.5 or"),
        (mt.eye(9), {"rule": "neighbours", "samples": 2}, "a quantile of 1 or more, or more samples than 2"),
        (mt.eye(5), {"rule": "neighbours", "quantile": 0.0}, "number 0, but number 1 is the point itself"),
        (mt.ones((5, 2)), {"rule": "scott"}, "there is no rule 'scott'; choose one of silverman, neighbours"),
        (mt.ones((5, 2)), {"quantile": 2}, "quantile=2; it must be a number from 0 to 1"),
        (mt.ones((5, 2)), {"samples": 0}, "samples=0; it must be a whole number, 1 or more"),
    ],
)
def test_bad_input_is_named(points, options, message):
    with pytest.raises((ValueError, TypeError), match=message):
        estimate_bandwidth(points, **options)
