"""Linked pixels, small regions, boundaries and explained variance, against plain Python."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import minitensor as mt
from minitensor.groups import means
from minitensor.segment.regions import boundaries, explained_variance, join_small, link, touching

TABLES = hnp.arrays("int64", st.tuples(st.integers(1, 7), st.integers(1, 7)), elements=st.integers(0, 3))


def flooded(table):
    """Regions of equal neighbours, numbered by their first pixel: a flood from each pixel not yet reached."""
    height, width = table.shape
    out, count = np.full(table.shape, -1), 0
    for start in np.ndindex(table.shape):
        if out[start] >= 0:
            continue
        stack = [start]
        out[start] = count
        while stack:
            y, x = stack.pop()
            for there in ((y + 1, x), (y - 1, x), (y, x + 1), (y, x - 1)):
                inside = 0 <= there[0] < height and 0 <= there[1] < width
                if inside and out[there] < 0 and table[there] == table[start]:
                    out[there] = count
                    stack.append(there)
        count += 1
    return out


@given(table=TABLES)
def test_link_is_a_flood(backend, table):
    places = mt.tensor(table, "float32")[:, :, None]
    np.testing.assert_array_equal(link(places, 0.5, far=4).numpy(), flooded(table))


@given(table=TABLES, far=st.integers(0, 3))
def test_link_leaves_alone_who_has_many_strangers_round_it(backend, table, far):
    height, width = table.shape
    marked = table.astype(float)
    for y, x in np.ndindex(table.shape):
        beside = [(y + 1, x), (y - 1, x), (y, x + 1), (y, x - 1)]
        strangers = sum(0 <= i < height and 0 <= j < width and table[i, j] != table[y, x] for i, j in beside)
        if strangers > far:
            marked[y, x] = 100 + y * width + x  # like no other
    found = link(mt.tensor(table, "float32")[:, :, None], 0.5, far)
    np.testing.assert_array_equal(found.numpy(), flooded(marked))


def test_a_bridge_of_one_pixel_joins_nothing(backend):
    places = np.zeros((5, 11, 1), "float32")
    places[:, 5] = 9.0
    places[2, 5] = 0.0
    assert len(np.unique(link(mt.tensor(places), 0.5, far=4).numpy())) == 3
    found = link(mt.tensor(places), 0.5).numpy()
    assert found[2, 3] != found[2, 7]


@given(table=TABLES)
def test_touching_and_boundaries(backend, table):
    regions = flooded(table)
    pairs, edges = set(), np.zeros(table.shape, bool)
    for y, x in np.ndindex(table.shape):
        for there in ((y + 1, x), (y, x + 1)):
            if there[0] < table.shape[0] and there[1] < table.shape[1] and regions[there] != regions[y, x]:
                pairs.add(tuple(sorted((int(regions[there]), int(regions[y, x])))))
                edges[y, x] = True
    a, b = touching(mt.tensor(regions))
    assert list(zip(a.tolist(), b.tolist(), strict=True)) == sorted(pairs)
    np.testing.assert_array_equal(boundaries(mt.tensor(regions)).numpy(), edges)


@given(table=TABLES, min_size=st.integers(1, 12))
def test_no_small_region_is_left_and_none_is_cut(backend, table, min_size):
    regions = flooded(table)
    joined = join_small(mt.tensor(regions), mt.tensor(table, "float32")[:, :, None], min_size).numpy()
    assert np.bincount(joined.ravel()).min() >= min(min_size, table.size)
    assert joined.max() + 1 == len(np.unique(joined))
    for number in range(regions.max() + 1):
        assert len(np.unique(joined[regions == number])) == 1
    np.testing.assert_array_equal(flooded(joined).max(), joined.max())  # each hangs together
    if min_size == 1:
        np.testing.assert_array_equal(joined, regions)


def test_a_small_region_joins_the_neighbour_of_the_nearest_colour(backend):
    regions = mt.tensor([[0, 0, 0, 1, 2, 2, 2]])
    for own, expected in ((2.9, [0, 0, 0, 0, 1, 1, 1]), (3.1, [0, 0, 0, 1, 1, 1, 1])):
        colours = mt.tensor([[[0.0], [0.0], [0.0], [own], [6.0], [6.0], [6.0]]])
        assert join_small(regions, colours, 2)[0].tolist() == expected


def test_the_smallest_go_first(backend):
    # The pixel in the middle goes to its right; only then is that region large enough to stay.
    regions = mt.tensor([[0, 0, 0, 1, 2, 2]])
    colours = mt.tensor([[[0.0], [0.0], [0.0], [5.0], [6.0], [6.0]]])
    assert join_small(regions, colours, 3)[0].tolist() == [0, 0, 0, 1, 1, 1]


def test_one_region_explains_nothing_and_not_less():
    picture = np.random.default_rng(0).random((40, 50, 3))
    for rows in range(1, 40):
        found = explained_variance(mt.tensor(picture[:rows]), mt.zeros((rows, 50), dtype="int64"))
        assert 0.0 <= found < 1e-9


@given(table=TABLES, seed=st.integers(0, 2**32 - 1))
def test_means_and_explained_variance(backend, table, seed):
    regions = flooded(table)
    picture = np.random.default_rng(seed).normal(size=(*table.shape, 2))
    mean = np.array([picture[regions == number].mean(0) for number in range(regions.max() + 1)])
    found = means(mt.tensor(picture.reshape(-1, 2)), mt.tensor(regions.ravel()), regions.max() + 1)
    np.testing.assert_allclose(found.numpy(), mean, atol=1e-12)
    whole = ((picture - picture.mean((0, 1))) ** 2).sum()
    expected = 1 - ((picture - mean[regions]) ** 2).sum() / whole if whole else 1.0
    assert explained_variance(mt.tensor(picture), mt.tensor(regions)) == pytest.approx(expected, abs=1e-9)


def test_pictures_and_regions_of_two_sizes():
    with pytest.raises(ValueError, match=r"picture \(2, 3, 1\) and regions \(2, 2\) differ in size"):
        explained_variance(mt.zeros((2, 3, 1)), mt.tensor([[0, 0], [0, 0]]))


def test_numbers_may_be_left_out_but_not_be_negative(backend):
    picture = mt.tensor([[[0.0], [2.0], [9.0]]])
    assert explained_variance(picture, mt.tensor([[3, 3, 7]])) == explained_variance(picture, mt.tensor([[0, 0, 1]]))
    with pytest.raises(ValueError, match="a region is number -1; count them from 0"):
        explained_variance(picture, mt.tensor([[0, -1, 1]]))
