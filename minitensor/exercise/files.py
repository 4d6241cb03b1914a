"""Where exercises, solutions, wrong answers and pages lie, and what an exercise says of itself."""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from minitensor.errors import InputError

HERE = Path(__file__).parents[1]
KINDS = ("write", "mend", "predict")
HEADER = re.compile(r"(\w+), lesson (\d+), ((?:about )?\d+ \w+), (\d+) minutes\.")


class Header(NamedTuple):
    """The first two lines of an exercise. kind : of `KINDS`; amount : such as "about 3 lines"; minutes : a guess"""

    number: int
    name: str
    title: str
    kind: str
    lesson: int
    amount: str
    minutes: int


def lessons_folder() -> Path:
    """The lessons in the wheel, or those of the checkout that this package runs from."""
    places = HERE / "lessons", HERE.parent / "lessons"
    return next((each for each in places if each.is_dir()), places[0])


@cache
def exercises() -> dict[int, Path]:
    """What learners begin with, by number."""
    return {int(path.name[:2]): path for path in sorted((lessons_folder() / "exercises").glob("[0-9][0-9]_*.py"))}


def by_name(name: str) -> Path:
    return next(path for path in exercises().values() if path.stem[3:] == name)


def number_of(which: int | str) -> int:
    """The exercise that is meant: by its number, its name, or its file. Raises InputError where none is.

    >>> number_of(4), number_of("4"), number_of("mirror"), number_of("my-exercises/04_mirror.py")
    (4, 4, 4, 4)
    """
    stem = Path(which).stem if isinstance(which, str) and which.endswith(".py") else str(which)
    for number, path in exercises().items():
        if (stem.isascii() and stem.isdigit() and int(stem) == number) or stem in (path.stem, path.stem[3:]):
            return number
    raise InputError(f"there is no exercise {which!r}; minitensor exercises lists them")


def stub(number: int) -> Path:
    return exercises()[number]


def solution(number: int) -> Path:
    return lessons_folder() / "solutions" / stub(number).name


@cache
def wrong(number: int) -> dict[str, Path]:
    """The wrong answers that are known of an exercise, by the word that each has."""
    found = sorted((lessons_folder() / "wrong").glob(f"{number:02}_*.py"))
    return {path.stem[3:].replace("_", "-"): path for path in found}


@cache
def pages() -> dict[str, Path]:
    """What ``minitensor explain WORD`` prints, by word."""
    return {path.stem: path for path in sorted((lessons_folder() / "pages").glob("*.txt"))}


@cache
def header(number: int) -> Header:
    """What an exercise says of itself, in the first two lines of its text that are not empty."""
    path = stub(number)
    first, second, *_ = filter(None, path.read_text(encoding="utf-8").splitlines())
    title = re.fullmatch(rf'"""{number:02} (.+)', first)
    found = HEADER.fullmatch(second)
    assert title, f'{path.name}: the first line is not \'"""{number:02} Title\''
    assert found, f"{path.name}: the second line is not 'Write, lesson 3, about 2 lines, 10 minutes.'"
    kind, lesson, amount, minutes = found.groups()
    return Header(number, path.stem[3:], title[1], kind.lower(), int(lesson), amount, int(minutes))
