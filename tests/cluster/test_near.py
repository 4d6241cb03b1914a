"""The nearest centre, by tables and by cells: against the table of all distances."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples, tensors

import minitensor as mt
from minitensor.cluster import near
from minitensor.cluster.near import in_cells, nearest, nearest_within

few = st.integers(-4, 4).map(float)  # so that distances are often equal
WAYS = {  # what each constant has to be for a way to be taken by a dozen places
    "one centre after another": {"FEW": 99},
    "differences": {"FEW": 0, "NARROW": 99, "WORTH": 10**9},
    "products": {"FEW": 0, "NARROW": 0, "WORTH": 10**9},
    "cells": {"FEW": 0, "WORTH": 0},
}


def cloud(data, d, least):
    return data.draw(tensors((data.draw(st.integers(least, 12)), d), values=few))


def set_way(monkeypatch, way):
    for name, value in WAYS[way].items():
        monkeypatch.setattr(near, name, value)


@pytest.mark.parametrize("way", WAYS)
@examples(40)
@given(data=st.data(), d=st.integers(1, 5))
def test_the_nearest_centre_and_of_equally_near_ones_the_first(backend, way, data, d):
    points, centers = cloud(data, d, 0), cloud(data, d, 1)
    squared = ((points.numpy()[:, None] - centers.numpy()) ** 2).sum(2)
    with pytest.MonkeyPatch.context() as monkeypatch:
        set_way(monkeypatch, way)
        labels, least = nearest(points, centers)
    assert labels.tolist() == squared.argmin(1).tolist()
    assert least.tolist() == squared.min(1).tolist()


@pytest.mark.parametrize("way", WAYS)
@examples(40)
@given(data=st.data(), d=st.integers(1, 5), radius=st.sampled_from([0.0, 1.0, 2.5, 30.0]))
def test_within_a_radius_and_not_beyond(backend, way, data, d, radius):
    points, centers = cloud(data, d, 0), cloud(data, d, 1)
    squared = ((points.numpy()[:, None] - centers.numpy()) ** 2).sum(2)
    near_enough = squared.min(1) <= radius**2
    with pytest.MonkeyPatch.context() as monkeypatch:
        set_way(monkeypatch, way)
        labels, least = nearest_within(points, centers, radius)
    assert labels.tolist() == np.where(near_enough, squared.argmin(1), -1).tolist()
    assert least.tolist() == np.where(near_enough, squared.min(1), np.inf).tolist()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("offset", [0.0, 512.0])
def test_many_points_and_centres_far_from_the_origin(dtype, offset):
    rng = np.random.default_rng(1)
    points, centers = ((rng.uniform(0, 60, (n, 2)) + offset).astype(dtype) for n in (700, 300))
    squared = ((points[:, None] - centers) ** 2).sum(2)
    assert nearest(mt.tensor(points), mt.tensor(centers))[0].tolist() == squared.argmin(1).tolist()
    wanted = np.where(squared.min(1) <= 4, squared.argmin(1), -1)
    assert nearest_within(mt.tensor(points), mt.tensor(centers), 2.0)[0].tolist() == wanted.tolist()


def test_products_are_not_trusted_where_rounding_could_decide(monkeypatch):
    """All centres lie so close together, seen from their mean, that a product of float32 cannot tell them apart."""
    set_way(monkeypatch, "products")
    rng = np.random.default_rng(0)
    centers = np.r_[rng.normal(0, 1e-3, (20, 3)) + 1e4, [[-1e4] * 3]].astype("float32")
    points = centers[:20] + rng.normal(0, 1e-4, (20, 3)).astype("float32")
    squared = ((points[:, None] - centers) ** 2).sum(2)
    assert nearest(mt.tensor(points), mt.tensor(centers))[0].tolist() == squared.argmin(1).tolist()


@examples(40)
@given(data=st.data(), d=st.integers(1, 5), side=st.sampled_from([0.5, 1.0, 3.0]), far=st.sampled_from([0, 1e3, 1e20]))
def test_whatever_is_within_a_side_is_in_the_cell_or_beside_it(backend, data, d, side, far):
    places = cloud(data, d, 1)
    places = mt.concat([places, places[:1] + far]).to(backend)
    cells = in_cells(places, side)
    around = np.stack([keys.numpy() for keys in cells.beside(cells.grouped().first)], 1)[cells.grouped().number.numpy()]
    close = ((places.numpy()[:, None] - places.numpy()) ** 2).sum(2) <= side**2
    assert ((around[:, :, None] == cells.keys().numpy()).any(1) | ~close).all()


@pytest.mark.parametrize(("d", "count"), [(1, 3), (2, 5), (2, 400), (3, 500), (12, 400)])
def test_of_centres_equally_near_but_for_a_tie_it_is_the_first(backend, d, count):
    """One centre after another, by cells, by tables of differences and by products."""
    rng = np.random.default_rng(count)
    centers = rng.integers(0, 9, (count, d)).astype("float64") * 4
    points = (
        centers[rng.integers(0, count, 300)] + rng.choice([0.0, 2.0], (300, d)) + rng.uniform(-1, 1, (300, d)) * 1e-9
    )
    squared = ((points[:, None] - centers) ** 2).sum(2)
    least = squared.min(1, keepdims=True)
    wanted = np.where(least[:, 0] <= 64, (squared <= least + 1e-6).argmax(1), -1)
    found = nearest_within(mt.tensor(points), mt.tensor(centers), 8.0, tie=1e-6)[0]
    assert found.tolist() == wanted.tolist()
