"""A climb as a table."""

from typing import Any

from minitensor.errors import MissingExtraError
from minitensor.ladder.climbing import Climb
from minitensor.text.hints import install
from minitensor.text.numbers import digits, in_bytes, in_percent, in_seconds


def table(climb: Climb, width: int = 80) -> Any:
    """The climb as a table of the rich library, ready for its ``print``, in at most `width` columns from 50 on.

    Raises MissingExtraError without rich.
    """
    try:
        from rich import box
        from rich.markup import escape
        from rich.table import Table
    except ImportError:
        raise MissingExtraError(f"tables need rich: {install('rich')}") from None
    notes = [f"{row.rung} {row.note}" for row in climb.rows if row.note]
    out = Table(
        title=escape(f"{climb.ladder}: {climb.title}"),
        caption=escape("\n".join([*notes, climb.machine])),  # rich would take [numba] for a style
        title_justify="left",
        caption_justify="left",
        box=box.SIMPLE_HEAD,
    )
    headings = ["time", "× first", "GFLOP/s"]
    if width >= 78:
        headings = ["time", "spread", "× first", "× before", "GFLOP/s", "memory"]
    if any(row.fraction is not None for row in climb.rows):
        headings.insert(headings.index("GFLOP/s") + 1, "of roof")
        if width < 90:  # there is not room for all of them
            headings.remove("memory" if width >= 78 else "GFLOP/s")
    if width >= 110:
        headings.append("what it does")
    out.add_column("rung", style="bold", no_wrap=True)
    for heading in headings:
        out.add_column(heading, justify="left" if heading == "what it does" else "right", no_wrap=True)
    for row in climb.rows:
        cells = {"memory": in_bytes(row.memory), "what it does": escape(row.caption)}
        if row.seconds is not None:
            cells |= {
                "time": in_seconds(row.seconds),
                "spread": f"±{50 * (row.high - row.low) / row.seconds:.0f}%" if row.rounds > 1 else "once",
                "× first": digits(row.over_first or 1.0),
                "× before": digits(row.over_before or 1.0),
                "GFLOP/s": digits(row.gflops or 0.0),
                "of roof": in_percent(row.fraction) if row.fraction is not None else "–",
            }
        out.add_row(row.rung, *(cells.get(heading, "–") for heading in headings))
    return out
