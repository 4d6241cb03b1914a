"""What must not matter: where the data lie, their unit, their order, and whether every point is there twice."""

import numpy as np
import pytest
from cluster_strategies import same_partition
from hypothesis import example, given
from hypothesis import strategies as st
from strategies import examples

import minitensor as mt
from minitensor.cluster import MeanShift, estimate_bandwidth, mean_shift

# What `mean_shift` is asked for; a bandwidth of 1 comes on top.
WAYS = {
    "gaussian": {"method": "exact"},
    "flat": {"kernel": "flat"},
    "triangular": {"kernel": "triangular"},
    "blurring": {"blurring": True, "max_iter": 30},
    "grid": {"method": "grid"},
    "cells": {"method": "cells"},
    "fourier": {"method": "fourier", "error": 1e-4},
}
pytestmark = [
    pytest.mark.thorough_on_strict,
    pytest.mark.filterwarnings("ignore::minitensor.errors.ConvergenceWarning"),
]


@st.composite
def moved(draw):
    """Points on a lattice and the same points moved by whole steps, both exact in their dtype; and the step."""
    dtype = draw(st.sampled_from(["float32", "float64"]))
    n, d = draw(st.integers(1, 25)), draw(st.integers(1, 2))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    bits = np.finfo(dtype).nmant
    lattice = rng.integers(-(2**6), 2**6, (n, d))
    far = rng.integers(-(2 ** (bits - 1)), 2 ** (bits - 1), d) if draw(st.booleans()) else rng.integers(-999, 999, d)
    step = 2.0**-4  # so that the points are up to 8 bandwidths wide
    here, there = (mt.tensor(each * step, dtype=dtype) for each in (lattice, lattice + far))
    assert (there.numpy().astype("float64") / step == lattice + far).all()
    return here, there


@pytest.mark.parametrize("way", WAYS)
@examples(20)
@given(case=moved())
def test_where_the_data_lie_does_not_matter(backend, way, case):
    here, there = (each.to(backend) for each in case)
    one, other = (mean_shift(each, 1.0, **WAYS[way]) for each in (here, there))
    assert other.labels.tolist() == one.labels.tolist()
    assert other.n_iter == one.n_iter
    offset = there.numpy()[0].astype("float64") - here.numpy()[0]
    rounding = 2 * float(np.finfo(here.dtype).eps) * float(abs(there).max().item() + 16)
    np.testing.assert_allclose(other.centers.numpy() - offset, one.centers.numpy(), rtol=0, atol=rounding)


@pytest.mark.parametrize("options", [{}, {"kernel": "flat"}, {"bin_seeding": True}, {"cluster_all": False}])
@pytest.mark.parametrize("bandwidth", [1.0, None])
@examples(20)
@given(case=moved())
def test_nor_to_the_estimator(backend, options, bandwidth, case):
    here, there = (each.to(backend) for each in case)
    one, other = (MeanShift(bandwidth=bandwidth, **options).fit(each) for each in (here, there))
    assert other.labels_.tolist() == one.labels_.tolist()
    assert other.bandwidth_ == one.bandwidth_
    assert other.predict(there).tolist() == one.predict(here).tolist()
    if options.get("cluster_all", True):
        assert other.predict(there).tolist() == other.labels_.tolist()


@pytest.mark.parametrize("rule", ["silverman", "neighbours"])
@examples(20)
@given(case=moved())
def test_nor_to_an_estimated_bandwidth(backend, rule, case):
    found = []
    for each in case:
        try:
            found.append(estimate_bandwidth(each.to(backend), rule, quantile=0.5))
        except ValueError as error:
            found.append(str(error))
    assert found[0] == found[1]


