"""Buckets as runs of sorted codes: the same points as a dictionary's, each once."""

from collections import defaultdict

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from strategies import arrays

import minitensor as mt
from minitensor.cluster.lsh.buckets import bucketed, candidates, within


@given(data=st.data())
def test_buckets_are_those_of_a_dictionary(backend, data):
    n, tables, probes = data.draw(st.integers(1, 12)), data.draw(st.integers(1, 4)), data.draw(st.integers(1, 3))
    code = st.integers(-3, 3)
    codes = data.draw(arrays((n, tables), "int64", code))
    asked = data.draw(arrays((data.draw(st.integers(1, 5)), tables, probes), "int64", code))
    right = defaultdict(set)
    for point, row in enumerate(codes):
        for table, each in enumerate(row):
            right[table, each].add(point)
    found = bucketed(mt.tensor(codes))
    starts, held = found.find(mt.tensor(asked))
    some, ends = candidates(found.order, n, starts, held)
    assert (ends[0], ends[-1]) == (0, some.shape[0])
    for query, each in enumerate(asked):
        wanted = set().union(*(right[table, one] for table, row in enumerate(each) for one in row))
        assert some[ends[query] : ends[query + 1]].tolist() == sorted(wanted)
        assert held[query].sum().item() == sum(len(right[table, one]) for table, row in enumerate(each) for one in row)


@given(st.lists(st.integers(0, 9)), st.integers(1, 20))
def test_runs_of_queries_hold_no_more_than_they_may(held, most):
    parts = list(within(held, most))
    assert [query for part in parts for query in range(part.start, part.stop)] == list(range(len(held)))
    for part in parts:
        assert sum(held[part]) <= most or part.stop - part.start == 1


def test_where_nobody_has_a_candidate(backend):
    found = bucketed(mt.tensor([[1], [2]]))
    starts, held = found.find(mt.tensor([[[7]], [[8]]]))
    some, ends = candidates(found.order, 2, starts, held)
    assert (some.shape, ends) == ((0,), [0, 0, 0])
    assert np.asarray(held.numpy()).sum() == 0
