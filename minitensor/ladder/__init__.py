"""Ladders: one job done several ways, each rung one idea faster than the rung below.

A rung is a plain function. `climbing.py` says what a ladder is and climbs it: it checks that all rungs agree
(`agreement.py`), times them honestly (`timing.py`), and skips what would take too long or too much memory *and says
so*. `roofline.py` measures what the machine could do at best and places every rung under that; `tables.py` shows what
was found, and `measurements.py` has what was found on other machines. This room knows no ladder by name.
"""

from minitensor.ladder.climbing import Climb, Ladder, Row, rung
from minitensor.ladder.measurements import stored
from minitensor.ladder.roofline import Ceilings, Work, ceilings, roof
from minitensor.ladder.tables import table
from minitensor.ladder.timing import machine, measure

__all__ = [
    "Ceilings",
    "Climb",
    "Ladder",
    "Row",
    "Work",
    "ceilings",
    "machine",
    "measure",
    "roof",
    "rung",
    "stored",
    "table",
]
