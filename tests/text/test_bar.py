"""The bar: on stderr, only if asked for, with rich and without."""

import sys

import pytest

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


def test_lines_where_it_is_not(capsys, without_rich):
    count_to_three()
    printed = capsys.readouterr()
    assert printed.out == ""
    # The first at once, the last in any case, none between, for no half second has gone by.
    assert printed.err.splitlines() == ["count: round 1, 1 of 3", "count: round 3, 3 of 3"]
