"""Rows in order, and each once: against Python's own sorting and counting."""

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from strategies import tensors

from minitensor.groups import distinct_rows, rows_in_order

few = st.integers(-2, 2).map(float)  # so that rows are often equal
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
