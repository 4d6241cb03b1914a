"""Lloyd's algorithm to the end: inertia, empty clusters, where it stops."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minitensor as mt
from minitensor.cluster.kmeans.assignment import Assignment
from minitensor.cluster.kmeans.lloyd import coordinates, partial_sums
from minitensor.cluster.kmeans.steps import in_place, inertia_at, to_the_end


def problem(seed, n, d, k, dtype="float64"):
    """Few different places, so that there are ties, duplicates and empty clusters."""
    rng = np.random.default_rng(seed)
    points = rng.integers(-6, 7, (n, d)) / 4
    return mt.tensor(points, dtype), mt.tensor(points[rng.integers(0, n, k)], dtype)


PROBLEMS = {
    "seed": st.integers(0, 999),
    "n": st.integers(1, 50),
    "d": st.sampled_from([1, 2, 9]),
    "k": st.integers(1, 9),
}


@given(**PROBLEMS, bounds=st.booleans(), weighted=st.booleans())
def test_inertia_never_rises(backend, seed, n, d, k, bounds, weighted):
    points, centers = problem(seed, n, d, k)
    weights = mt.tensor(np.random.default_rng(seed).integers(0, 5, n) / 2.0 + 0.5) if weighted else None
    before = np.inf
    for steps in range(1, 7):
        found = to_the_end(coordinates(points), weights, centers, steps, 0.0, bounds)
        assert found.inertia <= before * (1 + 1e-12)
        before = found.inertia
        assert found.inertia == pytest.approx(partial_sums(points, found.centers, weights).inertia, abs=1e-12)
        if found.converged:
            break


@given(**PROBLEMS, weighted=st.booleans())
def test_at_the_end_centres_are_means_and_points_are_nearest(backend, seed, n, d, k, weighted):
    points, centers = problem(seed, n, d, k)
    weights = mt.tensor(np.random.default_rng(seed).integers(1, 5, n) / 2.0) if weighted else None
    found = to_the_end(coordinates(points), weights, centers, 200, 0.0)
    assert found.converged
    x, labels = points.numpy(), found.labels.numpy()
    squared = ((x[:, None] - found.centers.numpy()) ** 2).sum(2)
    np.testing.assert_allclose(squared[np.arange(n), labels], squared.min(1), atol=1e-12)
    for number in np.unique(labels):
        mean = np.average(x, axis=0, weights=(labels == number) * (1.0 if weights is None else weights.numpy()))
        np.testing.assert_allclose(found.centers[int(number)].numpy(), mean, atol=1e-12)


@given(**PROBLEMS)
def test_the_order_of_points_does_not_matter_up_to_rounding(backend, seed, n, d, k):
    rng = np.random.default_rng(seed)
    points, centers = mt.tensor(rng.normal(size=(n + k, d))), mt.tensor(rng.normal(size=(k, d)))
    n += k
    order = mt.random.permutation(mt.random.generator(seed), n)
    found, other = (to_the_end(coordinates(each), None, centers, 50, 0.0) for each in (points, points[order]))
    np.testing.assert_allclose(other.centers.numpy(), found.centers.numpy(), atol=1e-10)
    np.testing.assert_array_equal(other.labels.numpy(), found.labels.numpy()[order.numpy()])


def test_a_centre_without_points_takes_the_farthest(backend):
    points = mt.tensor([[0.0], [1.0], [10.0]])
    found = to_the_end(coordinates(points), None, mt.tensor([[1.0], [50.0]]), 1, 0.0)
    # All belong to the first; 10 is farthest from it, and the second takes it from it.
    assert found.centers.tolist() == [[0.5], [10.0]]
    assert found.labels.tolist() == [0, 0, 1]
    assert not found.converged


def test_more_centres_than_places(backend):
    points = mt.tensor([[0.0], [0.0], [1.0]])
    found = to_the_end(coordinates(points), None, mt.tensor([[0.0], [0.0], [1.0], [1.0]]), 9, 0.0)
    assert (found.inertia, found.converged, found.labels.tolist()) == (0.0, True, [0, 0, 2])


def test_it_stops_when_told(backend):
    points = mt.random.normal(mt.random.generator(0), (400, 2))
    data, told = coordinates(points), []
    whole = to_the_end(data, None, points[:5], 300, 0.0, report=lambda *what: told.append(what))
    assert whole.settled
    assert [each[0] for each in told] == list(range(1, whole.n_iter + 1))
    assert told[-1][2] == 0
    early = to_the_end(data, None, points[:5], 300, told[3][1])
    assert early.n_iter <= 4
    assert early.converged
    assert not early.settled


def test_threads_are_asked_for_where_they_pay(monkeypatch):
    points = mt.random.normal(mt.random.generator(0), (30_000, 2))
    one, two = (to_the_end(coordinates(points), None, points[:8], 9, 0.0, threads=count) for count in (1, 2))
    np.testing.assert_array_equal(one.labels.numpy(), two.labels.numpy())
    np.testing.assert_array_equal(one.centers.numpy(), two.centers.numpy())


def test_inertia_weighs(backend):
    data = coordinates(mt.tensor([[0.0], [3.0]]))
    state = Assignment(data, 1, mt.tensor([2.0, 0.5]))
    state.update(centers := mt.tensor([[1.0]]))
    assert (in_place(state).tolist(), inertia_at(state, centers)) == ([0, 0], 2.0 + 2.0)
