"""``check``: an answer in a file, or in a notebook, and what is to be said about it."""

import ast
import inspect
import textwrap
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from minitensor import backend
from minitensor.errors import InputError, PredictionError
from minitensor.exercise import blanks, files
from minitensor.exercise.calls import Key
from minitensor.exercise.catalogue import EXERCISES
from minitensor.exercise.drawing import Draw
from minitensor.exercise.judging import judged
from minitensor.exercise.kinds import Case, Exercise, Star
from minitensor.exercise.messages.saying import of_failure
from minitensor.exercise.outcomes import Outcome
from minitensor.exercise.programs import Program, forbidden, known, read, unwritten_line
from minitensor.exercise.running import Result, attempt, counted, failure, run
from minitensor.gpu import Kernel
from minitensor.gpu.predict import predict
from minitensor.text.files import on_screen

CARD = "RTX 3090"  # that a kernel is predicted for
CELL = "your cell"  # the name of the file, where the answer comes from a notebook


def check(which: int | str, answer: Any = None, *, path: Path | None = None, seed: int = 0) -> Outcome:
    """Whether an answer to an exercise is right, and if not, what is wrong with it. Prints nothing, writes nothing.

    which : the number of the exercise, or its name
    answer : the learner's function or kernel; of an exercise with blanks, the dictionary of answers
    path : the learner's file, instead of `answer`; seed : of the random numbers

    Returns an `Outcome`, which is printed as its message: in a notebook write ``mt.exercise.check(4, mirror)``.
    Raises InputError for an exercise that there is not, and without an answer.

    >>> import minitensor as mt
    >>> def mirror(offset, shape, strides):
    ...     return offset, shape, strides
    >>> mt.exercise.check("mirror", mirror).status
    'wrong'
    """
    number = files.number_of(which)
    if (answer is None) == (path is None):
        raise InputError(f"exercise {number}: give your function, or path= of your file")
    with backend.use_backend("numpy"):
        if path is not None:
            return _of_file(number, Path(path), seed)
        if EXERCISES[number].function:
            return _of_function(number, answer, seed)
        return blanks.judged(number, answer)


class Local:
    """An answer that is run here. path : of its file; tree : the function's text, read, if it is known"""

    def __init__(self, exercise: Exercise, names: dict[str, Any], path: str, tree: ast.AST | None):
        self.exercise, self.everything, self.path, self.tree = exercise, names, path, tree
        self.function = names[exercise.function]
        self.results: dict[Key, Result] = {}

    def result(self, key: Key, case: Case) -> Result:
        if key not in self.results:
            explain = not any(each.error for each in self.results.values())  # one failure is told
            self.results[key] = run(self.exercise, self.function, case, self.path, explain)
        return self.results[key]

    def costs(self, key: Key, case: Case) -> dict[str, int]:
        return counted(self.exercise, self.function, case, self.path)

    def left(self, which: str, star: Star) -> str:
        assert star.holds
        words, stopped = attempt(self.path, partial(star.holds, self.everything))
        return of_failure("Your program", failure(stopped, self.path)).lines[0] if stopped else str(words)


def _of_function(number: int, answer: Any, seed: int) -> Outcome:
    exercise = EXERCISES[number]
    function = answer.function if isinstance(answer, Kernel) else answer
    text: ast.AST | None
    try:
        text = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    except (OSError, TypeError, SyntaxError):  # it was typed at a prompt
        text = None
    path = getattr(getattr(function, "__code__", None), "co_filename", "")
    return _checked(number, exercise, {exercise.function: answer}, path, [text] if text else [], seed, CELL)


def _of_file(number: int, path: Path, seed: int) -> Outcome:
    exercise, name = EXERCISES[number], on_screen(path)
    try:
        program = read(path)
    except SyntaxError as error:
        lines = (f"{name} is no Python: {error.msg}.", f"  line {error.lineno}: {(error.text or '').strip()}")
        return Outcome(number, exercise.name, "wrong", lines, "syntax", line=error.lineno or 0)
    except UnicodeDecodeError:
        return Outcome(number, exercise.name, "wrong", (f"{name} is not written in UTF-8; save it so.",), "syntax")
    if not exercise.function:
        return blanks.of_program(number, program, name)
    text = program.function(exercise.function)
    if text and (line := unwritten_line(text)):
        return undone(number, name, line)
    untouched = files.header(number).kind == "mend" and _same(program, known(files.stub(number)))
    names, stopped = attempt(str(path), program.names)
    if stopped:
        said = of_failure(name, failure(stopped, str(path)))
        return Outcome(number, exercise.name, "wrong", said.lines, said.word)
    found = _checked(number, exercise, names, str(path), program.reached(exercise.function), seed, name)
    if untouched:
        first = f"{number} {exercise.name} is not done yet: one line of {name} is wrong. This is what comes of it:"
        return Outcome(number, exercise.name, "undone", (first, *found.lines), found.word)
    return found


def undone(number: int, name: str, line: int) -> Outcome:
    """Nothing is written there yet. name : of the file, for people"""
    amount = files.header(number).amount
    where = f"Go on in {CELL}, line {line}" if name == CELL else f"Open {name}, line {line}"
    hints = () if name == CELL else (f"`minitensor hint {number}` has three hints.",)  # which it keeps in a folder
    lines = (f"{number} is not done yet. {where}; {amount}.", *hints)
    return Outcome(number, EXERCISES[number].name, "undone", lines, line=line)


def _same(one: Program, other: Program) -> bool:
    return ast.dump(one.tree) == ast.dump(other.tree)


def _checked(
    number: int, exercise: Exercise, names: dict[str, Any], path: str, texts: Sequence[ast.AST], seed: int, name: str
) -> Outcome:
    """An answer by its names. texts : of its function and of those that it calls; name : of the file, for people"""
    answer = names.get(exercise.function)
    stub = known(files.stub(number)).function(exercise.function)
    assert stub
    is_kernel, wanted = isinstance(answer, Kernel), bool(stub.decorator_list)
    if not callable(answer) or is_kernel != wanted:
        what = "a function with @kernel" if wanted else "a function"
        whose = CELL.capitalize() if name == CELL else name
        lines = (f"{whose} has no {exercise.function} that is {what}: it is what this exercise asks for.",)
        return Outcome(number, exercise.name, "wrong", lines, "wrong-type")
    if used := next(filter(None, (forbidden(text, exercise.without) for text in texts)), None):
        word, line = used
        first = f"Line {line} of {name} uses {word}. This exercise is to be done without it."
        return Outcome(number, exercise.name, "wrong", (first,), "forbidden", line=line)
    local = Local(exercise, names, path, texts[0] if texts else None)
    found = judged(number, local, seed)
    if found.status == "undone":
        return undone(number, name, found.line)
    if found.status == "right" and exercise.large:
        return _predicted(found, local, exercise.large(Draw(0, legible=False)))
    return found


def _predicted(found: Outcome, local: Local, large: Case) -> Outcome:
    """The same with the time that a large launch is PREDICTED to take, for information."""
    launch, stopped = attempt(local.path, lambda: local.function.sample(4)[large.grid, large.block](*large.arguments))
    if stopped:
        words = of_failure("it", failure(stopped, local.path)).lines[0]
    else:
        try:
            words = str(predict(launch, CARD, registers=0)).splitlines()[0]  # NVRTC would take seconds
        except PredictionError as error:
            words = f"no prediction: {error}"
    return replace(found, lines=(*found.lines, f"A large launch, [{large.grid}, {large.block}]: {words}"))