@st.composite
def scaled(draw):
    """Points of any size, and a power of two that keeps every digit of theirs."""
    dtype = draw(st.sampled_from(["float32", "float64"]))
    n, d = draw(st.integers(1, 25)), draw(st.integers(1, 2))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    points = mt.tensor(rng.uniform(2, 5, (n, d)) * rng.choice([-1, 1], (n, d)), dtype=dtype)
    most = np.finfo(dtype).maxexp - 5
    return points, draw(st.sampled_from([-most + 3, -most // 2, -7, 9, most // 2, most]))


@pytest.mark.parametrize("way", WAYS)
@examples(20)
@given(case=scaled())
def test_the_unit_does_not_matter(backend, way, case):
    points, exponent = case[0].to(backend), case[1]
    one, other = (mean_shift(points * unit, unit, **WAYS[way]) for unit in (1.0, 2.0**exponent))
    assert other.labels.tolist() == one.labels.tolist()
    assert (other.centers * 2.0**-exponent).tolist() == one.centers.tolist()
    assert other.n_iter == one.n_iter


@pytest.mark.parametrize("options", [{}, {"kernel": "flat"}, {"bin_seeding": True}])
@examples(20)
@given(case=scaled())
def test_nor_the_unit_to_the_estimator(backend, options, case):
    points, exponent = case[0].to(backend), case[1]
    far = points * 2.0**exponent
    one, other = (MeanShift(**options).fit(each) for each in (points, far))
    assert other.labels_.tolist() == one.labels_.tolist()
    if len(points) > 1:  # any width will do for one point
        assert other.bandwidth_ == one.bandwidth_ * 2.0**exponent
    assert other.predict(far).tolist() == one.predict(points).tolist() == one.labels_.tolist()


@st.composite
def apart(draw):
    """Tight clusters of different sizes, far apart, somewhere: no rounding can change what is found."""
    d, dtype = draw(st.integers(1, 2)), draw(st.sampled_from(["float32", "float64"]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    truth = np.repeat(np.arange(4), [9, 6, 4, 1])[rng.permutation(20)]
    middles = 9.0 * rng.permutation(6)[:4, None] * np.ones(d) + draw(st.sampled_from([0.0, -1e4, 1e6]))
    return mt.tensor(middles[truth] + rng.integers(-2, 3, (20, d)) / 8, dtype=dtype), truth, rng


@pytest.mark.parametrize("way", WAYS)
@examples(20)
@given(case=apart())
def test_order_and_doubling_do_not_matter(backend, way, case):
    points, truth, rng = case[0].to(backend), case[1], case[2]
    order = rng.permutation(len(truth))
    for number in (order, np.concatenate([order, order[::-1]])):
        found = mean_shift(points[mt.tensor(number)], 1.0, **WAYS[way])
        assert found.labels.tolist() == truth[number].tolist()
        model = MeanShift(bandwidth=1.0, **{k: v for k, v in WAYS[way].items() if k in ("kernel", "method")})
        assert model.fit(points[mt.tensor(number)]).labels_.tolist() == truth[number].tolist()
        assert model.predict(points).tolist() == truth.tolist()


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("kernel", ["gaussian", "flat", "triangular"])
@examples(50)
@given(seed=st.integers(0, 2**32 - 1), share=st.floats(0.2, 1.0), bandwidth=st.sampled_from([0.6, 1.0]))
def test_bandwidths_near_the_largest_number_are_right(dtype, kernel, seed, share, bandwidth):
    """Beside such a bandwidth all points weigh the same, if they are small; and if not, it is as in any other unit."""
    rng = np.random.default_rng(seed)
    points, most = rng.normal(size=(30, 2)).astype(dtype), float(np.finfo(dtype).max)
    with mt.use_backend("numpy"):
        found = mean_shift(mt.tensor(points), share * most, kernel=kernel)
    assert found.converged
    np.testing.assert_allclose(found.centers.numpy(), points.astype("f8").mean(0)[None], atol=4 * np.finfo(dtype).eps)
    wide = rng.uniform(-0.9, 0.9, (30, 2)) * most
    with mt.use_backend("numpy"):
        one, other = (mean_shift(mt.tensor(wide * unit, dtype), bandwidth * most * unit, kernel=kernel)
                      for unit in (1.0, 2.0**-4))  # fmt: skip
    assert other.labels.tolist() == one.labels.tolist()
    assert np.isfinite(one.centers.numpy()).all()


@pytest.mark.parametrize("offset", [[0.0, 0.0], [1e6, 1e6], [500_000.0, 4_649_776.0]], ids=["here", "1e6", "on a map"])
def test_three_blobs_are_three_clusters_in_float32_too(backend, offset):
    rng = np.random.default_rng(0)
    blobs = np.concatenate([rng.normal(middle, 0.7, (100, 2)) for middle in ([0, 0], [8, 0], [0, 8])])
    points = mt.tensor(blobs + offset, dtype="float32")
    for options in ({}, {"kernel": "flat"}, {"method": "grid"}, {"method": "cells"}, {"method": "fourier"}):
        width = 2.4 if "kernel" in options else 1.0
        found, model = mean_shift(points, width, **options), MeanShift(bandwidth=width, **options).fit(points)
        assert found.labels.numpy()[found.labels.numpy() < 3].size >= 297
        assert same_partition(model.labels_.numpy()[::7], np.repeat([0, 1, 2], 100)[::7])
        assert found.converged


@pytest.mark.parametrize("unit", [1e-300, 1e-200, 1e200])
def test_an_estimate_knows_no_unit(backend, unit):
    rng = np.random.default_rng(0)
    points = mt.tensor(np.concatenate([rng.normal(at, 1, (60, 2)) for at in (0, 6)]))
    one, other = MeanShift().fit(points), MeanShift().fit(points * unit)
    assert other.labels_.tolist() == one.labels_.tolist()
    assert other.bandwidth_ == pytest.approx(one.bandwidth_ * unit, rel=1e-12)


@pytest.mark.parametrize("kernel", ["gaussian", "flat", "triangular"])
@examples(20)
@given(seed=st.integers(0, 2**32 - 1), times=st.sampled_from([3, 7, 10]))
@example(seed=36738827, times=10)  # a peak as far from one centre as from another
def test_rounding_does_not_settle_what_is_exactly_one_bandwidth_apart(backend, kernel, seed, times):
    sites = mt.tensor(np.random.default_rng(seed).integers(0, 5, (30, 2)).astype(float))
    labels = mean_shift(sites, 1.0, kernel=kernel).labels.numpy()
    wider = mean_shift(sites * times, 1.0 * times, kernel=kernel).labels.numpy()
    again = mean_shift(mt.concat([sites] * times), 1.0, kernel=kernel).labels.numpy()[:30]
    assert same_partition(wider, labels)
    assert same_partition(again, labels)
