"""For teachers: the wrong answers that `check` knows of each exercise, in its own words."""

import textwrap
from collections.abc import Iterator
from itertools import groupby

from minitensor.exercise import files
from minitensor.exercise.outcomes import WIDTH
from minitensor.exercise.programs import clause


def wrong_answers() -> str:
    """A list of them, by lesson and exercise, as Markdown that is also read as it is."""
    return "\n\n".join("\n".join(_of_lesson(lesson, list(numbers))) for lesson, numbers in _lessons())


def _lessons() -> Iterator[tuple[int, Iterator[int]]]:
    yield from groupby(files.exercises(), lambda number: files.header(number).lesson)


def _of_lesson(lesson: int, numbers: list[int]) -> Iterator[str]:
    yield f"### Lesson {lesson}"
    for number in numbers:
        about = files.header(number)
        yield f"\n**{number} {about.title}** ({about.kind}, {about.minutes} minutes)\n"
        for word, path in files.wrong(number).items():
            yield textwrap.fill(f"- `{word}`: {clause(path)}", WIDTH, subsequent_indent="  ", break_on_hyphens=False)
