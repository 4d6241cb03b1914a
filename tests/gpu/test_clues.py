"""What is read from the text of a kernel around a fault."""

import numpy as np
import pytest

from minitensor.gpu import cuda
from minitensor.gpu.clues import Clues
from minitensor.gpu.source import APART, source_of


def busy(x, y, where, m, n):
    col, row = cuda.grid(2)
    i = cuda.threadIdx.x
    lane, at = cuda.laneid(), i + 1
    flat = cuda.blockIdx.x * 8 + at
    found = where[i]
    if n <= i or row >= m:
        return
    if m > col and not found:
        x[i] = x[i - 1] + x[i + 1]
    elif i < n or i < m:
        x[row, col] += 1
    x[i], x[lane] = x[lane], x[i]
    for k in range(n):
        y[k] = y[found] if at < n else cuda.atomic_add(x, flat, 1)
    for start in range(i, n):
        while start < lane:
            x[start] = np.float32(0)
    while n > 0:
        y[m] = 1
        if y[i] > 0:
            break


SOURCE = source_of(busy)


def helper(x, i, n):
    return x[i + 1] if i < n else x[0]


def clues(text):
    """The clues of the line of `busy` that begins like this."""
    [line] = [n for n, each in enumerate(SOURCE.lines, SOURCE.line) if each.strip().startswith(text)]
    return Clues(SOURCE, line)


@pytest.mark.parametrize(
    ("text", "array", "axis", "store", "found"),
    [
        ("x[i] = x[i - 1]", "x", 0, None, ["i", "i - 1", "i + 1"]),
        ("x[i] = x[i - 1]", "x", 0, True, ["i"]),
        ("x[i] = x[i - 1]", "x", 0, False, ["i - 1", "i + 1"]),
        ("x[i] = x[i - 1]", "y", 0, None, []),
        ("x[row, col] += 1", "x", 0, False, ["row"]),  # it is read and written
        ("x[row, col] += 1", "x", 1, True, ["col"]),
        ("x[row, col] += 1", "x", 2, None, []),
        ("y[k] = ", "y", 0, False, ["found"]),
        ("y[k] = ", "x", 0, False, ["flat"]),  # of an atomic
        ("found = ", "where", 0, None, ["i"]),
        ("def busy", "x", 0, None, []),
    ],
)
def test_an_index_is_found_as_it_is_written(text, array, axis, store, found):
    assert clues(text).indices(array, axis, store) == found


@pytest.mark.parametrize(
    ("index", "parts"),
    [
        ("i", {"thread"}),
        ("at", {"thread"}),
        ("lane * 2", {"thread"}),
        ("flat", {"thread", "block"}),
        ("row", {"thread", "block"}),
        ("found + i", {"memory", "thread"}),
        ("x[i]", {"memory"}),
        ("k", set()),
        ("start", {"thread"}),
        ("7", set()),
        ("", set()),
    ],
)
def test_what_an_index_is_made_of(index, parts):
    assert clues("found = ").made_of(index) == parts


@pytest.mark.parametrize(
    ("text", "guards"),
    [
        ("found = ", set()),
        ("x[i] = x[i - 1]", {"i < n", "n > i", "row < m", "m > row", "col < m", "m > col"}),
        ("x[row, col] += 1", {"i < n", "n > i", "row < m", "m > row"}),  # of an `or` nobody knows which holds
        ("y[k] = ", {"i < n", "n > i", "row < m", "m > row", "at < n", "n > at"}),
        ("x[start] = ", {"i < n", "n > i", "row < m", "m > row", "start < lane", "lane > start"}),
    ],
)
def test_the_comparisons_that_hold_at_a_line(text, guards):
    assert {f"{left} {sign} {right}" for left, sign, right, *_ in clues(text).guards()} == guards


def test_a_guard_is_shown_as_it_is_written():
    assert {each.written for each in clues("x[i] = x[i - 1]").guards()} == {"n <= i", "row >= m", "m > col"}


def test_loops():
    assert clues("y[k] = ").loops() == {"k": "for k in range(n)"}
    assert clues("found = ").loops() == {}
    assert clues("y[k] = ").uneven_loop() == ""
    assert clues("x[start] = ").uneven_loop() == "for start in range(i, n)"
    assert clues("y[m] = ").uneven_loop() == "while n > 0"  # which some may break off


def test_a_swap_is_one_statement_that_writes_an_array_twice():
    assert clues("x[i], x[lane] = ").swaps("x")
    assert not clues("x[i] = x[i - 1]").swaps("x")
    assert not clues("col, row = ").swaps("x")


def test_a_line_of_a_device_function():
    inside = source_of(helper)
    found = Clues(SOURCE._replace(called=(SOURCE, inside)), 2 * APART + inside.line + 1)
    assert found.indices("x") == ["i + 1", "0"]
    assert found.made_of("i") == set()
