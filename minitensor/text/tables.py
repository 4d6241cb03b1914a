"""A table of the rich library that leaves out columns where there is not room for them."""

from collections.abc import Sequence
from typing import Any

from minitensor.errors import MissingExtraError
from minitensor.text.hints import install


class Fitting:
    """A table as wide as the terminal allows: no cell is ever cut.

    title, caption : text above and below
    headings, rows : of the columns; numbers stand to the right
    spare : the headings that may be left out, the first of them first
    words : the headings of the columns that hold words, which stand to the left

    Raises MissingExtraError without rich.

    >>> table = Fitting("t", ["rung", "time", "idea"], [["loops", "1.23 ms", "one by one"]], spare=("idea",))
    >>> table.columns(60), table.columns(25)
    (['rung', 'time', 'idea'], ['rung', 'time'])
    """

    def __init__(
        self,
        title: str,
        headings: Sequence[str],
        rows: Sequence[Sequence[str]],
        caption: str = "",
        spare: Sequence[str] = (),
        words: Sequence[str] = (),
    ):
        try:
            from rich import box  # noqa: F401
        except ImportError:
            raise MissingExtraError(f"tables need rich: {install('rich')}") from None
        self.title, self.caption, self.headings, self.rows = title, caption, list(headings), list(rows)
        self.spare, self.words = spare, words

    def columns(self, width: int) -> list[str]:
        """The headings of the columns for which `width` has room."""
        from rich.cells import cell_len

        kept = list(self.headings)
        wide = {
            heading: max(cell_len(cell) for cell in (heading, *(row[i] for row in self.rows)))
            for i, heading in enumerate(self.headings)
        }
        for each in self.spare:
            if sum(wide[heading] + 3 for heading in kept) + 1 <= width:  # three blanks between two, two at the ends
                break
            if each in kept:
                kept.remove(each)
        return kept

    def __rich_console__(self, console: Any, options: Any) -> Any:
        from rich import box
        from rich.table import Table
        from rich.text import Text

        # Text, not str: in which rich would take [numba] for a style.
        out = Table(box=box.SIMPLE_HEAD)
        kept = self.columns(options.max_width)
        for heading in kept:
            left = heading in self.words or heading == self.headings[0]
            style = "bold" if heading == self.headings[0] else ""
            out.add_column(Text(heading), justify="left" if left else "right", style=style, no_wrap=True)
        for row in self.rows:
            out.add_row(*(Text(cell) for heading, cell in zip(self.headings, row, strict=True) if heading in kept))
        yield Text(self.title, style="table.title")  # not the table's own, which end where its columns do
        yield out
        if self.caption:
            yield Text(self.caption, style="table.caption")
