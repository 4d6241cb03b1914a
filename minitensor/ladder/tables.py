"""A climb as a table."""

from typing import Any

from minitensor.ladder.climbing import Climb, Row
from minitensor.text.numbers import digits, in_bytes, in_percent, in_seconds
from minitensor.text.tables import Fitting

SPARE = ("what it does", "memory", "spread", "× before", "GFLOP/s")  # left out in this order where there is no room


def table(climb: Climb) -> Any:
    """The climb as a table of the rich library, ready for its ``print``, as wide as the terminal allows from 50 on.

    Raises MissingExtraError without rich.
    """
    headings = ["rung", "time", "spread", "× first", "× before", "GFLOP/s", "memory", "what it does"]
    if any(row.fraction is not None for row in climb.rows):
        headings.insert(6, "of roof")
    rows = []
    for row in climb.rows:
        cells = {"rung": row.rung, "memory": in_bytes(row.memory), "what it does": row.caption}
        if row.seconds is not None:
            cells |= {
                "time": in_seconds(row.seconds),
                "spread": _spread(row),
                "× first": digits(row.over_first or 1.0),
                "× before": digits(row.over_before or 1.0),
                "GFLOP/s": digits(row.gflops or 0.0),
                "of roof": in_percent(row.fraction) if row.fraction is not None else "–",
            }
        rows.append([cells.get(heading, "–") for heading in headings])
    notes = [f"{row.rung} {row.note}" for row in climb.rows if row.note]
    above = ", ".join(row.rung for row in climb.rows if (row.fraction or 0.0) > 1.0)
    if above:
        notes.append(f"above the roof: {above}; data in the caches, exponentials of their own, or a busy machine")
    caption = "\n".join([*notes, climb.machine])
    return Fitting(f"{climb.ladder}: {climb.title}", headings, rows, caption, SPARE, words=("what it does",))


def _spread(row: Row) -> str:
    """Half of what lies between the quartiles, over the median; where no time is so much less, how much more it is."""
    if row.rounds <= 1 or not row.seconds:
        return "once"
    half = (row.high - row.low) / 2 / row.seconds
    return f"±{half:.0%}" if half < 1 else f"up to +{row.high / row.seconds - 1:.0%}"
