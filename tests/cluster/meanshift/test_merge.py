"""Merging by cells: against the rule as its docstring states it, a place at a time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

import minitensor as mt
from minitensor.cluster import near
from minitensor.cluster.meanshift import merge as merging
from minitensor.cluster.meanshift.merge import densest_around, merge


def by_the_rule(peaks, density, radius):
    """Labels and centres, in plain loops: the densest first, of equally dense ones that with the larger coordinates."""
    left = sorted(range(len(peaks)), key=lambda i: (density[i], tuple(peaks[i])), reverse=True)
    centers = []
    while left:
        centers.append(left[0])
        left = [i for i in left if sum((peaks[i] - peaks[centers[-1]]) ** 2) > radius**2]
    labels = ((peaks[:, None] - peaks[centers]) ** 2).sum(2).argmin(1)
    by_size = sorted(
        range(len(centers)), key=lambda k: (-(labels == k).sum(), next(iter(np.flatnonzero(labels == k)), 0))
    )
    return np.argsort(by_size)[labels], peaks[[centers[k] for k in by_size]]


@st.composite
def stops(draw):
    """Places (n, d), many of them equal or at a whole distance, and densities, many of them equal."""
    n, d = draw(st.integers(1, 40)), draw(st.integers(1, 4))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    peaks = rng.integers(0, draw(st.sampled_from([1, 3, 9])), (n, d)) + draw(st.sampled_from([0.0, 1e6]))
    if draw(st.booleans()):
        peaks = peaks + rng.choice([0.0, 0.25, -0.25], (n, d))
    density = rng.integers(1, 4, n).astype(float) if draw(st.booleans()) else rng.random(n)
    return peaks, density


@pytest.mark.parametrize(("few", "batch", "worth"), [(64, 1024, 32), (0, 3, 32), (64, 1024, 0)])
@examples(60)
@given(given=stops(), radius=st.sampled_from([0.3, 1.0, 1.5, 4.0]))
def test_merging_is_what_its_rule_says(backend, few, batch, worth, given, radius):
    peaks, density = given
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(near, "FEW", few)
        monkeypatch.setattr(merging, "BATCH", batch)
        monkeypatch.setattr(merging, "WORTH", worth)  # with 0, all but the first step are by the plain rule
        labels, centers = merge(mt.tensor(peaks), mt.tensor(density), radius)
    wanted = by_the_rule(peaks, density, radius)
    np.testing.assert_array_equal(centers.numpy(), wanted[1])
    np.testing.assert_array_equal(labels.numpy(), wanted[0])


def test_the_distance_is_euclidean():
    """(0.8, 0.8) is within one of the origin along either axis, but not in the plane."""
    assert merging._greedy(mt.tensor([[0.0, 0.0], [0.8, 0.8]]), 1.0).tolist() == [0, 1]
    assert merging._greedy(mt.tensor([[0.0, 0.0], [0.0, 1.0]]), 1.0).tolist() == [0]  # at one radius it is taken in


def test_a_place_as_near_to_two_centres_goes_to_the_denser():
    labels, centers = merge(mt.tensor([[0.0], [1.0], [2.0], [2.0]]), mt.tensor([3.0, 1.0, 2.0, 2.0]), radius=1.0)
    assert labels[1].item() == labels[0].item()
    assert centers[labels[1].item()].item() == 0.0


def test_along_a_line_where_nothing_can_be_settled_at_once(backend):
    """Each place is denser than the next, so that but one of them is a centre in each step by cells."""
    n = 600
    places = mt.tensor(np.arange(n)[:, None] * 0.9)
    assert len(densest_around(places, 1.0)) == 1
    labels, centers = merge(places, mt.tensor(np.arange(n, 0.0, -1.0)), radius=1.0)
    np.testing.assert_array_equal(np.sort(centers.numpy()[:, 0]), np.arange(0, n, 2) * 0.9)
    np.testing.assert_array_equal(centers.numpy()[labels.numpy()][::2], places.numpy()[::2])


def test_singletons_take_few_steps(monkeypatch):
    """As many centres as places, and no step for each of them."""
    calls = []
    within = merging.nearest_within
    monkeypatch.setattr(merging, "nearest_within", lambda *given, **named: calls.append(1) or within(*given, **named))
    n = 5_000
    places = np.random.default_rng(0).permutation(np.arange(2.0 * n).reshape(n, 2))
    labels, centers = merge(mt.tensor(places), mt.ones(n), radius=0.1)
    np.testing.assert_array_equal(centers.numpy()[labels.numpy()], places)
    assert len(calls) == 2
