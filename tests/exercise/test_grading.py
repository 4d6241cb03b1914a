"""Grading a class, each pupil in a process: what hostile files do there, and that honest ones are graded as checked."""

import json
import queue
import shutil

import hostile
import pytest

from minitensor.command.line import main
from minitensor.errors import ProcessError
from minitensor.exercise import check, files
from minitensor.exercise.classroom import bodies, grading
from minitensor.exercise.classroom.plain import of_result
from minitensor.exercise.kinds import call
from minitensor.exercise.running import Failure, Result

DOT = 6  # the exercise in which all this is tried: dot(a, b) of two lists, with one star


@pytest.fixture(scope="module")
def stubs():
    return {number: path.read_text(encoding="utf-8") for number, path in files.exercises().items()}


def with_body(stub, body):
    """The text of an exercise whose body is filled in."""
    assert "    raise NotImplementedError\n" in stub
    return stub.replace("raise NotImplementedError", body)


def hand_in(folder, number, text):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / files.exercises()[number].name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def only_dot(monkeypatch):
    monkeypatch.setattr(grading, "EXERCISES", {DOT: grading.EXERCISES[DOT]})


def judged(folder, seconds=20.0, **options):
    """The one row of a class in which everybody did `dot`."""
    (row,) = grading.graded(folder, seconds=seconds, **options).rows
    return row


# Hostile files.
def test_a_hostile_file_costs_that_exercise_only(stubs, tmp_path, monkeypatch):
    """An exercise for each, in one folder, and the last is honest: as though nobody had read what they reach for."""
    monkeypatch.setattr(bodies, "reaching", lambda function: "")
    victim = tmp_path / "class" / "victim.py"
    victim.parent.mkdir()
    victim.write_text("a neighbour's answer")
    plain = {n: each for n, each in grading.EXERCISES.items() if each.call is call and "raise NotImpl" in stubs[n]}
    functions = [n for n, each in plain.items() if not each.large and "@kernel" not in stubs[n]]
    *attacked, honest = functions[: len(hostile.RUNS) + 1]
    monkeypatch.setattr(grading, "EXERCISES", {n: grading.EXERCISES[n] for n in (*attacked, honest)})
    for number, (body, _) in zip(attacked, hostile.RUNS.values(), strict=True):
        body = body.replace("FILE", str(victim)).replace("SOLUTION", str(files.solution(number)))
        hand_in(tmp_path / "class" / "mallory", number, with_body(stubs[number], body))
    hand_in(tmp_path / "class" / "mallory", honest, files.solution(honest).read_text(encoding="utf-8"))
    *rows, last = grading.graded(tmp_path / "class" / "mallory", seconds=60.0, hidden=tmp_path / "class").rows
    assert last.status == "right"
    assert all(last.stars)
    for (what, (_, word)), row in zip(hostile.RUNS.items(), rows, strict=True):
        assert (row.status, any(row.stars)) == ("wrong", False), what
        assert word in (None, row.word), (what, row)
    assert victim.read_text() == "a neighbour's answer"
    assert [path.name for path in victim.parent.iterdir() if path.name.startswith("victim")] == ["victim.py"]


def test_what_does_not_end_is_stopped_by_the_clock(only_dot, stubs, tmp_path):
    """No line of the pupil's is run while Python adds up: only the process can be stopped."""
    hand_in(tmp_path, DOT, with_body(stubs[DOT], "return sum(range(10**13))"))
    row = judged(tmp_path, seconds=0.5)
    assert (row.status, row.word) == ("wrong", "endless")
    assert row.lines == ("it took more than 0.5 s, and was stopped",)


def test_a_process_that_does_not_begin_is_nobodys_fault(only_dot, stubs, tmp_path, monkeypatch):
    monkeypatch.setattr("sys.executable", shutil.which("true") or shutil.which("where.exe"))
    hand_in(tmp_path, DOT, with_body(stubs[DOT], "return 0.0"))
    with pytest.raises(ProcessError, match="did not begin to run the exercises"):
        judged(tmp_path)


def test_what_is_left_in_a_helper_is_not_done_yet(stubs, tmp_path):
    """As `check` says it."""
    text = with_body(stubs[DOT], "return helper(a, b)") + "\n\ndef helper(a, b):\n    raise NotImplementedError\n"
    job = grading._read(DOT, hand_in(tmp_path, DOT, text))
    assert [each.name for each in job.functions] == ["dot", "helper"]
    error = Failure(("NotImplementedError",), "")
    line = {"results": [["cases", 0, of_result(Result(error=error))]], "costs": [], "left": {}}
    assert grading._judged(DOT, job, line, 0).status == "undone"


def test_without_what_it_may_not_use_a_helper_is_too(stubs, tmp_path):
    number = next(n for n, each in grading.EXERCISES.items() if "@" in each.without)
    function = grading.EXERCISES[number].function
    text = stubs[number].replace("raise NotImplementedError", "return helper(a, b)")
    row = grading._read(number, hand_in(tmp_path, number, text + "\n\ndef helper(a, b):\n    return a @ b\n"))
    assert (row.status, row.word) == ("wrong", "forbidden")
    assert "uses @, without which it is to be done" in row.lines[0]
    row = grading._read(number, hand_in(tmp_path, number, "x = 1\n"))
    assert (row.word, row.lines[0].partition(": ")[2]) == ("wrong-type", f"there is no function {function}")


