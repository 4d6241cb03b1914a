"""Where centres start: drawn by weight and by distance, the same for the same seed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minitensor as mt
from minitensor.cluster.kmeans import lloyd
from minitensor.cluster.kmeans.lloyd import coordinates, partial_sums
from minitensor.cluster.kmeans.starts import at_random, far_apart
from minitensor.data import blobs


def generator(seed):
    return np.random.default_rng(seed)


@given(seed=st.integers(0, 999), n=st.integers(1, 40), d=st.sampled_from([1, 2, 10]), weighted=st.booleans())
def test_drawn_points_are_different_and_weigh_something(backend, seed, n, d, weighted):
    rng = generator(seed)
    points, weights = mt.tensor(rng.normal(size=(n, d))), np.ones(n)
    if weighted:
        weights = rng.integers(0, 3, n) * 1.0
        weights[rng.integers(n)] = 1.0
    k = int((weights > 0).sum())
    given_ = mt.tensor(weights) if weighted else None
    for draw in (far_apart(coordinates(points), given_, k, generator(seed)), at_random(n, given_, k, generator(seed))):
        assert sorted(draw) == np.flatnonzero(weights > 0).tolist()


@given(seed=st.integers(0, 99), tile=st.integers(1, 9))
def test_tiles_change_no_draw(seed, tile):
    data = coordinates(blobs(seed, each=10)[0])
    whole = far_apart(data, None, 6, generator(seed))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lloyd, "TILE", tile)
        patch.setattr(lloyd, "LEAST", 1)
        assert far_apart(data, None, 6, generator(seed)) == whole


def test_it_does_not_draw_where_centres_are_already(backend):
    points = mt.tensor([[0.0]] * 50 + [[5.0]] + [[9.0]] * 50)
    for seed in range(5):
        assert {points[number].item() for number in far_apart(coordinates(points), None, 3, generator(seed))} == {
            0,
            5,
            9,
        }


def test_with_fewer_places_than_centres_any_will_do(backend):
    points = mt.tensor([[1.0], [1.0], [2.0]])
    assert set(far_apart(coordinates(points), None, 3, generator(0))) <= {0, 1, 2}


@pytest.mark.thorough
def test_probabilities_go_with_weights():
    """Both first draws: 3,000 of them, of which the share of a point is off by 4 standard deviations once in 16,000."""
    data, weights = mt.tensor([[0.0, 1.0, 2.0]]), mt.tensor([1.0, 2.0, 5.0])
    rng = generator(1)
    for draw in (lambda: far_apart(data, weights, 1, rng)[0], lambda: at_random(3, weights, 1, rng)[0]):
        share = np.bincount([draw() for _ in range(3_000)], minlength=3) / 3_000
        expected = np.array([1, 2, 5]) / 8
        assert (abs(share - expected) <= 4 * np.sqrt(expected * (1 - expected) / 3_000)).all()


def test_far_apart_is_better_than_random():
    points = blobs(2, each=100)[0]
    far, drawn = (
        [partial_sums(points, points[draw]).inertia for seed in range(20) for draw in [way(generator(seed))]]
        for way in (lambda rng: far_apart(coordinates(points), None, 6, rng), lambda rng: at_random(600, None, 6, rng))
    )
    assert np.median(far) < 0.5 * np.median(drawn)
