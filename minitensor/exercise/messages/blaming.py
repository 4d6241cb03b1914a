"""Which of the wrong answers that are known gives what the learner's gives."""

from collections.abc import Callable
from pathlib import Path

from minitensor.exercise import files
from minitensor.exercise.calls import Key, calls, of_known
from minitensor.exercise.catalogue import EXERCISES
from minitensor.exercise.comparing import difference
from minitensor.exercise.kinds import Case, Exercise
from minitensor.exercise.programs import clause
from minitensor.exercise.running import Result

ALIKE = 4  # calls in which both give the same: in one of few numbers that may be chance


def blamed(number: int, first: Key, result: Callable[[Key, Case], Result], seed: int = 0) -> tuple[str, str]:
    """The word of the one wrong answer that gives the same as the learner's, and a sentence; two empty ones if none
    does, or several do.

    first : the first call that goes wrong; result : the learner's results, call by call
    """
    exercise, left = EXERCISES[number], dict(files.wrong(number))
    every = calls(number, "cases", seed)
    if files.header(number).kind == "mend":
        left[""] = files.stub(number)  # its own fault is said already
    at = first[1]
    for seen, (key, case) in enumerate((*every[at:], *every[:at])):
        if not left or (len(left) == 1 and seen >= ALIKE):
            break
        yours = result(key, case)
        left = {word: path for word, path in left.items() if same(exercise, yours, of_known(number, path, key, seed))}
    if len(left) == 2 and not result(*every[at]).error:
        left.pop("", None)  # a repair that gives the very numbers of the fault says what the fault is
    if len(left) != 1 or "" in left:
        return "", ""
    word, path = next(iter(left.items()))
    return word, sentence(path, happens=bool(result(*every[at]).error))


def sentence(path: Path, happens: bool = False) -> str:
    """What a wrong answer's clause completes. happens : an error, and no numbers, comes of it"""
    words = clause(path)
    return f"{'This happens' if happens else 'This is what comes out'} if {words}{'' if words[-1:] in '.?' else '.'}"


def same(exercise: Exercise, one: Result, other: Result) -> bool:
    """Whether two answers give the same, or fail alike."""
    if one.error or other.error:
        return bool(one.error and other.error) and one.error.signature == other.error.signature  # type: ignore[union-attr]
    return bool(one.changed) == bool(other.changed) and difference(other.value, one.value, exercise.digits) is None
