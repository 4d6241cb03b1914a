"""What is wrong with a result, in words: the call, expected above yours, and how the two relate."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from minitensor.core.tensor import Tensor
from minitensor.exercise import shown
from minitensor.exercise.comparing import Difference, alike, difference, numbers, right
from minitensor.exercise.faults import Said
from minitensor.exercise.kinds import Case, Exercise
from minitensor.exercise.patterns import where_wrong
from minitensor.exercise.relations import relation
from minitensor.exercise.running import LETTERS, Failure, Result

LONGEST = 240  # of another library's message


def fault(exercise: Exercise, case: Case, yours: Result, expected: Result) -> Said | None:
    """The first thing that is wrong with the result of a call, or None.

    expected : the solution's result
    """
    said = _call(exercise, case)
    if case.raises:
        return _of_error_asked_for(said, case, yours)
    if yours.error:
        return of_failure(said, yours.error)
    if yours.changed:
        return Said((f"{said} changes {yours.changed}, which was only to be read: make a new value instead.",),
                    "changed-input")  # fmt: skip
    if case.grid is not None:
        return _of_arrays(exercise, said, case, yours.value, expected.value)
    found = difference(expected.value, yours.value, exercise.digits)
    return _of_value(exercise, said, found) if found else None


def _call(exercise: Exercise, case: Case) -> str:
    names = exercise.parameters
    if case.grid is None:
        return shown.call(exercise.function, names, case.arguments)
    sizes = ", ".join(f"{name}={value}" for name, value in zip(names, case.arguments, strict=False)
                      if not isinstance(value, np.ndarray))  # fmt: skip
    return f"{exercise.function}[{case.grid}, {case.block}] with {sizes}" if sizes else exercise.function


def of_failure(said: str, error: Failure) -> Said:
    """What an answer raised, with the learner's lines only; or why it was stopped."""
    at = error.lines[-1] if error.lines else None
    where = f"line {at[0]}: {at[1]}" if at else ""
    if error.stopped == "endless":
        return Said((f"{said} does not come to an end, and was stopped.", *([f"  {where}"] if where else []),
                     "Does what the loop waits for ever happen?"), "endless")  # fmt: skip
    if error.stopped == "flood":
        return Said((f"{said} prints more than {LETTERS:,} letters, and was stopped.",
                     *([f"  {where}"] if where else [])), "flood")  # fmt: skip
    if error.said:
        return Said((f"{said}:", *error.said.lines), error.said.word)
    text = error.text if len(error.text) <= LONGEST else f"{error.text[:LONGEST]} ..."
    if error.kinds[0] == "SystemExit":
        return Said((f"{said} ends the program instead of returning a value.", f"  {where}"), "raises")
    first, *others = text.splitlines() or [""]
    return Said((f"{said} raises {error.kinds[0]}{': ' * bool(first)}{first}", *(f"  {line}" for line in others[:8]),
                 *(f"  line {number}: {line}" for number, line in error.lines[-3:])), "raises")  # fmt: skip


def _of_error_asked_for(said: str, case: Case, yours: Result) -> Said | None:
    import re

    assert case.raises
    wanted = case.raises.__name__
    if not yours.error:
        result = shown.value(yours.value, 60) or type(yours.value).__name__
        return Said((f"{said}: this must be refused.", f"  expected  an error, {wanted}", f"  yours     {result}"),
                    "refuse")  # fmt: skip
    if wanted not in yours.error.kinds or yours.error.stopped:
        return Said((f"{said}: this must be refused.", f"  expected  an error, {wanted}",
                     f"  yours     {yours.error.kinds[0]}: {yours.error.text[:LONGEST]}"), "refuse")  # fmt: skip
    if case.says and not re.search(case.says, yours.error.text):
        return Said((f"{said} is refused, and the message does not say enough.",
                     f"  expected  words such as {case.says!r}", f"  yours     {yours.error.text[:LONGEST]}"),
                    "refuse")  # fmt: skip
    return None


def _of_arrays(exercise: Exercise, said: str, case: Case, yours: Any, expected: Any) -> Said | None:
    """Of a launch: the first array that is not as the solution leaves it."""
    before = dict(zip(exercise.parameters, case.arguments, strict=False))
    for name, array in expected.items():
        found = difference({name: array}, {name: yours[name]}, exercise.digits)
        if not found:
            continue
        if alike(array, before[name]):
            lines = (f"{said}: {name} is changed, which was only to be read.",
                     *shown.side_by_side(array, yours[name], exercise.digits, name))  # fmt: skip
            return Said(lines, "changed-input")
        off = ~right(array, yours[name], exercise.digits)
        word, sentence = relation(array, yours[name], before[name], exercise.digits)
        lines = (f"{said}:", where_wrong(name, off, case.block),
                 *shown.side_by_side(array, yours[name], exercise.digits, name), *([sentence] if sentence else []))  # fmt: skip
        return Said(lines, word or ("not-a-number" if found.word else "numbers"))
    return None


def _of_value(exercise: Exercise, said: str, found: Difference) -> Said:
    pair = shown.side_by_side(found.expected, found.yours, exercise.digits)
    part = f", {found.where}" if found.where else ""
    if found.word == "wrong-type":
        wanted, got = _kind(found.expected), _kind(found.yours)
        return Said((f"{said}{part} returns {got}, where {wanted} is asked for.", *pair), "wrong-type")
    if found.word == "wrong-shape":
        return Said((f"{said}{part}: the {_sizes(found.expected)} is not right.",
                     f"  expected  {_size(found.expected)}", f"  yours     {_size(found.yours)}"), "wrong-shape")  # fmt: skip
    if found.word == "wrong-dtype":
        return Said((f"{said}{part}: the shape is right, the dtype is not.", f"  expected  {found.expected.dtype}",
                     f"  yours     {found.yours.dtype}"), "wrong-dtype")  # fmt: skip
    many = isinstance(found.expected, (Tensor, np.ndarray)) and found.expected.ndim > 0
    what = (
        f"{part}: the shape {shown.shape(found.expected.shape)} is right, the numbers are not." if many else f"{part}:"
    )
    word, sentence = ("", "")
    if isinstance(found.expected, (Tensor, np.ndarray, int, float)) and not isinstance(found.expected, bool):
        word, sentence = relation(found.expected, found.yours, None, exercise.digits)
    if many and numbers(found.expected).size > shown.ROWS * shown.COLUMNS:
        where = where_wrong("result", ~right(found.expected, found.yours, exercise.digits))
        pair = [where, *pair]
    return Said((f"{said}{what}", *pair, *([sentence] if sentence else [])), word or found.word or "numbers")


def _kind(x: Any) -> str:
    if x is None:
        return "nothing (None)"
    name = type(x).__name__
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def _sizes(x: Any) -> str:
    return "shape" if isinstance(x, (Tensor, np.ndarray)) else "names" if isinstance(x, Mapping) else "length"


def _size(x: Any) -> str:
    if isinstance(x, (Tensor, np.ndarray)):
        return shown.shape(x.shape)
    return str(list(x)) if isinstance(x, Mapping) else shown.value(x, 70) or f"{len(x)} items"
