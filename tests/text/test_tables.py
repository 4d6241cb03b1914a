"""Tables are as wide as there is room, and no cell is cut."""

import io

import pytest

from minitensor.text.tables import Fitting

rich = pytest.importorskip("rich.console", reason="tables are the rich library's, an extra")
ROWS = [["loops", "161 µs", "one by one", "4 MB"], ["[bold]", "2 ms", "×²", "0 B"]]
TABLE = Fitting("a [title]", ["rung", "time", "idea", "memory"], ROWS, "x [array]", ("idea", "memory"), ("idea",))


def printed(table, width):
    console = rich.Console(file=io.StringIO(), width=width)
    console.print(table)
    return console.file.getvalue()


@pytest.mark.parametrize("width", range(20, 60))
def test_a_column_is_whole_or_not_there(width):
    text = printed(TABLE, width)
    kept = TABLE.columns(width)
    assert max(map(len, text.splitlines())) <= width
    for row in ROWS:
        for heading, cell in zip(TABLE.headings, row, strict=True):
            assert (cell in text) == (heading in kept)
    assert "…" not in text


def test_the_columns_go_in_order_and_not_sooner_than_they_must():
    found = [len(TABLE.columns(width)) for width in range(15, 60)]
    assert sorted(found) == found
    assert set(found) == {2, 3, 4}
    whole = max(map(len, printed(TABLE, 200).splitlines()))
    assert TABLE.columns(whole) == TABLE.headings
    assert TABLE.columns(whole - 1) == ["rung", "time", "memory"]


def test_a_title_and_a_caption_are_as_wide_as_the_terminal():
    words = "as long as three tables, " * 5
    lines = printed(Fitting(words, TABLE.headings, ROWS, words), 160).splitlines()
    assert lines.count(words) == 2


def test_square_brackets_are_shown_as_they_are():
    text = printed(TABLE, 60)
    for words in ("a [title]", "[bold]", "x [array]"):
        assert words in text
