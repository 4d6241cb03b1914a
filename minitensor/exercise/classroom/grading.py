"""Grading the exercises of a class: each pupil's programs run in a process of their own, and are judged in this one."""

import ast
import json
import os
import queue
import secrets
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from minitensor import backend
from minitensor.errors import InputError, ProcessError
from minitensor.exercise import blanks, files
from minitensor.exercise.calls import Key
from minitensor.exercise.catalogue import EXERCISES
from minitensor.exercise.classroom.bodies import Taken, pupils_program, taken
from minitensor.exercise.classroom.folders import exercises_in
from minitensor.exercise.classroom.plain import numbers_in, to_result
from minitensor.exercise.judging import judged
from minitensor.exercise.kinds import Case, Star
from minitensor.exercise.outcomes import Outcome
from minitensor.exercise.programs import Program, forbidden, known, unwritten_line
from minitensor.exercise.running import Failure, Result

LINE = 2**26  # bytes of what a process may send of one exercise
BEGINNING = 60.0  # seconds that a process may take to begin, on a machine that is busy
NOT_RUN = Result(error=Failure(("NotRun",), "this call was not run", signature=("not run",)))


class Row(NamedTuple):
    """One exercise of one pupil. status : "right", "wrong", "undone", or "missing" where there is no file"""

    number: int
    name: str
    status: str
    stars: tuple[bool, ...] = ()
    word: str = ""
    lines: tuple[str, ...] = ()


class Graded(NamedTuple):
    """A pupil: the name of the folder, and every exercise. note : why nothing in it was graded; "" where it was"""

    pupil: str
    rows: tuple[Row, ...]
    note: str = ""

    @property
    def right(self) -> int:
        return sum(row.status == "right" for row in self.rows)

    @property
    def stars(self) -> int:
        return sum(sum(row.stars) for row in self.rows)


@dataclass(frozen=True)
class Remote:
    """An answer that ran in another process, as `judged` asks for it. tree : its function's text, read"""

    results: dict[Key, Result]
    counts: dict[Key, dict[str, int]]
    open_goals: dict[str, str]
    tree: ast.AST | None

    @classmethod
    def of(cls, line: dict[str, Any], tree: ast.AST | None) -> "Remote":
        """From what the process sent. Raises InputError for what it does not send by itself."""
        try:
            results = {(str(which), int(at)): to_result(each) for which, at, each in line["results"]}
            counts = {(str(which), int(at)): numbers_in(each) for which, at, each in line["costs"]}
            return cls(results, counts, {str(name): str(words) for name, words in line["left"].items()}, tree)
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError, OverflowError, MemoryError):
            raise InputError("the process sent what is no result") from None

    def result(self, key: Key, case: Case) -> Result:
        return self.results.get(key, NOT_RUN)

    def costs(self, key: Key, case: Case) -> dict[str, int]:
        return self.counts.get(key, {})

    def left(self, which: str, star: Star) -> str:
        return self.open_goals.get(which, "it was not run")


def graded(folder: Path, seed: int = 0, seconds: float = 20.0, hidden: Path | None = None) -> Graded:
    """Every exercise of one pupil.

    seed : of the random numbers; seconds : that one exercise may take
    hidden : a folder of which the pupil's programs may read nothing: that of the class
    """
    rows: dict[int, Row] = {}
    jobs: dict[int, Taken] = {}
    try:
        mine, note = exercises_in(folder), ""
    except InputError as error:
        mine, note = {}, str(error)
    with backend.use_backend("numpy"):
        for number in EXERCISES:
            read = _read(number, mine.get(number))
            if isinstance(read, Row):
                rows[number] = read
            else:
                jobs[number] = read
        for number, line in _run(jobs, seed, seconds, hidden or folder):
            rows[number] = _judged(number, jobs[number], line, seed) if isinstance(line, dict) else line
    return Graded(folder.name, tuple(rows[number] for number in EXERCISES), note)


def _row(outcome: Outcome) -> Row:
    return Row(outcome.number, outcome.name, outcome.status, outcome.stars, outcome.word, outcome.lines)


def _read(number: int, path: Path | None) -> Row | Taken:
    """What is taken of a file, or what is known of it without running it."""
    exercise, nothing = EXERCISES[number], (False,) * len(EXERCISES[number].stars)

    def wrong(words: str, word: str) -> Row:
        return Row(number, exercise.name, "wrong", nothing, word, (words,))

    if path is None:
        return Row(number, exercise.name, "missing", nothing)
    try:
        program = pupils_program(path)
    except (InputError, OSError) as error:
        return wrong(f"{path.name}: {error}", "syntax")
    if not exercise.function:
        return _row(blanks.of_program(number, program, path.name))
    function = program.function(exercise.function)
    if function and (unwritten_line(function) or _same(known(files.stub(number)), program)):
        return Row(number, exercise.name, "undone", nothing)
    try:
        found = taken(files.stub(number), program, exercise.function)
    except InputError as error:
        return wrong(f"{path.name}: {error}", "forbidden" if function else "wrong-type")
    if used := next(filter(None, (forbidden(each, exercise.without) for each in found.functions)), None):
        return wrong(f"{path.name}: line {used[1]} uses {used[0]}, without which it is to be done", "forbidden")
    return found


