import warnings
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import DTYPES, arrays, as_tensor, examples, shapes

import minitensor as mt
from minitensor.backend.strict import StrictBackend
from minitensor.backend.with_numpy import NumPyBackend
from minitensor.core import printing

MOST_LINES, MOST_COLUMNS = 30, 120

long_shapes = st.lists(st.sampled_from([1, 2, 3, 7, 8, 9, 10]), max_size=6).map(tuple) | st.sampled_from([
    (10**6,), (1000, 1000), (1, 10**6), (10**6, 1), (2,) * 6, (10,) * 6, (100, 100, 100), (7, 10**5), (201,), (200,),
])  # fmt: skip


class Checker(HTMLParser):
    """Raises if tags do not close in the order in which they were opened; counts the cells."""

    def __init__(self, text):
        super().__init__()
        self.open, self.rows = [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        assert tag in ("table", "caption", "tr", "td", "pre")
        self.open.append(tag)
        if tag == "tr":
            self.rows.append([])

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open[-1] == "td":
            self.rows[-1].append(data)


@given(arrays(dtype=st.sampled_from(DTYPES)))
def test_the_repr_ends_with_shape_dtype_and_backend(backend, a):
    text = repr(as_tensor(a))
    assert text.startswith("tensor(")
    assert text.endswith(f", shape {a.shape}, {a.dtype}, {backend})")


@given(arrays(shapes(max_dims=2), dtype="int64"))
def test_the_repr_of_a_small_tensor_holds_every_element_in_order(backend, a):
    numbers = repr(as_tensor(a)).removeprefix("tensor(").rpartition(", shape ")[0]
    assert np.array(eval(numbers)).reshape(a.shape).tolist() == a.tolist()


def test_the_repr_by_example(backend):
    assert repr(mt.tensor([[1.0, 2.0], [3.0, 4.5]])) == (
        f"tensor([[1. , 2. ],\n        [3. , 4.5]], shape (2, 2), float64, {backend})"
    )
    assert repr(mt.tensor(2)) == f"tensor(2, shape (), int64, {backend})"
    assert repr(mt.arange(10**6)) == (
        f"tensor([     0,      1,      2, ..., 999997, 999998, 999999], shape (1000000,), int64, {backend})"
    )


@examples(40)
@given(long_shapes, st.sampled_from([1.0, -1e-300 / 3, 123456.789, True, 10**18]))
def test_no_tensor_floods_the_screen(backend, shape, value):
    lines = repr(mt.tensor(value).expand(shape)).splitlines()
    assert len(lines) <= MOST_LINES
    assert max(map(len, lines)) <= MOST_COLUMNS


@examples(15)
@given(long_shapes)
def test_a_repr_moves_only_the_corners(shape):
    moved = []

    def counting(to_numpy):
        def count(self, array):
            moved.append(array.size)
            return to_numpy(self, array)

        return count

    with pytest.MonkeyPatch.context() as patch:
        for cls in (NumPyBackend, StrictBackend):
            patch.setattr(cls, "to_numpy", counting(cls.to_numpy))
        for name in ("numpy", "strict"):
            with mt.use_backend(name):
                x = mt.tensor(1.5).expand(shape)
                moved.clear()
                repr(x)
                x._repr_html_()
                assert all(size <= 8 ** len(shape) or size <= 200 for size in moved)
                assert moved


@given(st.sampled_from([201, 500]), st.integers(0, 3))
def test_the_corners_are_the_ends_of_the_axis(backend, size, start):
    x = mt.arange(start, start + size)
    numbers = repr(x).partition("[")[2].partition("]")[0].replace(" ", "").split(",")
    ends = [start, start + 1, start + 2, "...", start + size - 3, start + size - 2, start + size - 1]
    assert numbers == [str(number) for number in ends]


@given(arrays(shapes(max_dims=2, min_side=1), dtype="int64"))
def test_html_is_a_table_of_every_element_of_a_small_matrix(backend, a):
    text = as_tensor(a)._repr_html_()
    assert Checker(text).rows == [[str(n) for n in row] for row in np.atleast_2d(a).tolist()]
    assert f"<caption>shape {a.shape}, int64, {backend}</caption>" in text


@examples(40)
@given(long_shapes, st.sampled_from([1.0, -1e-300 / 3, True]))
def test_html_is_well_formed_and_small(backend, shape, value):
    text = mt.tensor(value).expand(shape)._repr_html_()
    cells = [cell for row in Checker(text).rows for cell in row]
    assert len(cells) <= 200
    assert len(text) < 10_000


def test_html_shows_the_ends_of_a_long_matrix(backend):
    rows = Checker(mt.arange(900).reshape(30, 30)._repr_html_()).rows
    assert rows[0] == ["0", "1", "2", "…", "27", "28", "29"]
    assert rows[3] == ["…"] * 7
    assert rows[6] == ["870", "871", "872", "…", "897", "898", "899"]


def test_not_a_number_and_infinity_are_shown_without_a_warning(backend):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        x = mt.tensor([float("nan"), float("inf"), -float("inf")])
        assert repr(x).startswith("tensor([ nan,  inf, -inf]")
        assert Checker(x._repr_html_()).rows == [["nan", "inf", "-inf"]]


@pytest.mark.parametrize("shape", [(2,) * 14, (3,) * 11, (2,) * 12 + (9, 9), (1,) * 9 + (2,) * 9 + (1,) * 9])
def test_many_short_axes_are_cut_before_they_are_written(backend, shape, monkeypatch):
    written = []
    array2string = np.array2string
    monkeypatch.setattr(np, "array2string", lambda a, **how: written.append(a.size) or array2string(a, **how))
    x = mt.zeros(shape, "int64")
    x[(0,) * len(shape)], x[(-1,) * len(shape)] = 4, 7
    text = repr(x)
    assert max(written) <= 2 * printing.MOST
    assert len(text.splitlines()) <= printing.LINES + 1
    assert text.startswith("tensor(" + "[" * len(shape) + "4")
    assert text.endswith("7" + "]" * len(shape) + f", shape {shape}, int64, {backend})")
    assert "more lines left out" in text
