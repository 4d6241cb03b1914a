"""Cells: nothing near is missed, what is left out is within the bound, and time is linear only at constant density."""

import math

import numpy as np
import pytest
from cluster_strategies import clouds, distances, exact_means, rounding
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

import minitensor as mt
from minitensor.cluster.meanshift import cells
from minitensor.cluster.meanshift.cells import radius_for, truncation_bound
from minitensor.data import blobs


def exact(points, radius):
    """Exact means over all points, how many points lie beyond `radius`, and the weight of the others; h = 1."""
    x = points.numpy().astype("float64")
    squared = ((x[:, None] - x) ** 2).sum(2)
    weights = np.exp(-squared / 2)
    far = squared > radius**2
    return exact_means(points, points, 1.0)[0], far.sum(1), np.where(far, 0, weights).sum(1)


@examples(40)
@given(points=clouds(most=5, width=20.0), radius=st.sampled_from([1.0, 1.5, 2.5, 4.0]))
def test_an_update_is_off_by_the_stated_bound_at_most(backend, points, radius):
    points = points.to(backend)
    made = cells.build(points, 1.0, radius)
    means, far, near = exact(points, radius)
    wrong = distances(made.shift(points)[0], means)
    x = points.numpy().astype("float64")
    diameter = np.sqrt(((x[:, None] - x) ** 2).sum(2)).max()
    slack = 8 * rounding(points)
    assert (wrong <= np.exp(-(radius**2) / 2) * far / near * diameter + slack).all()
    for each in range(len(x)):
        assert wrong[each] <= truncation_bound(radius, far[each], len(x), near[each], diameter) + slack
    assert wrong.max() <= made.error_bound + slack


@examples(40)
@given(points=clouds(most=5, width=40.0, dtypes=("float64",)), seed=st.integers(0, 2**32 - 1))
def test_no_point_within_the_radius_is_missed(backend, points, seed):
    """Queries anywhere between the points, so in empty cells too; the total weight tells what was found."""
    points = points.to(backend)
    rng = np.random.default_rng(seed)
    mixed = rng.dirichlet(np.ones(len(points)), 20) @ points.numpy()
    queries = mt.tensor(np.concatenate([mixed, points.numpy()]))
    squared = ((queries.numpy()[:, None] - points.numpy()) ** 2).sum(2)
    weights = np.exp(-squared / 2)
    within = np.where(squared <= 2.0**2, weights, 0).sum(1)
    found = cells.build(points, 1.0, 2.0).shift(queries)[1].numpy()[:, 0]
    assert (found >= within * (1 - 1e-9)).all()
    assert (found <= weights.sum(1) * (1 + 1e-9)).all()


@examples(25)
@given(points=clouds(most=4, width=30.0, dtypes=("float64",)), seed=st.integers(0, 2**32 - 1))
def test_order_and_tiles_do_not_matter(backend, points, seed):
    points = points.to(backend)
    order = mt.random.permutation(mt.random.generator(seed), len(points))
    one = cells.build(points, 1.0, 6.0).shift(points)
    other = cells.build(points[order], 1.0, 6.0, memory=200).shift(points)
    for a, b in zip(one, other, strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), atol=1e-5)  # what is left out depends on the cells


@examples(40)
@given(points=clouds(most=5, width=2.0))
def test_points_start_near_where_they_are(backend, points):
    points = points.to(backend)
    places, owner = cells.build(points, 1.0).starts(points)
    assert sorted(set(owner.tolist())) == list(range(len(places)))
    off = abs(places[owner] - points).max().item()
    assert off <= cells.START + 1e-5


def test_wide_data_are_summed_in_their_own_dtype(backend):
    points, _ = blobs(2, each=20)
    narrow, wide = (cells.build(points, width, single=True) for width in (2.5, 0.25))
    assert (narrow.points.dtype, wide.points.dtype) == ("float32", "float64")
    assert narrow.error_bound > cells.build(points, 2.5).error_bound
    moved, totals = narrow.shift(points)
    assert (moved.dtype, totals.dtype) == ("float64", "float64")


def test_far_points_are_left_out_and_rows_are_used():
    """Otherwise nothing would be gained: count the pairs that are compared."""
    points = mt.random.uniform(mt.random.generator(0), (4_000, 2), 0, 60)
    made = cells.build(points, 1.0, 3.0)
    pairs = 0
    for start, stop, slices in made._tiles(made.keys):
        pairs += (stop - start) * sum(last - first for first, last in slices)
    assert len(made.axes) == 2
    assert pairs < 0.25 * 4_000**2


def compared(n, side):
    points = mt.random.uniform(mt.random.generator(0), (n, 2), 0, side)
    made = cells.build(points, 1.0, 3.0)
    return sum((b - a) * sum(last - first for first, last in slices) for a, b, slices in made._tiles(made.keys))


def test_the_work_is_linear_at_constant_density_only():
    fixed = compared(64_000, 40) / compared(8_000, 40)
    growing = compared(64_000, 40 * math.sqrt(8)) / compared(8_000, 40)
    assert math.log(fixed, 8) > 1.6  # of quadratic, once tiles are full
    assert math.log(growing, 8) < 1.2


@pytest.mark.parametrize("d", [4, 64])
def test_many_dimensions(backend, d):
    rng = mt.random.generator(0)
    middles = mt.random.normal(rng, (3, d), std=20.0)
    points = mt.concat([mt.random.normal(rng, (40, d)) + middle for middle in middles])
    made = cells.build(points, 4.0, 5.0)
    assert distances(made.shift(points)[0], exact_means(points, points, 4.0)[0]).max() <= made.error_bound
    assert len(made.axes) <= 3


@pytest.mark.parametrize("gap", [1e6, 1e12])
def test_empty_space_costs_nothing(backend, gap):
    near = mt.random.normal(mt.random.generator(0), (50, 3))
    points = mt.concat([near, near[:20] + gap])
    moved, weights = cells.build(points, 1.0, 5.0).shift(points)
    expected, total = exact_means(points, points, 1.0)
    np.testing.assert_allclose(moved.numpy(), expected.numpy(), atol=1e-3 + 1e-15 * gap)
    np.testing.assert_allclose(weights.numpy()[:, 0], total, rtol=1e-3)


def test_a_query_that_nothing_reaches_stays(backend):
    made = cells.build(mt.tensor([[0.0], [200.0]]), 1.0)
    moved, weights = made.shift(mt.tensor([[100.0]]))
    assert (moved.item(), weights.item()) == (100.0, 0.0)
    assert made.shift(mt.zeros((0, 1)))[0].shape == (0, 1)


@given(error=st.floats(1e-9, 0.5), n=st.integers(1, 10**7))
def test_the_radius_for_an_error_keeps_to_it(error, n):
    radius = radius_for(error, n)
    assert truncation_bound(radius, n, n, 1.0, math.inf) <= error
    assert radius == 1 or truncation_bound(radius - 1 / 16, n, n, 1.0, math.inf) > error


@pytest.mark.parametrize("radius", [0.5, math.nan, math.inf])
def test_a_radius_that_means_nothing(radius):
    with pytest.raises(ValueError, match=r"cells: radius=.* it must be 1 or more"):
        cells.build(blobs(0, each=2)[0], 1.0, radius)
