"""What `docs/teaching.md` says of sessions and of wrong answers is what the exercises say.

``python tests/exercise/test_teaching.py`` writes its list of wrong answers anew.
"""

import re
from pathlib import Path

import pytest

from minitensor.command.line import main
from minitensor.command.wrong import wrong_answers
from minitensor.exercise import files
from minitensor.exercise.classroom import bodies

PAGE = Path(__file__).parents[2] / "docs" / "teaching.md"
LIST = "\n### Lesson "  # the list begins at the first of these
NUMBERS = re.compile(r"exercises? ([\d, ]*\d)")


def sessions():
    text = PAGE.read_text(encoding="utf-8")
    return re.findall(r"### (Session \d): [^\n]+\n(.+?)(?=\n### )", text, re.S)


def numbers_in(words):
    """The exercises that are named in "exercises 2, 3, 4: …", in order."""
    return [int(number) for found in NUMBERS.findall(words) for number in found.split(", ")]


def test_the_list_of_wrong_answers_is_that_of_the_files():
    before, _, listed = PAGE.read_text(encoding="utf-8").partition(LIST)
    assert before
    assert (LIST + listed).strip() == wrong_answers().strip(), f"run: python {Path(__file__).name}"


def test_the_command_prints_the_list(capsys):
    assert main(["exercises", "--wrong"]) == 0
    assert capsys.readouterr().out.strip() == wrong_answers()


@pytest.mark.parametrize(("name", "text"), sessions(), ids=lambda words: words if len(words) < 10 else "")
def test_a_session_takes_ninety_minutes_and_its_exercises_as_long_as_they_say(name, text):
    rows = re.findall(r"^\| (\d+) \| (.+) \|$", text, re.M)
    assert sum(int(minutes) for minutes, _ in rows) == 90
    named = [(int(minutes), numbers_in(what)) for minutes, what in rows if what.startswith("exercise")]
    assert named
    for minutes, numbers in named:
        assert sum(files.header(number).minutes for number in numbers) == minutes, numbers


def test_every_exercise_has_its_place():
    in_sessions = [
        number
        for _, text in sessions()
        for line in text.splitlines()
        if line.startswith("At home:") or re.match(r"\| \d+ \| exercise", line)
        for number in numbers_in(line)
    ]
    rows = re.findall(r"^\| (\d+), .+? \| ([\d, ]+) \| (\d+) \|$", PAGE.read_text(encoding="utf-8"), re.M)
    for lesson, numbers, minutes in rows:
        found = [files.header(int(number)) for number in numbers.split(", ")]
        assert {each.lesson for each in found} == {int(lesson)}
        assert sum(each.minutes for each in found) == int(minutes)
    afterwards = [int(number) for _, numbers, _ in rows for number in numbers.split(", ")]
    assert sorted(in_sessions + afterwards) == sorted(files.exercises())


def test_there_are_six_questions_with_three_graded_answers_each():
    questions = re.findall(r"### Question (\d) .+?(?=\n### Question|\n## )", PAGE.read_text(encoding="utf-8"), re.S)
    assert questions == [str(number) for number in range(1, 7)]
    for each in re.split(r"\n### Question ", PAGE.read_text(encoding="utf-8"))[1:]:
        own = each.partition("\n## ")[0]
        assert re.findall(r"^> \*\*([A-C])\.\*\*", own, re.M) == ["A", "B", "C"]
        assert len(re.findall(r"^\*\*[0-4] points?\.?\*\*", own, re.M)) == 3


def test_what_may_be_imported_is_what_grading_takes():
    text = " ".join(PAGE.read_text(encoding="utf-8").split())
    *first, last = [f"`{name}`" for name in bodies.IMPORTED if name != "__future__"]
    assert f"may import {', '.join(first)} and {last}, and nothing else" in text


if __name__ == "__main__":
    before, _, _ = PAGE.read_text(encoding="utf-8").partition(LIST)
    PAGE.write_text(f"{before}\n{wrong_answers().strip()}\n", encoding="utf-8", newline="\n")
