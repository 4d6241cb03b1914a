"""The bar: on stderr, only if asked for, with rich and without."""

import re
import sys
import time

import pytest

from minitensor.errors import InputError
from minitensor.text.bar import progress


def count_to_three():
    with progress("count", shown=True) as step:
        for done in (1, 2, 3):
            step(done, 3, f"round {done}")


@pytest.fixture
def without_rich(monkeypatch):
    for name in [name for name in sys.modules if name.partition(".")[0] == "rich"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "rich", None)


def test_nothing_unless_asked(capsys):
    with progress("count", shown=False) as step:
        assert step is None
    assert capsys.readouterr() == ("", "")


def test_a_bar_where_rich_is_installed(capsys):
    pytest.importorskip("rich", reason="the bar is the rich library's, an extra")
    count_to_three()
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "count: round 3" in printed.err
    assert "3/3" in printed.err
    assert "0:00:00 left" in printed.err


@pytest.mark.parametrize("width", [32, 40, 50, 60, 73, 74, 80, 89, 90, 100, 120, 160])
def test_a_bar_cuts_words_and_never_numbers(width, capsys, monkeypatch):
    pytest.importorskip("rich", reason="the bar is the rich library's, an extra")
    monkeypatch.setenv("COLUMNS", str(width))
    with progress("tour", shown=True) as step:
        step(31, 32, "a rung with a name that is as long as they ever are [x]")
    (line,) = capsys.readouterr().err.splitlines()
    assert len(line) <= width
    assert line.startswith("t")
    assert re.search(r" 32/32 (\d:\d\d:\d\d so far, )?0:00:00 left *$", line)
    assert ("so far" in line) == (width >= 90)
    assert ("━" in line) == (width >= 74)


def test_a_bar_that_ends_early_is_whole_and_one_that_fails_is_not(capsys):
    pytest.importorskip("rich", reason="the bar is the rich library's, an extra")
    with progress("count", shown=True) as step:
        step(3, 40, "still")
    assert "40/40" in capsys.readouterr().err
    with progress("count", shown=True):
        pass
    assert "1/1" in capsys.readouterr().err

    def fail():
        with progress("count", shown=True) as step:
            step(3, 40, "still")
            raise InputError("no")

    with pytest.raises(InputError):
        fail()
    assert "3/40" in capsys.readouterr().err


def test_lines_where_it_is_not(capsys, without_rich):
    count_to_three()
    printed = capsys.readouterr()
    assert printed.out == ""
    # The first at once, the last in any case, none between, for no half second has gone by.
    first, last = printed.err.splitlines()
    assert first.startswith("count: round 1, 1 of 3, about ")
    assert last == "count: round 3, 3 of 3"


def test_lines_say_what_time_is_left(capsys, without_rich, monkeypatch):
    now = iter([100.0, 101.0, 109.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(now))
    with progress("count", shown=True) as step:
        for done in (0, 9):
            step(done, 12, "rows")
    assert capsys.readouterr().err.splitlines() == ["count: rows, 0 of 12", "count: rows, 9 of 12, about 3 s left"]
