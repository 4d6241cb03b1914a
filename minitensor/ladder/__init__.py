"""Ladders: one job done several ways, each rung one idea faster than the rung below.

A rung is a plain function. `climb.py` says what a ladder is and climbs it: it checks that all rungs agree, times them
honestly (`timing.py`), and skips what would take too long or too much memory *and says so*. `roofline.py` measures
what the machine could do at best and places every rung under that; `tables.py` and `words.py` show what was found.
This room knows no ladder by name.
"""

from minitensor.ladder.climb import Climb, Ladder, Row, run, rung
from minitensor.ladder.roofline import Ceilings, Work, ceilings, roof
from minitensor.ladder.tables import table
from minitensor.ladder.timing import measure
from minitensor.ladder.words import in_bytes, in_percent, in_rate, in_seconds, machine

__all__ = [
    "Ceilings",
    "Climb",
    "Ladder",
    "Row",
    "Work",
    "ceilings",
    "in_bytes",
    "in_percent",
    "in_rate",
    "in_seconds",
    "machine",
    "measure",
    "roof",
    "run",
    "rung",
    "table",
]
