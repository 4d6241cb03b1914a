"""The exercises on the command line, as a learner types it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import classroom
import pytest
from many import for_each

from minitensor.command import practice
from minitensor.command.line import main
from minitensor.exercise import files, folder

MINE = Path("my-exercises")


@pytest.fixture
def empty(tmp_path, monkeypatch):
    """A folder to be in, with nothing in it, and three exercises to be had."""
    classroom.furnish(tmp_path)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr(files, "HERE", tmp_path)
    monkeypatch.setattr(practice, "EXERCISES", classroom.EXERCISES)
    monkeypatch.setattr(practice, "judged", classroom.judged)
    monkeypatch.setenv("COLUMNS", "60")
    classroom.forget_files()
    yield tmp_path
    classroom.forget_files()


@pytest.fixture
def begun(empty, capsys):
    """The same after ``minitensor start my-exercises``."""
    assert main(["start", "my-exercises"]) == 0
    capsys.readouterr()
    return MINE


def written(number, words):
    """What the learner writes into an exercise, at its end."""
    path = MINE / files.exercises()[number].name
    path.write_text(path.read_text(encoding="utf-8") + words, encoding="utf-8")


def progress():
    return json.loads((MINE / "progress.json").read_text(encoding="utf-8"))["exercises"]


# Beginning.
def test_start_copies_the_exercises_and_says_which_is_first(empty, capsys):
    assert main(["start", "my-exercises"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "3 exercises were copied to my-exercises.",
        f"Begin with: {MINE / '01_look.py'}:7",
        "When you have filled in what is missing: minitensor check",
    ]
    assert sorted(path.name for path in MINE.iterdir()) == [
        "01_look.py", "02_double.py", "03_last.py", "progress.json",
    ]  # fmt: skip
    assert {path.name[:-3]: path.read_text(encoding="utf-8") for path in MINE.glob("*.py")} == classroom.STUBS
    assert progress() == {}


def test_start_writes_over_nothing_and_brings_what_is_missing(begun, capsys):
    written(1, "# right\n")
    mine = (MINE / "01_look.py").read_bytes()
    main(["check"])
    (MINE / "03_last.py").unlink()
    kept = (MINE / "progress.json").read_bytes()
    capsys.readouterr()
    assert main(["start", "my-exercises"]) == 0
    assert capsys.readouterr().out.splitlines()[:3] == [
        "1 exercise was copied to my-exercises.",
        "2 exercises were there already, left as they were.",
        f"Next: {MINE / '02_double.py'}:8",
    ]
    assert (MINE / "01_look.py").read_bytes() == mine
    assert (MINE / "progress.json").read_bytes() == kept
    assert main(["start", "my-exercises"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "my-exercises has all exercises."


def test_start_needs_a_folder_not_a_file(empty, capsys):
    Path("taken").write_text("words")
    assert main(["start", "taken"]) == 1
    assert capsys.readouterr().err == "minitensor start: 'taken' is a file; name a folder, such as my-exercises\n"


# Checking.
def test_check_runs_the_first_that_is_not_done(begun, capsys):
    written(1, "# right\n")
    assert main(["check"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "1 is right.",
        "",
        f"The solution, and why it works: {MINE / 'solutions' / '01_look.py'}",
        f"Next: {MINE / '02_double.py'}:8",
    ]
    assert (MINE / "solutions" / "01_look.py").read_text(encoding="utf-8") == classroom.SOLUTIONS["01_look"]
    assert main(["check"]) == 2
    assert capsys.readouterr().out == "2 is undone.\n"
    written(2, "# wrong\n")
    assert main(["check"]) == 1
    assert capsys.readouterr().out == "2 is wrong.\n"
    assert not (MINE / "solutions" / "02_double.py").exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("def double(x):\n    return 2 * x\n", ""),
        ("TWO = 2\n\n\ndef double(x):\n    return 2 * x\n", ""),
        ("TWO = 2\n\n\ndef double(x):\n    return TWO * x\n", ""),
        ("import os\n\n\ndef double(x):\n    return 2 * x\n", ""),
        ("import os\nTWO = 2 + len(os.sep)\n\n\ndef double(x):\n    return TWO * x\n",
         "line 1 imports os: a graded answer imports nothing but minitensor, numpy, math, random, itertools, "
         "functools, operator, collections, copy, dataclasses and typing"),
        ("def double(x):\n    return getattr(x, 'y')\n",
         "line 2 uses getattr: a graded answer may not reach for what is not its own"),
    ],
)  # fmt: skip
def test_what_would_be_lost_if_it_were_graded_is_said(text, words, begun, capsys):
    (MINE / "02_double.py").write_text(f"{text}# right\n")
    assert main(["check", "2"]) == 0
    said = f"A teacher's `minitensor grade` would refuse it: {words}.\n" if words else ""
    printed = capsys.readouterr().out
    assert " ".join(printed.split()).startswith(" ".join(f"2 is right. {said} The solution".split()))
    assert max(map(len, printed.partition("\n\n")[0].splitlines())) <= 60
    main(["check", "2", "--json"])
    assert json.loads(capsys.readouterr().out)["refused"] == (words or None)


@pytest.mark.parametrize("word", ["3", "03", "last", "03_last", "03_last.py", "my-exercises/03_last.py"])
def test_an_exercise_has_a_number_a_name_and_a_file(word, begun, capsys):
    assert main(["check", word]) == 2
    assert capsys.readouterr().out == "3 is undone.\n"


@pytest.mark.parametrize("command", ["check", "hint", "solution", "reset"])
@pytest.mark.parametrize("word", ["4", "0", "-1", "²", "double.txt", ""])
def test_a_number_that_no_exercise_has_is_refused(command, word, begun, capsys):
    assert main([command, "--", word]) == 1
    message = f"minitensor {command}: there is no exercise {word!r}; minitensor exercises lists them\n"
    assert capsys.readouterr() == ("", message)


def test_done_stays_done_and_stars_stay_reached(begun):
    written(2, "# right **\n")
    main(["check", "2"])
    assert progress() == {"02_double": {"done": True, "stars": [True, True], "hints": 0, "solution_seen": False}}
    (MINE / "02_double.py").write_text("# right *\n")
    main(["check", "2"])
    assert progress()["02_double"]["stars"] == [True, True]
    (MINE / "02_double.py").write_text("# wrong\n")
    assert main(["check", "2"]) == 1
    assert progress()["02_double"]["done"] is True


def test_all_done(begun, capsys):
    for number in (1, 2, 3):
        written(number, "# right\n")
        main(["check"])
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == "All exercises are done, and minitensor exercises shows the stars that are open."
    assert main(["check"]) == 0
    assert capsys.readouterr().out == f"{last}\n"
    assert main(["check", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"status": "right", "done": 3, "next": None}
    assert main(["hint"]) == 0
    assert capsys.readouterr().out == f"{last}\n"


def test_all_done_with_every_star(begun, capsys):
    for number in (1, 2, 3):
        written(number, "# right **\n")
        main(["check"])
    assert capsys.readouterr().out.splitlines()[-1] == "All exercises are done, with every star."


def test_check_as_json(begun, capsys):
    assert main(["check", "--json"]) == 2
    found = json.loads(capsys.readouterr().out)
    assert (found["number"], found["status"], found["lines"]) == (1, "undone", ["1 is undone."])
    assert Path(found["file"]).samefile(MINE / "01_look.py")
    assert "next" not in found
    written(1, "# right\n")
    assert main(["check", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert Path(found["next"]).samefile(MINE / "02_double.py")
    assert Path(found["solution"]).samefile(MINE / "solutions" / "01_look.py")


def test_a_file_that_is_gone_is_named(begun, capsys):
    (MINE / "01_look.py").unlink()
    assert main(["check"]) == 1
    message = f"minitensor check: '{MINE / '01_look.py'}' is not there; minitensor reset 1 makes a new one\n"
    assert capsys.readouterr().err == message
    assert main(["reset", "1"]) == 0
    assert (MINE / "01_look.py").read_text(encoding="utf-8") == classroom.STUBS["01_look"]


# Hints.
def test_hints_come_one_by_one_and_are_remembered(begun, capsys):
    for number, text in enumerate(("add", "add it to itself", "2 * x"), 1):
        assert main(["hint", "2"]) == 0
        assert capsys.readouterr().out == f"2 double, hint {number} of 3:\n  {text}\n"
        assert progress()["02_double"]["hints"] == number
    assert main(["hint", "2"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "2 double: these are all of its hints.", "1. add", "2. add it to itself", "3. 2 * x",
        "Its solution: minitensor solution 2",
    ]  # fmt: skip
    assert main(["hint"]) == 0
    assert capsys.readouterr().out == "1 look, hint 1 of 3:\n  count\n"


# Solutions.
@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("Yes", 0), ("", 1), ("n", 1), ("no thanks", 1)])
def test_a_solution_is_shown_after_a_question(answer, code, begun, capsys, monkeypatch):
    asked = []
    monkeypatch.setattr("builtins.input", lambda words: asked.append(words) or answer)
    assert main(["solution", "2"]) == code
    printed = capsys.readouterr().out
    assert asked == ["Show the solution all the same? [y/N] "]
    assert printed.startswith("2 double is not done yet. 3 of its 3 hints are left (minitensor hint 2).\n")
    assert ("return 2 * x" in printed) == (code == 0)
    assert (MINE / "solutions").exists() == (code == 0)
    assert progress().get("02_double", {}).get("solution_seen", False) is (code == 0)


def test_a_solution_is_asked_for_once(begun, capsys, monkeypatch):
    assert main(["solution", "2", "--yes"]) == 0
    capsys.readouterr()
    monkeypatch.setattr("builtins.input", lambda words: pytest.fail("asked again"))
    assert main(["solution", "2"]) == 0
    assert capsys.readouterr().out.endswith(f"return 2 * x\n\nThis is {MINE / 'solutions' / '02_double.py'}\n")
    written(1, "# right\n")
    main(["check", "1"])
    assert main(["solution", "1"]) == 0
    assert progress()["01_look"]["solution_seen"] is False


def test_without_anybody_to_answer_nothing_is_shown(begun, capsys, monkeypatch):
    def nobody(words):
        raise EOFError

    monkeypatch.setattr("builtins.input", nobody)
    assert main(["solution", "2"]) == 1
    assert capsys.readouterr().out.endswith("It is not shown. Without a question: minitensor solution 2 --yes\n")


# Beginning again.
def test_reset_keeps_the_old_file_beside(begun, capsys):
    written(2, "# right **\n")
    main(["check", "2"])
    capsys.readouterr()
    for name, mine in (("02_double.old.py", "# right **\n"), ("02_double.old-2.py", "# another\n")):
        written(2, "" if name.endswith("old.py") else mine)
        assert main(["reset", "2"]) == 0
        assert capsys.readouterr().out.splitlines() == [
            f"Yours is now in {MINE / name}", f"Begin again: {MINE / '02_double.py'}:8",
        ]  # fmt: skip
        assert (MINE / name).read_text(encoding="utf-8") == classroom.STUBS["02_double"] + mine
        assert (MINE / "02_double.py").read_text(encoding="utf-8") == classroom.STUBS["02_double"]
    assert progress()["02_double"]["done"] is False
    assert main(["check", "2"]) == 2
    assert main(["reset", "3"]) == 0
    assert f"{MINE / '03_last.py'} is as it was at the beginning." in capsys.readouterr().out
    assert sorted(path.name for path in MINE.glob("*old*")) == ["02_double.old-2.py", "02_double.old.py"]


# The list.
def test_the_list_fits_sixty_columns(begun, capsys):
    written(2, "# right *\n")
    main(["check", "2"])
    main(["solution", "3", "--yes"])
    capsys.readouterr()
    assert main(["exercises"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "Lesson 1",
        "         1  look    what a shape is (predict, 2 min)",
        "done *.  2  double  twice a number, whatever it is, and this",
        "                    sentence is so long that it must be",
        "                    wrapped (write, 5 min)",
        "Lesson 2",
        "seen     3  last    an index too far (mend, 5 min)",
        "",
        "1 of 3 done, 1 of 2 stars in my-exercises",
        "A star (*) that is still open is a dot; minitensor check N says what it asks for.",
        f"Next: {MINE / '01_look.py'}:7",
    ]
    assert max(map(len, lines[:7])) <= 60


def test_the_list_needs_no_folder(empty, capsys):
    assert main(["exercises"]) == 0
    printed = capsys.readouterr().out
    assert "2  double  twice" in printed
    assert printed.endswith("\nThey are copied to a folder of yours by: minitensor start my-exercises\n")


def test_no_minutes_are_left_alone_at_the_end_of_a_line(empty, capsys, monkeypatch):
    for width in range(45, 80):
        monkeypatch.setenv("COLUMNS", str(width))
        main(["exercises"])
        lines = capsys.readouterr().out.splitlines()
        assert all(line.count("(") == line.count(" min)") for line in lines)


@for_each(files.exercises())
def test_the_line_to_begin_with_is_where_something_is_missing(number):
    text = files.stub(number).read_text(encoding="utf-8").splitlines()
    there = {"write": "raise NotImplementedError", "predict": ": ...", "mend": "def "}[files.header(number).kind]
    assert there in text[folder.line_of(files.stub(number)) - 1]


# Where the folder is.
@pytest.mark.parametrize("where", [".", "my-exercises", "my-exercises/solutions/deeper"])
def test_the_folder_is_found_from_inside_and_from_beside(where, begun, capsys, monkeypatch):
    Path(where).mkdir(parents=True, exist_ok=True)
    monkeypatch.chdir(where)
    assert main(["check"]) == 2
    assert capsys.readouterr().out == "1 is undone.\n"


@pytest.mark.parametrize("words", [["check"], ["hint", "1"], ["solution", "1"], ["reset", "1"]])
def test_without_a_folder_it_is_said_how_to_begin(words, empty, capsys):
    Path("other").mkdir()
    Path("other", "progress.json").write_text("of another program")
    assert main(words) == 1
    message = "there are no exercises in this folder. To begin: minitensor start my-exercises"
    assert capsys.readouterr() == ("", f"minitensor {words[0]}: {message}\n")
    assert main([*words, "--dir", "other"]) == 1
    message = "there are no exercises in 'other': `minitensor start other` puts them there"
    assert capsys.readouterr() == ("", f"minitensor {words[0]}: {message}\n")


def test_of_several_folders_one_must_be_named(begun, capsys):
    main(["start", "yours"])
    capsys.readouterr()
    assert main(["check"]) == 1
    message = "there are exercises in my-exercises, yours: say in which, such as --dir my-exercises"
    assert capsys.readouterr().err == f"minitensor check: {message}\n"
    assert main(["check", "--dir", "yours"]) == 2


# Progress that was edited, or is broken.
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is broken in line 1: Expecting value"),
        ('{\n"exercises": {,}}', "is broken in line 2: Expecting property name"),
        ("[1, 2]", 'has no "exercises": {...}'),
        ('{"exercises": []}', 'has no "exercises": {...}'),
        ("[" * 100_000, "is broken: "),
        ("\xff\xfe", "is broken: 'utf-8' codec can't decode"),
        ('{"exercises": {"01_look": true}}', "'01_look' must be an object such as {\"done\": false"),
        ('{"exercises": {"01_look": {"done": "yes"}}}', "'01_look': 'done' must be true or false"),
        ('{"exercises": {"01_look": {"hints": -1}}}', "'01_look': 'hints' must be a whole number, 0 or more"),
        ('{"exercises": {"01_look": {"stars": [1]}}}', "'01_look': 'stars' must be a list of true and false"),
    ],
)
def test_progress_that_cannot_be_read_is_left_as_it_is(text, message, begun, capsys):
    (MINE / "progress.json").write_bytes(text.encode("latin-1"))
    for words in (["check"], ["hint"], ["reset", "1"], ["exercises"], ["solution", "1"], ["start", "my-exercises"]):
        assert main(words) == 1
        printed = capsys.readouterr()
        assert printed.out == ""
        assert f"minitensor {words[0]}: {MINE / 'progress.json'}" in printed.err
        assert message in printed.err
        assert "Nothing was changed. Mend it, or give it another name: `minitensor start my-exercises`" in printed.err
    assert (MINE / "progress.json").read_bytes() == text.encode("latin-1")
    (MINE / "progress.json").rename(MINE / "old.json")
    assert main(["start", "my-exercises"]) == 0
    assert main(["check"]) == 2


def test_what_others_wrote_into_the_progress_stays(begun):
    text = {"exercises": {"01_look": {"note": "hard", "done": True}, "99_more": {"hints": 2}}, "who": "Ånna"}
    (MINE / "progress.json").write_text("\ufeff" + json.dumps(text, ensure_ascii=False), encoding="utf-8")
    assert main(["hint", "1"]) == 0
    after = json.loads((MINE / "progress.json").read_text(encoding="utf-8"))
    assert after["who"] == "Ånna"
    assert after["exercises"]["01_look"]["note"] == "hard"
    assert after["exercises"]["01_look"]["hints"] == 1
    assert after["exercises"]["99_more"]["hints"] == 2


@pytest.fixture
def full(monkeypatch):
    """A disk on which nothing more can be written."""

    def write_text(self, *_, **__):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", write_text)
        yield


@pytest.mark.parametrize(
    ("words", "first"),
    [
        (["check", "1"], "1 is right."),
        (["hint", "2"], "2 double, hint 1 of 3:"),
        (["solution", "2", "--yes"], '"""Times two × 2."""'),
    ],
)
def test_what_cannot_be_kept_is_said_after_what_was_asked_for(words, first, begun, capsys, request):
    written(1, "# right\n")
    before = (MINE / "progress.json").read_bytes()
    request.getfixturevalue("full")
    assert main(words) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == first
    assert lines[-1].startswith("(Your progress could not be kept: ")
    assert "No space left on device; the file that was there is as it was" in lines[-1]
    assert (MINE / "progress.json").read_bytes() == before


def test_what_cannot_be_kept_is_said_in_json_too(begun, capsys, request):
    written(1, "# right\n")
    request.getfixturevalue("full")
    assert main(["check", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert "No space left on device" in found["unkept"]
    assert Path(found["solution"]).samefile(files.solution(1))


@pytest.mark.parametrize("inside", [False, True])
def test_a_folder_that_has_lost_its_progress_is_still_one(inside, begun, capsys, monkeypatch):
    (MINE / "progress.json").unlink()
    if inside:
        monkeypatch.chdir(MINE)
    where = "." if inside else "my-exercises"
    name = Path(where) / "progress.json"
    message = f"{name} is missing: `minitensor start {where}` makes a new one and leaves your exercises as they are"
    for words in (["check"], ["hint"], ["reset", "1"], ["exercises"], ["solution", "1"], ["check", "--dir", "."]):
        if words[-1] == "." and not inside:
            continue
        assert main(words) == 1
        assert capsys.readouterr() == ("", f"minitensor {words[0]}: {message}\n")
    assert main(["start", where]) == 0
    said = "progress.json is new: an exercise that you have solved counts as done when it is checked again."
    assert said in capsys.readouterr().out.splitlines()
    assert main(["check"]) == 2


def test_one_exercise_alone_makes_no_folder(empty, capsys):
    Path("02_double.py").write_text("def double(x):\n    return 2 * x\n")
    assert main(["check"]) == 1
    assert "To begin: minitensor start my-exercises" in capsys.readouterr().err
    assert main(["check", "--dir", "."]) == 1
    assert "progress.json is missing: `minitensor start .` makes a new one" in capsys.readouterr().err


def test_the_lessons_own_folders_are_no_learners(empty, capsys, monkeypatch):
    monkeypatch.chdir(empty / "lessons" / "exercises")
    assert main(["check"]) == 1
    assert "To begin: minitensor start my-exercises" in capsys.readouterr().err


# Words.
def test_explain_prints_the_page_of_a_word(empty, capsys):
    for word in ("halo", "Halo"):
        assert main(["explain", word]) == 0
        assert capsys.readouterr().out.startswith("halo: the numbers beside a block.\n\n    >>> 1 + 1\n")
    for word in ("in-place", "in_place", "in place"):
        assert main(["explain", word]) == 0
        assert capsys.readouterr().out == "in-place: over what others read.\n"


def test_explain_of_a_spec_stays_as_it_is(empty, capsys):
    assert main(["explain", "halo", "2x3x4x5"]) == 0
    assert capsys.readouterr().out.startswith("halo")
    assert main(["explain", "halos"]) == 1
    assert capsys.readouterr().err == "minitensor explain: there is no page 'halos': do you mean halo?\n"
    assert main(["explain", "ij"]) == 1
    assert "came with it" in capsys.readouterr().err
    assert main(["explain", "nosuch"]) == 1
    assert "there is no page 'nosuch': the word to look up is what a message" in capsys.readouterr().err
    for spec in ("nosuch->", "no,such->nosuch"):
        assert main(["explain", spec]) == 1
        assert "no page" not in capsys.readouterr().err


# Terminals.
def test_a_pipe_and_a_terminal_without_signs(empty):
    main(["start", "my-exercises"])
    code = f"""
