"""Which centre each point has: with bounds and without, the same."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

import minitensor as mt
from minitensor.cluster.kmeans import assignment, lloyd
from minitensor.cluster.kmeans.assignment import Assignment, furthest, positions, rounding, squares
from minitensor.cluster.kmeans.lloyd import chosen, coordinates, keys_of, room_for, scores
from minitensor.data import blobs


def drifting(seed, n, d, k, dtype):
    """Data (d, n), and a few sets of centres, each a little way from the one before."""
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(n, d)) + 3 * rng.integers(-1, 2, (n, 1))
    centers, steps = points[:k] + 0.0, []
    for step in range(6):
        steps.append(mt.tensor(centers, dtype))
        centers = centers + rng.normal(size=(k, d)) * 0.3**step
    return coordinates(mt.tensor(points, dtype)), steps


@given(seed=st.integers(0, 999), n=st.integers(12, 60), d=st.sampled_from([1, 2, 5, 10]), k=st.integers(1, 12),
       dtype=st.sampled_from(["float32", "float64"]), weighted=st.booleans(), tile=st.integers(3, 30))  # fmt: skip
def test_bounds_tiles_and_mended_sums_change_nothing(backend, seed, n, d, k, dtype, weighted, tile):
    data, steps = drifting(seed, n, d, k, dtype)
    weights = mt.random.uniform(mt.random.generator(seed), n, dtype=dtype) if weighted else None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lloyd, "TILE", tile)
        patch.setattr(lloyd, "LEAST", 1)
        patch.setattr(assignment, "SETTLED", 1.0)
        patch.setattr(assignment, "MOST", 0.9)
        patch.setattr(assignment, "REFRESH", 0.5)
        bounded, before = Assignment(data, k, weights, bounds=True), None
        for centers in steps:
            changed = bounded.update(centers)
            plain = Assignment(data, k, weights, bounds=False)
            plain.update(centers)
            np.testing.assert_array_equal(bounded.labels.numpy(), plain.labels.numpy())
            np.testing.assert_allclose(
                bounded.sums.numpy(), plain.sums.numpy(), atol=1e-4 if dtype == "float32" else 1e-12
            )
            np.testing.assert_allclose(bounded.counts.numpy(), plain.counts.numpy(), rtol=1e-6, atol=1e-12)
            assert changed == (n if before is None else (before != plain.labels.numpy()).sum())
            before = plain.labels.numpy().copy()
    assert bounded.compared <= len(steps) * n


def test_bounds_leave_out_most_points_where_centres_hardly_move(backend):
    data, k = coordinates(blobs(0, each=300)[0] / 40), 6
    centers = chosen(data, mt.tensor([0, 300, 600, 900, 1200, 1500])).T
    state = Assignment(data, k)
    for step in range(12):
        state.update(centers + 1e-5 * step)
    assert state.compared < 4 * data.shape[1]


@given(seed=st.integers(0, 999), d=st.sampled_from([1, 3, 12]), dtype=st.sampled_from(["float32", "float64"]))
def test_a_score_is_off_by_less_than_it_is_said_to_be(seed, d, dtype):
    rng = np.random.default_rng(seed)
    points, centers = rng.uniform(-2, 2, (40, d)).astype(dtype), rng.uniform(-2, 2, (7, d)).astype(dtype)
    data = coordinates(mt.tensor(points))
    table = scores(data, keys_of(mt.tensor(centers)), room_for(40, 7, data)) * 2 + squares(data)
    exact = ((centers[:, None].astype("longdouble") - points) ** 2).sum(2)
    assert abs(table.numpy() - exact).max() <= rounding(d, data, mt.tensor(centers))


def test_small_things(backend):
    assert positions(mt.tensor([False, True, True])).tolist() == [1, 2]
    assert furthest(mt.zeros((2, 2)), mt.tensor([[3.0, 4.0], [1.0, 0.0]])) == 5.0
    wide = mt.tensor(np.arange(24.0).reshape(2, 12))
    np.testing.assert_array_equal(squares(coordinates(wide)).numpy(), (wide.numpy() ** 2).sum(1))


def test_many_centres_have_wider_labels(backend):
    data = coordinates(mt.random.normal(mt.random.generator(0), (700, 2)))
    state = Assignment(data, 300)
    state.update(data[:, :300].T)
    assert state.labels.dtype == "int32"
    np.testing.assert_array_equal(state.labels[:300].numpy(), np.arange(300))
    assert len(np.unique(state.labels.numpy())) == 300


@pytest.mark.parametrize("threads", [2, 3])
@examples(30)
@given(seed=st.integers(0, 99))
def test_threads_change_nothing(threads, seed):
    from minitensor.backend.threads import in_threads

    data, steps = drifting(seed, 60, 2, 5, "float64")
    with pytest.MonkeyPatch.context() as patch, in_threads(threads) as each:
        patch.setattr(lloyd, "TILE", 7)
        patch.setattr(lloyd, "LEAST", 1)
        one, more = Assignment(data, 5), Assignment(data, 5, threads=threads, each=each)
        for centers in steps:
            assert one.update(centers) == more.update(centers)
            np.testing.assert_array_equal(one.labels.numpy(), more.labels.numpy())
            np.testing.assert_array_equal(one.sums.numpy(), more.sums.numpy())
