"""The closest of candidates: by differences in float64, of equals the lesser number."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from lsh_cases import exact
from strategies import decimals, tensors

import minitensor as mt
from minitensor.cluster.lsh.closest import Keys, in_order, places, ranked, shortlist


@given(data=st.data())
def test_a_shortlist_loses_nothing(backend, data):
    d, dtype = data.draw(st.integers(1, 4)), data.draw(st.sampled_from(["float32", "float64"]))
    points = data.draw(tensors((data.draw(st.integers(1, 20)), d), dtype, decimals))
    query, k = data.draw(tensors((1, d), dtype, decimals)), data.draw(st.integers(1, 8))
    keys, every = Keys(points), mt.arange(len(points), dtype="int64")
    few = shortlist(keys, keys.asking(query)[0], keys.slack(query).item(), every, k)
    right, distance = exact(query.numpy(), points.numpy(), k)
    assert set(right[0].tolist()) - {-1} <= set(few.tolist())
    found, squared = in_order(query, points, few * 0, few, k)
    np.testing.assert_array_equal(found.numpy(), right)
    np.testing.assert_array_equal(np.sqrt(squared.numpy()), distance)


def test_what_rounding_could_put_first_stays_on_the_list():
    """Far from the origin products cannot tell these apart, differences can."""
    points = mt.tensor([[4096.0, 0.0], [4096.0, 0.25], [4096.0, 0.125]], "float32")
    keys, every = Keys(points), mt.arange(3, dtype="int64")
    query = mt.tensor([[4096.0, 0.13]], "float32")
    few = shortlist(keys, keys.asking(query)[0], keys.slack(query).item(), every, 1)
    assert in_order(query, points, few * 0, few, 1)[0].tolist() == [[2]]


def test_pairs_by_query_then_value(backend):
    rng = np.random.default_rng(0)
    query, value = rng.integers(5, size=40), rng.integers(4, size=40) / 2
    order, place = (each.numpy() for each in ranked(mt.tensor(query), mt.tensor(value)))
    np.testing.assert_array_equal(order, np.lexsort((value, query)))
    np.testing.assert_array_equal(place, np.arange(40) - np.searchsorted(query[order], query[order]))


def test_places(backend):
    assert places(mt.tensor([True, False, True])).tolist() == [0, 2]