import sys
sys.path.insert(0, {str(Path(classroom.__file__).parent)!r})
import classroom
from pathlib import Path
from minitensor.command import practice
from minitensor.command.line import main
from minitensor.exercise import files, folder
files.HERE = Path({str(empty)!r})
classroom.forget_files()
practice.EXERCISES = classroom.EXERCISES
sys.exit(main(["solution", "2"]) + main(["solution", "2", "--yes"]) + 10 * main(["explain", "halo"]))
"""
    ran = subprocess.run(
        [sys.executable, "-X", "utf8=0", "-c", code], stdin=subprocess.DEVNULL, capture_output=True, check=False,
        env=_environment(PYTHONIOENCODING="ascii"),
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (1, b"")
    assert b"--yes" in ran.stdout
    assert b"Times two ? 2" in ran.stdout
    assert b"fetch them ? 2" in ran.stdout


def _environment(**more):
    root = str(Path(practice.__file__).parents[2])
    return os.environ | {"PYTHONPATH": os.pathsep.join([root, os.environ.get("PYTHONPATH", "")])} | more


def test_a_check_that_hangs_ends_with_a_sentence(tmp_path):
    program = (
        "import sys, time, io\n"
        "from minitensor.command.patience import patience\n"
        "with patience('It takes too long.', 0.2):\n"
        "    sys.stdout = io.StringIO()\n"
        "    time.sleep(60)\n"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=50)
    assert (result.returncode, result.stdout) == (1, "It takes too long.\n")
