"""Exercises that check themselves. `check` is for learners; ``minitensor check`` and its kin are in `command/`.

- what an exercise is: `kinds.py`, and each of them in `catalogue/`; the numbers that it is checked with: `drawing.py`
- where the files lie: `files.py`; an answer read as text: `programs.py`
- an answer is run: `running.py`; what it costs: `counting.py`; compared with the solution: `comparing.py`
- which calls it must stand, and what the solution makes of them: `calls.py`
- whether it is right: `judging.py`, or `blanks.py` where numbers are filled in; `checking.py` begins with a file
  or a function and ends with an `Outcome`, `outcomes.py`
- what is said of a wrong one: `messages/`
- a learner's folder: `folder.py`; a class is graded in `classroom/`
"""

from minitensor.exercise.checking import check
from minitensor.exercise.outcomes import Outcome

__all__ = ["Outcome", "check"]
