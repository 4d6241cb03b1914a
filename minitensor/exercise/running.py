"""Running an answer once: what it returned or changed, or what stopped it. It may loop, flood, raise or exit."""

import dis
import inspect
import io
import linecache
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from types import CodeType
from typing import Any, NamedTuple, NoReturn

import numpy as np

from minitensor.core.tensor import Tensor, wrap
from minitensor.errors import KernelError
from minitensor.exercise.comparing import alike
from minitensor.exercise.counting import Ledger, counting, of_launch
from minitensor.exercise.kinds import Case, Exercise
from minitensor.exercise.messages.faults import Said, explained, signature
from minitensor.gpu.simulator import Batch

LINES = 1_000_000  # that an answer may run in one call: a second or two
STEP = 0.2  # of a line: what a step of the interpreter counts for, where lines are not reported
LOOP, ROUND = Batch._loop.__code__, 20  # a line of the simulator's own loop counts for so many
LETTERS = 20_000  # that it may print


class _Stopped(BaseException):
    """An answer was stopped; no ``except Exception`` of its own catches this. why : "endless" or "flood"."""

    def __init__(self, why: str, line: int = 0):
        super().__init__(why)
        self.why, self.line = why, line


class Failure(NamedTuple):
    """An error of an answer.

    kinds : the names of its class and of those that this is made from, its own first; text : its message
    lines : of the learner's file, on the way to it, outermost first: number and text
    signature : what another answer with the same fault has in common; said : in words, if they were asked for
    stopped : "endless" or "flood" where the answer was stopped
    """

    kinds: tuple[str, ...]
    text: str
    lines: tuple[tuple[int, str], ...] = ()
    signature: tuple[Any, ...] = ()
    said: Said | None = None
    stopped: str = ""


@dataclass(frozen=True)
class Result:
    """What came of one call.

    value : what it returned; of a kernel, every array after the launch, by the name of its parameter
    changed : the parameter whose value it changed, though only its result is asked for
    counts : of a launch; printed : what it printed on the way
    """

    value: Any = None
    error: Failure | None = None
    changed: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    printed: str = ""


class Heard(io.StringIO):
    """What an answer prints, up to a limit."""

    def write(self, text: str) -> int:
        if self.tell() + len(text) > LETTERS:
            raise _Stopped("flood")
        return super().write(text)


@contextmanager
def watched(path: str) -> Iterator[Heard]:
    """Run what is in the block; lines of the file at `path` are counted, and too many of them stop it, as does a flood
    of text. Works in one thread, and where Python has no others."""
    left: float = LINES

    def follow(frame: Any, event: str, argument: Any) -> Any:
        nonlocal left
        left -= ROUND if frame.f_code is LOOP else STEP if event == "opcode" else 1
        if left < 0:
            raise _Stopped("endless", frame.f_locals["node"].line if frame.f_code is LOOP else frame.f_lineno)
        return follow

    def enter(frame: Any, event: str, argument: Any) -> Any:
        if frame.f_code.co_filename != path and frame.f_code is not LOOP:
            return None
        frame.f_trace_opcodes = _loops_on_a_line(frame.f_code)
        return follow

    before, streams, heard = sys.gettrace(), (sys.stdin, sys.stdout, sys.stderr), Heard()
    leave, debugger = os._exit, sys.breakpointhook
    sys.stdin, sys.stdout, sys.stderr = io.StringIO(), heard, heard
    os._exit = _stay(os.getpid())  # type: ignore[assignment]  # a check must not end without a word
    sys.breakpointhook = _nobody_types
    sys.settrace(enter)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # such as NumPy's, of infinite numbers
            yield heard
    finally:
        sys.settrace(before)
        os._exit, sys.breakpointhook = leave, debugger
        sys.stdin, sys.stdout, sys.stderr = streams


def _nobody_types(*_: Any, **__: Any) -> None:
    """What ``breakpoint()`` is for the time of an answer: there is nothing to be read."""
    input()


def _stay(process: int) -> Callable[[int], NoReturn]:
    """What ``os._exit`` is for the time of an answer: in the process of that number it ends the answer alone."""
    leave = os._exit

    def exit_(status: int) -> NoReturn:
        if os.getpid() != process:
            leave(status)
        sys.exit(status)

    return exit_


@lru_cache(64)
def _loops_on_a_line(code: CodeType) -> bool:
    """Whether a loop of it, head and body, stands on one line: Python 3.11 does not report that such a line goes on."""
    steps = list(dis.get_instructions(code))
    lines = {each.offset: each.positions.lineno if each.positions else 0 for each in steps}
    back = [
        each for each in steps if "JUMP" in each.opname and isinstance(each.argval, int) and each.argval <= each.offset
    ]
    return any(lines[each.offset] == lines.get(each.argval) for each in back)


