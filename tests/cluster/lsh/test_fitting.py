"""The width of a slice and the number of planes are such that queries read what they should."""

import numpy as np
import pytest
from lsh_cases import clusters

import minitensor as mt
from minitensor.cluster import LSHIndex
from minitensor.cluster.lsh import fitting
from minitensor.cluster.lsh.hashing import draw


@pytest.mark.parametrize(("kind", "d"), [("stable", 2), ("stable", 40), ("sign", 40)])  # few lines cut a plane, in 2-D
def test_queries_like_the_points_read_what_is_wanted(kind, d):
    points = clusters(0, 3_000, d)
    index = LSHIndex(hash=kind).fit(points)
    index.query(clusters(0, 3_100, d)[-100:])
    wanted = fitting.wanted(3_000)
    assert 0.4 * wanted < index.read_ < 1.5 * wanted


def test_a_sample_shares_no_point_with_its_queries_unless_there_are_few(backend):
    points = mt.arange(1_000.0).reshape(-1, 1)
    queries, asked = fitting.sample(mt.random.generator(0), points)
    assert set(queries.reshape(-1).tolist()) & set(asked.reshape(-1).tolist()) == set()
    assert (len(queries), len(asked)) == (fitting.ASKING, 1_000 - fitting.ASKING)
    queries, asked = fitting.sample(mt.random.generator(0), points[:7])
    assert sorted(queries.tolist()) == sorted(asked.tolist()) == points[:7].tolist()


def test_what_a_query_reads_is_counted_once():
    points = mt.tensor(clusters(0, 200, 3))
    hashing = draw(mt.random.generator(0), "stable", 5, 2, points)
    assert fitting.share_read(points, points, hashing.narrowed(1e9), 1) == 1
    codes = hashing.codes(points).numpy()
    share = (codes[:, None] == codes).any(2).mean()
    assert fitting.share_read(points, points, hashing, 1) == pytest.approx(share)


@pytest.mark.parametrize("apart", [0.0, 1e9])
def test_widths_over_many_octaves(apart):
    rng = np.random.default_rng(0)
    points = mt.tensor(rng.normal(size=(3_000, 3)) + apart * rng.integers(0, 2, (3_000, 1)))
    hashing = draw(mt.random.generator(0), "stable", 4, 8, points)
    width = fitting.fit_width(points[:100], points, hashing, 4, 0.02)
    assert 0.01 < width < 10
    assert abs(fitting.share_read(points[:100], points, hashing.narrowed(width), 4) - 0.02) < 0.01
