"""A step of Lloyd's algorithm: tiles, scores, sums by centre."""

import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import tensors

import minitensor as mt
from minitensor.cluster.kmeans import lloyd
from minitensor.cluster.kmeans.lloyd import PartialSums, lowest, partial_sums
from minitensor.errors import DTypeError, GradientError, InputError, ShapeError


@st.composite
def problems(draw, dtypes=("float32", "float64")):
    """Points, centres, weights or None; any number of dimensions, any memory layout, many ties."""
    d, dtype = draw(st.sampled_from([1, 2, 3, 5, 9, 12])), draw(st.sampled_from(dtypes))
    n = draw(st.integers(0, 12))
    points, centers = draw(tensors((n, d), dtype)), draw(tensors((draw(st.integers(1, 15)), d), dtype))
    weights = draw(st.none() | tensors((n,), dtype, st.integers(0, 24).map(lambda number: number / 8)))
    return points, centers, weights


def by_definition(points, centers, weights):
    """In float64, which holds all that eighths give exactly."""
    x, c = points.numpy().astype("float64"), centers.numpy().astype("float64")
    w = np.ones(len(x)) if weights is None else weights.numpy().astype("float64")
    squared = ((x[:, None] - c) ** 2).sum(2)
    labels = squared.argmin(1)
    one = (labels == np.arange(len(c))[:, None]) * w
    return PartialSums(labels, one @ x, one.sum(1), float((squared.min(1) * w).sum())), squared


def agree(found, points, centers, weights):
    expected, squared = by_definition(points, centers, weights)
    eps = float(np.finfo(points.dtype).eps)
    assert (found.labels.dtype, found.sums.dtype, found.counts.dtype) == ("int64", "float64", "float64")
    chosen = squared[np.arange(len(squared)), found.labels.numpy()]
    np.testing.assert_allclose(chosen, squared.min(1), atol=100 * len(centers.T) * 400 * eps)  # ties by rounding
    one = found.labels.numpy() == np.arange(len(centers))[:, None]
    one = one * (1.0 if weights is None else weights.numpy().astype("float64"))
    np.testing.assert_allclose(found.counts.numpy(), one.sum(1))
    np.testing.assert_allclose(found.sums.numpy(), one @ points.numpy().astype("float64"), atol=2e3 * eps)
    assert found.inertia == pytest.approx(expected.inertia, rel=100 * eps, abs=1e5 * eps)


@given(problem=st.data())
def test_partial_sums_are_the_definition(backend, problem):
    agree(partial_sums(*(given := problem.draw(problems()))), *given)


@given(problem=st.data(), tile=st.integers(1, 9))
def test_the_tiles_do_not_change_the_answer(backend, problem, tile):
    given = problem.draw(problems())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lloyd, "TILE", tile)
        patch.setattr(lloyd, "LEAST", 1)
        agree(partial_sums(*given), *given)


@given(problem=st.data(), cut=st.integers(0, 12))
def test_chunks_add_up(backend, problem, cut):
    points, centers, weights = problem.draw(problems())
    whole = partial_sums(points, centers, weights)
    cut = min(cut, len(points))
    parts = [
        partial_sums(points[part], centers, None if weights is None else weights[part])
        for part in (slice(0, cut), slice(cut, len(points)))
    ]
    eps = float(np.finfo(points.dtype).eps)
    np.testing.assert_allclose(sum(part.sums.numpy() for part in parts), whole.sums.numpy(), atol=2e3 * eps)
    np.testing.assert_allclose(sum(part.counts.numpy() for part in parts), whole.counts.numpy())
    assert sum(part.inertia for part in parts) == pytest.approx(whole.inertia, rel=100 * eps, abs=1e5 * eps)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_far_from_the_origin_nothing_is_lost(backend, dtype):
    rng = np.random.default_rng(0)
    near, centers = rng.integers(-40, 40, (500, 3)) / 8, rng.integers(-40, 40, (6, 3)) / 8
    here = partial_sums(mt.tensor(near, dtype), mt.tensor(centers, dtype))
    there = partial_sums(mt.tensor(near + 1e6, dtype), mt.tensor(centers + 1e6, dtype))
    np.testing.assert_array_equal(there.labels.numpy(), here.labels.numpy())
    assert there.inertia == pytest.approx(here.inertia, rel=1e-6)
    means = [(found.sums / found.counts[:, None]).numpy() for found in (here, there)]
    np.testing.assert_allclose(means[1], 1e6 + means[0], rtol=1e-12)


def test_float16_is_computed_in_float32(backend):
    if backend == "strict":
        pytest.skip("the standard has no float16")
    points = mt.tensor(np.full((5000, 2), 100.0), "float16")
    found = partial_sums(points, points[:1] - 50.0)
    assert found.sums.tolist() == [[5e5, 5e5]]
    assert found.inertia == 5000 * 5000.0


@pytest.mark.parametrize("two", [False, True])
@pytest.mark.parametrize("k", [1, 2, 9, 300])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_lowest_of_each_column(backend, two, k, dtype):
    numbers = np.random.default_rng(k).integers(-2 * k, 2 * k, (k, 40)).astype(dtype)
    row, least, second = lowest(mt.tensor(numbers, dtype), two)
    np.testing.assert_array_equal(row.numpy(), numbers.argmin(0))
    np.testing.assert_array_equal(least.numpy(), numbers.min(0))
    if two and k > 1:
        np.testing.assert_array_equal(second.numpy(), np.sort(numbers, axis=0)[1])
    else:
        assert second is None


def test_memory_is_a_tile_whatever_the_number_of_points():
    points = mt.random.normal(mt.random.generator(0), (300_000, 2), dtype="float32")
    tracemalloc.start()
    partial_sums(points, points[:64])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak <= 2 * 8 * 300_000 + 2.5 * lloyd.TABLE  # the labels, in tiles and then in a row


def test_what_does_not_fit_is_refused(backend):
    points = mt.ones((4, 2))
    with pytest.raises(ShapeError, match=r"centers of shape \(3, 5\) have 5 on axis 1"):
        partial_sums(points, mt.ones((3, 5)))
    with pytest.raises(InputError, match="0 centers"):
        partial_sums(points, mt.ones((0, 2)))
    with pytest.raises(DTypeError, match="points are int64"):
        partial_sums(points.astype("int64"), points)
    with pytest.raises(ShapeError, match=r"weights of shape \(3,\) do not fit 4 points"):
        partial_sums(points, points, mt.ones(3))
    with pytest.raises(DTypeError, match="weights are int64"):
        partial_sums(points, points, mt.ones(4, "int64"))
    with pytest.raises(GradientError):
        partial_sums(mt.variable(points), points)


def test_no_points_add_nothing(backend):
    found = partial_sums(mt.zeros((0, 2)), mt.ones((3, 2)))
    assert (found.labels.shape, found.inertia) == ((0,), 0.0)
    assert not found.counts.any()
    assert math.isclose(found.sums.sum().item(), 0.0)