def test_what_cannot_be_read_is_wrong_and_is_not_run(only_dot, tmp_path):
    hand_in(tmp_path, DOT, "def dot(a, b:\n    return 0.0\n")
    row = judged(tmp_path)
    assert (row.status, row.word) == ("wrong", "syntax")
    assert row.lines[0].startswith("06_dot.py: line 1 is no Python")


def test_calls_that_were_not_sent_are_wrong(only_dot, stubs, tmp_path):
    job = grading._read(DOT, hand_in(tmp_path, DOT, with_body(stubs[DOT], "return 0.0")))
    row = grading._judged(DOT, job, {"results": [], "costs": [], "left": {}}, 0)
    assert (row.status, row.stars) == ("wrong", (False,))


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (b'{"token": "mine", "number": 6}\n', {"token": "mine", "number": 6}),
        (b'{"token": "guessed", "number": 6}\n', "forged"),
        (b'{"token": "mine", "number": 7}\n', "forged"),
        (b'{"number": 6}\n', "forged"),
        (b'["mine", 6]\n', "forged"),
        (b"right\n", "forged"),
        (b"\xff\n", "forged"),
        (b"[" * 100_000 + b"\n", "forged"),
        (b'{"token": "mine", "number": 6}', "ended"),
        (b"", "ended"),
        (b"x" * 2**18, "flood"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_line_must_bear_the_token_and_be_about_the_exercise(line, what, monkeypatch):
    monkeypatch.setattr(grading, "LINE", 2**18)
    lines = queue.Queue()
    lines.put(line)
    assert grading._next(lines, 1.0, "mine", 6) == what


# A class.
OWN_WAY = """from itertools import starmap

START = 0.0


def times(x, y):
    return x * y


def dot(u, v, start=START):
    if len(u) != len(v):
        raise ValueError
    return sum(starmap(times, zip(u, v)), start)
"""


@pytest.fixture(scope="module")
def school(tmp_path_factory, stubs):
    """Three pupils and some exercises of each kind, kernels among them."""
    room = tmp_path_factory.mktemp("class")
    kinds = {files.header(n).kind: n for n in reversed(grading.EXERCISES)}
    kernel = next(n for n in grading.EXERCISES if "@kernel" in stubs[n] and files.header(n).kind == "write")
    numbers = sorted({DOT, kernel, *kinds.values()})
    for number in numbers:
        hand_in(room / "anna", number, files.solution(number).read_text(encoding="utf-8"))
        path = next(iter(files.wrong(number).values()))
        hand_in(room / "ben" / "my-exercises", number, path.read_text(encoding="utf-8"))
        hand_in(room / "=cid", number, stubs[number])
    hand_in(room / "anna", DOT, OWN_WAY)
    (room / "ben" / "my-exercises" / "progress.json").write_text('{"exercises": {"06_dot": {"done": true}}}')
    (room / "dora").mkdir()
    for each in ("emil", "frida"):
        hand_in(room / "group" / each, DOT, files.solution(DOT).read_text(encoding="utf-8"))
    (room / ".hidden").mkdir()
    (room / "notes.txt").write_text("not a pupil")
    return room, numbers


def test_a_class_is_graded(school, monkeypatch, capsys, tmp_path):
    room, numbers = school
    monkeypatch.setattr(grading, "EXERCISES", {n: grading.EXERCISES[n] for n in numbers})
    out = tmp_path / "new" / "marks.json"
    before = sorted(path.relative_to(room) for path in room.rglob("*"))
    assert main(["grade", str(room), "--out", str(out), "--seed", "3", "--seconds", "60"]) == 0
    assert sorted(path.relative_to(room) for path in room.rglob("*")) == before
    found = json.loads(out.read_text(encoding="utf-8"))
    assert found["seed"] == 3
    assert [each["pupil"] for each in found["pupils"]] == ["=cid", "anna", "ben", "dora", "group"]
    cid, anna, ben, dora, group = found["pupils"]
    assert {each["status"] for each in anna["exercises"]} == {"right"}
    assert all(all(each["stars"]) for each in anna["exercises"])
    assert anna["right"] == len(numbers)
    assert {each["status"] for each in cid["exercises"]} == {"undone"}
    assert {each["status"] for each in dora["exercises"]} == {"missing"}
    assert {each["status"] for each in group["exercises"]} == {"missing"}
    assert group["note"] == "it holds several folders of exercises, emil, frida; leave one for each pupil"
    words = {n: next(iter(files.wrong(n))) for n in numbers}
    assert {each["number"]: each["word"] for each in ben["exercises"]} == words
    assert (ben["right"], ben["stars"]) == (0, 0)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["pupil", "right", "stars", "wrong", "not", "done"]
    count = str(len(numbers))
    assert lines[1].split() == ["=cid", "0", "0", "0", count]
    assert lines[2].split()[:2] == ["anna", count]
    assert lines[3].split() == ["ben", "0", "0", count, "0"]


@pytest.mark.thorough
def test_an_answer_is_graded_as_it_is_checked(tmp_path):
    """One of each exercise, in one process: the solution of one, the first wrong answer of the next, and so on."""
    paths = {}
    for at, number in enumerate(grading.EXERCISES):
        answers = [files.solution(number), *files.wrong(number).values()]
        paths[number] = answers[at % len(answers)]
        hand_in(tmp_path, number, paths[number].read_text(encoding="utf-8"))
    for row in grading.graded(tmp_path, seconds=60.0).rows:
        outcome = check(row.number, path=paths[row.number])
        assert (row.status, row.word) == (outcome.status, outcome.word), paths[row.number]
        assert row.stars == (outcome.stars or (False,) * len(row.stars))
