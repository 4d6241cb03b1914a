"""The exercises, in the order of the lessons: a file for one or two lessons."""

from importlib import import_module
from pathlib import Path

from minitensor.exercise import files
from minitensor.exercise.kinds import Exercise

_ALL = {
    each.name: each
    for path in sorted(Path(__file__).parent.glob("[a-z]*.py"))
    for each in import_module(f"{__name__}.{path.stem}").EXERCISES
}
EXERCISES: dict[int, Exercise] = {
    number: _ALL[path.stem[3:]] for number, path in files.exercises().items() if path.stem[3:] in _ALL
}