def _same(stub: Program, program: Program) -> bool:
    """Whether the functions of a program are those of the stub."""
    asked = [node for node in stub.tree.body if isinstance(node, ast.FunctionDef)]
    mine = [program.function(node.name) for node in asked]
    return all(yours and ast.dump(node) == ast.dump(yours) for node, yours in zip(asked, mine, strict=True))


def _judged(number: int, job: Taken, line: dict[str, Any], seed: int) -> Row:
    exercise = EXERCISES[number]
    nothing = (False,) * len(exercise.stars)
    try:
        remote = Remote.of(line, next(iter(job.functions), None))
        outcome = judged(number, remote, seed)
    except Exception as error:  # whatever a pupil's program makes of a result costs that pupil only
        return Row(number, exercise.name, "wrong", nothing, "wrong-type", (f"it cannot be judged: {error}",))
    return _row(outcome)._replace(stars=outcome.stars or nothing)


def _run(jobs: dict[int, Taken], seed: int, seconds: float, hidden: Path) -> Iterator[tuple[int, dict[str, Any] | Row]]:
    """What comes of each job; where a process ends or hangs, another goes on with the next."""
    with tempfile.TemporaryDirectory(prefix="minitensor-") as work:
        paths = {number: Path(work, files.stub(number).name) for number in jobs}
        for number, path in paths.items():
            path.write_text(jobs[number].text, encoding="utf-8")
        left = list(jobs)
        while left:
            with _process(Path(work), [[n, str(paths[n])] for n in left], seed, hidden) as (lines, token):
                if isinstance(_next(lines, BEGINNING, token, 0), str):
                    raise ProcessError(f"{sys.executable} did not begin to run the exercises within {BEGINNING:g} s")
                while left:
                    number = left.pop(0)
                    line = _next(lines, seconds, token, number)
                    if isinstance(line, dict):
                        yield number, line
                    else:
                        yield number, _stopped(number, line, seconds)
                        break


def _stopped(number: int, why: str, seconds: float) -> Row:
    exercise = EXERCISES[number]
    words, page = {
        "late": (f"it took more than {seconds:g} s, and was stopped", "endless"),
        "ended": ("it ended the process that it ran in", "raises"),
        "flood": ("it sent more than any exercise asks for, and was stopped", "flood"),
        "forged": ("it wrote where the results are sent, and was stopped", "forbidden"),
    }[why]
    return Row(number, exercise.name, "wrong", (False,) * len(exercise.stars), page, (words,))


def _next(lines: "queue.Queue[bytes]", seconds: float, token: str, number: int) -> dict[str, Any] | str:
    """The next line of a process, which must be about a job and bear the token; or what it did instead."""
    try:
        line = lines.get(timeout=seconds)
    except queue.Empty:
        return "late"
    if not line.endswith(b"\n"):
        return "flood" if len(line) >= LINE else "ended"
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return "forged"
    own = isinstance(found, dict) and (found.get("token"), found.get("number")) == (token, number)
    return found if own else "forged"


@contextmanager
def _process(work: Path, jobs: Sequence[Any], seed: int, hidden: Path) -> Iterator[tuple["queue.Queue[bytes]", str]]:
    """A process that runs jobs, and the lines that it sends; it is killed when the block is left."""
    token = secrets.token_hex(16)
    asked = {"token": token, "seed": seed, "jobs": jobs, "work": str(work), "hidden": str(hidden.resolve())}
    process = subprocess.Popen(
        [sys.executable, "-P", "-B", "-m", "minitensor.exercise.classroom.pupil"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=work, env=_environment(),
    )  # fmt: skip
    lines: queue.Queue[bytes] = queue.Queue()
    assert process.stdin
    assert process.stdout
    stdin, stdout = process.stdin, process.stdout

    def hear() -> None:
        with stdout:
            while (line := stdout.readline(LINE)).endswith(b"\n"):
                lines.put(line)
        lines.put(line)

    ears = threading.Thread(target=hear, daemon=True)
    ears.start()
    try:
        with suppress(OSError), stdin:  # it may have ended already
            stdin.write(json.dumps(asked).encode() + b"\n")
        yield lines, token
    finally:
        process.kill()
        process.wait()
        ears.join()


def _environment() -> dict[str, str]:
    """This process's own, where minitensor is found from any folder, and computes with NumPy in one thread."""
    paths = [str(files.HERE.parent), *(os.path.abspath(each) for each in sys.path if each)]
    one = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {**os.environ, **one, backend.ENVIRONMENT_VARIABLE: "numpy", "PYTHONPATH": os.pathsep.join(paths)}
