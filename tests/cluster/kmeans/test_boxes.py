"""Boxes of points: the same as without them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minitensor as mt
from minitensor.cluster.kmeans import boxes as boxes_file
from minitensor.cluster.kmeans.assignment import Assignment
from minitensor.cluster.kmeans.boxes import Filter, in_boxes, padded
from minitensor.cluster.kmeans.lloyd import coordinates
from minitensor.cluster.kmeans.steps import in_place, inertia_at, to_the_end
from minitensor.data import blobs


def boxes_of(points, weights=None):
    """Boxes of points (n, d)."""
    n, d = points.shape
    room = padded(d, n, points.dtype, points)
    room[:, :n] = points.T
    return in_boxes(room, n, weights)


KINDS = {
    "normal": lambda rng, n, d: rng.normal(size=(n, d)) + 4 * rng.integers(-1, 2, (n, 1)),
    "few places": lambda rng, n, d: rng.integers(-2, 3, (n, d)) / 2,
    "all equal": lambda rng, n, d: np.full((n, d), 1.25),
    "a far outlier": lambda rng, n, d: np.concatenate([rng.normal(size=(n - 1, d)) / 1e3, np.full((1, d), 2.0)]),
    "collinear": lambda rng, n, d: rng.normal(size=(n, 1)) * np.ones(d),
}


@given(
    kind=st.sampled_from(sorted(KINDS)),
    seed=st.integers(0, 999),
    n=st.integers(1, 90),
    d=st.sampled_from([1, 2, 5]),
    k=st.integers(1, 9),
    size=st.sampled_from([2, 5, 64]),
    dtype=st.sampled_from(["float32", "float64"]),
    weighted=st.booleans(),
    opened=st.sampled_from([1, 2**13]),
)
def test_boxes_change_nothing(backend, kind, seed, n, d, k, size, dtype, weighted, opened):
    rng = np.random.default_rng(seed)
    points = KINDS[kind](rng, n, d)
    weights = mt.tensor(rng.integers(1, 5, n) / 2.0, dtype) if weighted else None
    centers = points[rng.integers(0, n, k)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boxes_file, "HELD", size)
        patch.setattr(boxes_file, "OPENED", max(opened, size))
        plain = Assignment(coordinates(mt.tensor(points, dtype)), k, weights)
        boxes = boxes_of(mt.tensor(points, dtype), weights)
        assert sorted(boxes.order.tolist()) == list(range(n))
        filtered = Filter(boxes, k)
        for step in range(4):
            here = mt.tensor(centers, dtype)
            assert filtered.update(here) == plain.update(here)
            np.testing.assert_array_equal(filtered.labels.numpy(), plain.labels.numpy()[boxes.order.numpy()])
            slack = {"rtol": 1e-4, "atol": 1e-4} if dtype == "float32" else {"rtol": 1e-11, "atol": 1e-11}
            np.testing.assert_allclose(filtered.sums.numpy(), plain.sums.numpy(), **slack)
            np.testing.assert_allclose(filtered.counts.numpy(), plain.counts.numpy(), rtol=1e-6)
            centers = centers + rng.normal(size=(k, d)) * 0.3**step
        np.testing.assert_array_equal(in_place(filtered).numpy(), in_place(plain).numpy())
        assert inertia_at(filtered, here) == pytest.approx(inertia_at(plain, here), rel=1e-5, abs=1e-9)


def test_all_of_a_box_are_inside_it(backend):
    boxes = boxes_of(mt.random.normal(mt.random.generator(0), (650, 3), dtype="float32"))
    held = boxes.data.numpy()[:, :640].reshape(3, 10, 64)
    assert (abs(held - boxes.middle.numpy()[..., None]) <= boxes.half.numpy()[..., None]).all()
    np.testing.assert_allclose(boxes.sums.numpy(), held.sum(2).T, atol=1e-4)


def test_most_boxes_stay_closed_where_clusters_are_apart(backend):
    points = blobs(0, each=1500)[0] / 40
    boxes, k = boxes_of(points), 6
    state = Filter(boxes, k)
    state.update(points[::1500].copy())
    assert 0 < state.compared < len(points) / 2


def test_the_end_is_the_same(backend):
    points = blobs(3, each=300)[0] / 40
    plain = to_the_end(coordinates(points), None, points[:9].copy(), 100, 0.0)
    boxed = to_the_end(coordinates(points), None, points[:9].copy(), 100, 0.0, boxes=boxes_of(points))
    np.testing.assert_array_equal(boxed.labels.numpy(), plain.labels.numpy())
    np.testing.assert_allclose(boxed.centers.numpy(), plain.centers.numpy(), atol=1e-12)
    assert (boxed.n_iter, boxed.settled) == (plain.n_iter, plain.settled)
    assert boxed.compared < plain.compared


def test_threads_change_nothing():
    from minitensor.backend.threads import in_threads

    points = blobs(3, each=2000)[0] / 40
    with pytest.MonkeyPatch.context() as patch, in_threads(2) as each:
        patch.setattr(boxes_file, "BOXES", 100)
        one, two = (Filter(boxes_of(points), 7, *more) for more in ((), (2, each)))
        for centers in (points[:7].copy(), points[7:14].copy()):
            assert one.update(centers) == two.update(centers)
            np.testing.assert_array_equal(one.labels.numpy(), two.labels.numpy())
            np.testing.assert_array_equal(one.sums.numpy(), two.sums.numpy())
