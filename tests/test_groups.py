"""Rows in order and each once, sums by label, components: against plain Python."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import tensors

import minitensor as mt
from minitensor.errors import DTypeError, InputError, ShapeError
from minitensor.groups import (
    among,
    by_size,
    connected,
    counts,
    dense,
    distinct,
    distinct_rows,
    is_new,
    least_of_runs,
    means,
    numbered,
    numbered_rows,
    owners,
    repeat,
    rows_in_order,
    sorted_keys,
    sums,
)

few = st.integers(-2, 2).map(float)  # so that rows are often equal
labellings = st.lists(st.integers(0, 4), min_size=1, max_size=12)
matrices = st.tuples(st.integers(0, 9), st.integers(1, 3)).flatmap(lambda shape: tensors(shape, values=few))


@given(data=st.data(), descending=st.booleans())
def test_rows_are_in_the_order_of_words(backend, data, descending):
    rows = data.draw(matrices)
    listed = rows.tolist()
    if descending:
        wanted = sorted(range(len(listed)), key=lambda i: [-x for x in listed[i]])
    else:
        wanted = sorted(range(len(listed)), key=lambda i: listed[i])  # stable, as ours must be
    assert rows_in_order(rows, descending).tolist() == wanted


@given(data=st.data())
def test_distinct_rows_are_counted(backend, data):
    rows = data.draw(matrices)
    found, count = distinct_rows(rows)
    assert found.dtype == rows.dtype
    pairs = list(zip(map(tuple, found.tolist()), count.tolist(), strict=True))
    assert pairs == sorted(Counter(map(tuple, rows.tolist())).items())
    assert np.array_equal(rows.numpy().shape[1:], found.shape[1:])


@given(data=st.data())
def test_rows_are_numbered_as_the_distinct_ones_are_in_order(backend, data):
    rows = data.draw(matrices)
    number, count = numbered_rows(rows)
    known = sorted(set(map(tuple, rows.tolist())))
    assert number.tolist() == [known.index(tuple(row)) for row in rows.tolist()]
    assert count == len(known)


@given(rows=matrices)
def test_what_is_new(backend, rows):
    listed = rows.tolist()
    assert is_new(rows).tolist() == [i == 0 or row != listed[i - 1] for i, row in enumerate(listed)]
    assert numbered(rows).tolist() == list(range(len(listed)))


@given(keys=labellings, held=labellings)
def test_keys_once_and_where_they_are(backend, keys, held):
    known = distinct(mt.tensor(held))
    assert known.tolist() == sorted(set(held))
    at, there = among(mt.tensor(keys), known)
    assert there.tolist() == [key in held for key in keys]
    assert mt.take(known, at[there]).tolist() == [key for key in keys if key in held]


@given(labels=labellings, seed=st.integers(0, 2**32 - 1))
def test_sums_and_means_by_label(backend, labels, seed):
    values = np.random.default_rng(seed).normal(size=(len(labels), 2))
    total, each = np.zeros((6, 2)), np.bincount(labels, minlength=6)
    np.add.at(total, labels, values)
    found = mt.tensor(values), mt.tensor(labels), 6
    np.testing.assert_allclose(sums(*found).numpy(), total, atol=1e-12)
    np.testing.assert_allclose(means(*found).numpy(), total / np.maximum(each, 1)[:, None], atol=1e-12)
    assert counts(mt.tensor(labels), 6).tolist() == each.tolist()


@given(labels=labellings)
def test_groups_by_size_and_those_of_one_size_by_their_first_member(backend, labels):
    new, before = by_size(mt.tensor(labels), 5)
    wanted = sorted(set(labels), key=lambda label: (-labels.count(label), labels.index(label)))
    assert before.tolist()[: len(wanted)] == wanted
    assert sorted(before.tolist()) == list(range(5))
    assert new.tolist() == [wanted.index(label) for label in labels]


@given(count=st.integers(1, 30), data=st.data())
def test_connected_is_union_find(backend, count, data):
    node = st.integers(0, count - 1)
    edges = data.draw(st.lists(st.tuples(node, node), max_size=40))
    label = list(range(count))
    for a, b in edges:
        low, high = sorted((label[a], label[b]))
        label = [low if each == high else each for each in label]
    a, b = (mt.tensor([edge[end] for edge in edges], "int64") for end in (0, 1))
    assert connected(count, a, b).tolist() == label


def test_connected_along_a_line(backend):
    a = mt.arange(999)
    assert not connected(1000, a, a + 1).any()


@given(labels=st.lists(st.integers(0, 9), max_size=15))
def test_dense_leaves_no_gap(backend, labels):
    first = mt.tensor([labels.index(label) for label in labels], "int64")
    seen = list(dict.fromkeys(labels))
    assert dense(first).tolist() == [seen.index(label) for label in labels]


@pytest.mark.parametrize("labels", [[0, 1, 5], [0, -1, 1], [2, 0, 0]])
@pytest.mark.parametrize("function", [
    counts, by_size, *(lambda labels, size, f=f: f(mt.ones((3, 2)), labels, size) for f in (sums, means)),
])  # fmt: skip
def test_a_label_outside_is_named(backend, function, labels):
    wrong = next(label for label in labels if not 0 <= label < 2)
    with pytest.raises(InputError, match=rf"^the label {wrong} is not from 0 to 1; leave it out, or make size larger$"):
        function(mt.tensor(labels), 2)


def test_labels_are_integers_in_a_row(backend):
    with pytest.raises(DTypeError, match=r"^the labels are float64, not integers; "):
        counts(mt.tensor([0.0, 1.0]), 2)
    with pytest.raises(ShapeError, match=r"^the labels have shape \(1, 2\), not \(n,\); "):
        counts(mt.tensor([[0, 1]]), 2)
    assert counts(mt.zeros(0, "int64"), 2).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("shape", [(3,), (), (3, 1, 1)])
def test_rows_are_of_a_table(backend, shape):
    x = mt.ones(shape)
    for call in (lambda: sums(x, mt.tensor([0, 0, 0]), 1), lambda: distinct_rows(x), lambda: rows_in_order(x)):
        with pytest.raises(ShapeError, match=r"^the (rows|values) have shape \(.*\), not \(rows, columns\); "):
            call()


def test_each_row_has_a_label(backend):
    with pytest.raises(ShapeError, match=r"^3 rows of values have 2 labels; give each row one$"):
        sums(mt.ones((3, 2)), mt.tensor([0, 1]), 2)


@given(keys=st.lists(st.integers(0, 9) | st.sampled_from([2**40, 2**62 - 1, 2**63 - 1]), max_size=12))
def test_sorted_keys_are_in_order_and_equal_ones_in_their_own(backend, keys):
    ordered, order = sorted_keys(mt.tensor(keys, "int64"))
    assert ordered.tolist() == sorted(keys)
    assert order.tolist() == sorted(range(len(keys)), key=lambda i: keys[i])


@given(held=st.lists(st.integers(0, 4), max_size=9))
def test_owners_are_as_many_as_each_run_holds(backend, held):
    found = owners(mt.tensor(held, "int64"))
    assert found.dtype == "int64"
    assert found.tolist() == [run for run, count in enumerate(held) for _ in range(count)]


@given(times=st.lists(st.integers(0, 4), max_size=9))
@pytest.mark.parametrize("dtype", ["int64", "float32"])
def test_numbers_are_repeated(backend, dtype, times):
    numbers = np.arange(7, 7 + len(times), dtype=dtype)
    found = repeat(mt.tensor(numbers), mt.tensor(times, "int64"))
    np.testing.assert_array_equal(found.numpy(), np.repeat(numbers, times), strict=True)


@given(runs=st.lists(st.lists(st.integers(-9, 9), min_size=1, max_size=4), max_size=6))
@pytest.mark.parametrize("dtype", ["int64", "float64"])
def test_the_least_of_each_run(backend, dtype, runs):
    starts = np.cumsum([0, *map(len, runs)])[: len(runs)]
    values = mt.tensor([value for run in runs for value in run], dtype)
    found = least_of_runs(values, mt.tensor(starts, "int64"))
    assert found.dtype == dtype
    assert found.tolist() == [min(run) for run in runs]