def attempt(path: str, action: Callable[[], Any]) -> tuple[Any, BaseException | None]:
    """What an action gives, or the error that ended it. Ctrl-C goes through."""
    with watched(path):
        return caught(path, action)


def caught(path: str, action: Callable[[], Any]) -> tuple[Any, BaseException | None]:
    try:
        return action(), None
    except KeyboardInterrupt as error:
        if not _is_raised_in(path, error):
            raise
        return None, error
    except BaseException as error:
        return None, error


def _is_raised_in(path: str, error: BaseException) -> bool:
    """Whether a ``raise`` in the file at `path` raised it, and not Ctrl-C."""
    at = error.__traceback__
    while at and at.tb_next:
        at = at.tb_next
    if not at or at.tb_frame.f_code.co_filename != path:
        return False
    return at.tb_frame.f_code.co_code[at.tb_lasti] == dis.opmap["RAISE_VARARGS"]


def failure(error: BaseException, path: str, said: Said | None = None) -> Failure:
    """An error as plain data."""
    kinds = tuple(kind.__name__ for kind in type(error).__mro__ if issubclass(kind, BaseException))
    lines = tuple((number, source_line(path, number)) for number in lines_of(error, path))
    if isinstance(error, _Stopped):
        lines = ((error.line, source_line(path, error.line)),) if error.line else lines
        return Failure(kinds, "", lines, (error.why,), said, error.why)
    if isinstance(error, KernelError):
        known = signature(error)
    else:  # the words of the learner's own errors do not matter
        known = kinds[:1] if lines and lines[-1][1].startswith("raise ") else (kinds[0], str(error))
    return Failure(kinds, str(error), lines, known, said)


def run(exercise: Exercise, answer: Any, case: Case, path: str = "", explain: bool = False) -> Result:
    """One call of an answer, or one launch, on copies of the case's arguments.

    path : the file it is written in; explain : say in words what a kernel did wrong
    """
    given, names = copied(case.arguments), exercise.parameters
    if case.grid is not None:
        launch, error = attempt(path, lambda: answer[case.grid, case.block](*given))
        arrays = {name: each for name, each in zip(names, given, strict=False) if isinstance(each, np.ndarray)}
        counts = of_launch(launch.counters) if launch and launch.counters else {}
        said = explained(error, answer, case) if explain and isinstance(error, KernelError) else None
        return Result(arrays, failure(error, path, said) if error else None, "", counts)
    with watched(path) as heard:
        value, error = caught(path, lambda: exercise.call(answer, *given))
        if inspect.iscoroutine(value):
            value.close()  # or Python warns that nobody awaited it
    pairs = zip([*names, *["an argument"] * len(given)], case.arguments, given, strict=False)
    changed = [name for name, *pair in pairs if not alike(*pair)]
    failed = failure(error, path) if error else None
    return Result(plain(value), failed, changed[0] if changed else "", printed=heard.getvalue())


def counted(exercise: Exercise, answer: Any, case: Case, path: str = "") -> dict[str, int]:
    """What one call of a function costs, by the names of a star's `most`; empty where it fails."""
    ledger = Ledger()
    _, error = attempt(path, lambda: exercise.call(answer, *counting(copied(case.arguments), ledger)))
    return {} if error else ledger.counts()


def copied(x: Any) -> Any:
    """A copy that shares no number with x, whose arrays lie in memory as they did."""
    if isinstance(x, np.ndarray):
        return x.copy(order="K")
    if isinstance(x, Tensor):
        return wrap(copied(x.array)) if isinstance(x.array, np.ndarray) else x.copy()
    if isinstance(x, (list, tuple)):
        return type(x)(map(copied, x))
    return {key: copied(value) for key, value in x.items()} if isinstance(x, dict) else x


def plain(x: Any) -> Any:
    """The same with plain Tensors for those that count."""
    if isinstance(x, Tensor):
        return x.plain()
    if type(x) in (list, tuple):
        return type(x)(map(plain, x))
    return {key: plain(value) for key, value in x.items()} if type(x) is dict else x


def lines_of(error: BaseException, path: str) -> list[int]:
    """The lines of the file at `path` on the way to an error, outermost first, each once where it calls itself."""
    found: list[int] = []
    at = error.__traceback__
    while at:
        if at.tb_frame.f_code.co_filename == path and found[-1:] != [at.tb_lineno]:  # a comprehension is a call too
            found.append(at.tb_lineno)
        at = at.tb_next
    if isinstance(error, RecursionError) and source_line(path, found[-1] if found else 0).startswith("def "):
        found.pop()  # the call that was one too many
    return found


def source_line(path: str, number: int) -> str:
    return linecache.getline(path, number).strip()
