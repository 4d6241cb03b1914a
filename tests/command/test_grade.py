"""``minitensor grade``, as a teacher types it; the class is made up, and nothing runs."""

import csv
import io
import json
from pathlib import Path

import pytest

from minitensor.command import grade
from minitensor.command.line import main
from minitensor.exercise import files
from minitensor.exercise.classroom.grading import Graded, Row

ROWS = (
    Row(1, "look", "right"),
    Row(2, "double", "right", (True, False)),
    Row(3, "last", "wrong", (), "guard", ("last([1.0]):", "  expected  1.0", "=HYPERLINK(1)\x1b[2J")),
    Row(4, "more", "missing", (False,)),
)


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """What was asked of the grader, in a folder with a class of two."""
    found = []

    def graded(folder, seed, seconds, hidden):
        found.append((folder.name, seed, seconds, hidden))
        return Graded(folder.name, ROWS)

    monkeypatch.setattr(grade, "graded", graded)
    for name in ("=1+1", "zoë"):
        (tmp_path / "class" / name).mkdir(parents=True)
        (tmp_path / "class" / name / files.stub(1).name).write_text("")
    monkeypatch.chdir(tmp_path)
    return found


def test_a_line_for_each_pupil(asked, capsys):
    assert main(["grade", "class"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "pupil  right  stars  wrong  not done",
        "=1+1       2      1      1         1",
        "zoë        2      1      1         1",
        "of 4 exercises with 3 stars",
        "",
        "The same fault, by several (minitensor explain WORD):",
        "    2  3 last: guard",
    ]
    assert asked == [("=1+1", 0, 20.0, Path("class")), ("zoë", 0, 20.0, Path("class"))]


def test_a_table_that_no_spreadsheet_runs(asked, capsys):
    assert main(["grade", "class", "--out", "new/marks.csv", "--seed", "7", "--seconds", "2.5"]) == 0
    assert capsys.readouterr().out.endswith(f"wrote {Path('new', 'marks.csv')}\n")
    rows = list(csv.reader(io.StringIO(Path("new", "marks.csv").read_text(encoding="utf-8-sig"))))
    assert rows[0] == ["pupil", "number", "exercise", "status", "stars", "of", "word", "says"]
    assert len(rows) == 9
    assert rows[1] == ["'=1+1", "1", "look", "right", "0", "0", "", ""]
    assert rows[2] == ["'=1+1", "2", "double", "right", "1", "2", "", ""]
    says = "last([1.0]): expected 1.0 =HYPERLINK(1)\\x1b[2J"
    assert rows[7] == ["zoë", "3", "last", "wrong", "0", "0", "guard", says]
    assert asked[0][1:3] == (7, 2.5)


def test_all_of_it_as_json(asked):
    assert main(["grade", "class", "--out", "marks.json", "--seed", "7"]) == 0
    found = json.loads(Path("marks.json").read_text(encoding="utf-8"))
    assert found["seed"] == 7
    assert [each["pupil"] for each in found["pupils"]] == ["=1+1", "zoë"]
    assert found["pupils"][1]["exercises"][2]["lines"] == list(ROWS[2].lines)
    assert found["pupils"][1]["exercises"][1]["stars"] == [True, False]


def test_who_was_not_graded_is_named(asked, monkeypatch, capsys):
    note = "it is a link, and these are not followed"
    monkeypatch.setattr(
        grade, "graded", lambda folder, *_, **__: Graded(folder.name, (Row(1, "look", "missing"),), note)
    )
    assert main(["grade", "class", "--out", "marks.csv"]) == 0
    assert f"of 1 exercises with 0 stars\n=1+1 was not graded: {note}.\nzoë was" in capsys.readouterr().out
    assert f'zoë,1,look,missing,0,0,,"{note}"' in Path("marks.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nowhere"], "there is no folder 'nowhere'; name the one that holds the pupils' folders"),
        (["empty"], "no folder inside 'empty' holds exercises; each pupil's is made by `minitensor start`"),
        (["class", "--out", "marks.xlsx"], "'marks.xlsx': end the name of the file in .csv or .json"),
        (["class", "--out", "empty"], "'empty' is a folder; --out names the file for what is found"),
        (["class", "--seconds", "0"], "--seconds 0: it must be more than 0"),
        (["class", "--seconds", "nan"], "--seconds nan: it must be more than 0"),
        (["class", "--seed", "-1"], "--seed -1: it must be 0 or more"),
    ],
)
def test_what_cannot_be_graded_is_said(words, message, asked, capsys):
    Path("empty").mkdir()
    assert main(["grade", *words]) == 1
    assert capsys.readouterr() == ("", f"minitensor grade: {message}\n")
    assert asked == []
