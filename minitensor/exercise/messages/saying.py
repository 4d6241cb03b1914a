"""What is wrong with a result, in words: the call, expected above yours, and how the two relate."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from minitensor.core.tensor import Tensor
from minitensor.exercise.comparing import Difference, alike, difference, right
from minitensor.exercise.kinds import Case, Exercise
from minitensor.exercise.messages import shown
from minitensor.exercise.messages.faults import Said
from minitensor.exercise.messages.patterns import at_edges, where_wrong
from minitensor.exercise.messages.relations import relation
from minitensor.exercise.running import LETTERS, Failure, Result

LONGEST = 240  # of another library's message


def fault(exercise: Exercise, case: Case, yours: Result, expected: Result) -> Said | None:
    """The first thing that is wrong with the result of a call, or None.

    expected : the solution's result
    """
    call = _call(exercise, case)
    if case.raises:
        return _of_refusal(call, case, yours)
    if yours.error:
        return of_failure(call, yours.error)
    if yours.changed:
        return _say("changed-input", f"{call} changes {yours.changed}, which was only to be read: make a new value.")
    if case.grid is not None:
        return _of_arrays(exercise, call, case, yours.value, expected.value)
    found = difference(expected.value, yours.value, exercise.digits)
    return _of_value(exercise, call, found) if found else None


def _say(word: str, *lines: str) -> Said:
    return Said(tuple(filter(None, lines)), word)


def _call(exercise: Exercise, case: Case) -> str:
    if exercise.written:
        return exercise.written(*case.arguments)
    names = exercise.parameters
    if case.grid is None:
        return shown.call(exercise.function, names, case.arguments)
    plain = [(n, x) for n, x in zip(names, case.arguments, strict=False) if not isinstance(x, np.ndarray)]
    launch = f"{exercise.function}[{case.grid}, {case.block}]"
    return f"{launch} with {', '.join(f'{name}={x}' for name, x in plain)}" if plain else launch


def of_failure(call: str, error: Failure) -> Said:
    """What an answer raised, with the learner's lines only; or why it was stopped."""
    lines = [f"  line {number}: {text}" for number, text in error.lines[-3:]]
    if error.stopped == "endless":
        why = "Does what the loop waits for ever happen?"
        return _say("endless", f"{call} does not come to an end, and was stopped.", *lines[-1:], why)
    if error.stopped == "flood":
        return _say("flood", f"{call} prints more than {LETTERS:,} letters, and was stopped.", *lines[-1:])
    if error.said:
        return _say(error.said.word, f"{call}:", *error.said.lines)
    if error.kinds[0] == "SystemExit":
        return _say("raises", f"{call} ends the program instead of returning a value.", *lines[-1:])
    if error.kinds[0] in ("EOFError", "BdbQuit"):
        return _say("raises", f"{call} waits for input: all that it needs are its arguments.", *lines[-1:])
    first, *others = _short(error.text).splitlines() or [""]
    return _say("raises", f"{call} raises {error.kinds[0]}{': ' * bool(first)}{first}",
                *(f"  {line}" for line in others[:8]), *lines)  # fmt: skip


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."


def _of_refusal(call: str, case: Case, yours: Result) -> Said | None:
    """Where an error is asked for, and another comes, or none, or one whose message does not say enough."""
    assert case.raises
    wanted, error = case.raises.__name__, yours.error
    if error and wanted in error.kinds and not error.stopped:
        if re.search(case.says, error.text):
            return None
        first, wanted = f"{call} is refused, and the message does not say enough.", f"words such as {case.says!r}"
        return _say("refuse", first, f"  expected  {wanted}", f"  yours     {_short(error.text)}")
    result = shown.value(yours.value, 60) or type(yours.value).__name__
    got = f"{error.kinds[0]}: {_short(error.text)}".removesuffix(": ") if error else result
    return _say("refuse", f"{call}: this must be refused.", f"  expected  an error, {wanted}", f"  yours     {got}")


def _of_arrays(exercise: Exercise, call: str, case: Case, yours: Any, expected: Any) -> Said | None:
    """Of a launch: the first array that is not as the solution leaves it."""
    before = dict(zip(exercise.parameters, case.arguments, strict=False))
    for name, array in expected.items():
        found = difference(array, yours[name], exercise.digits)
        if not found:
            continue
        pair = shown.side_by_side(array, yours[name], exercise.digits, name)
        if alike(array, before[name]):
            return _say("changed-input", f"{call}: {name} is changed, which was only to be read.", *pair)
        wrong = ~right(array, yours[name], exercise.digits)
        where = where_wrong(name, wrong, case.block)
        word, sentence = relation(array, yours[name], before[name], exercise.digits)
        word = word or found.word
        return _say(word or ("edges" if at_edges(wrong, case.block) else "numbers"), f"{call}:", where, *pair, sentence)
    return None


def _of_value(exercise: Exercise, call: str, found: Difference) -> Said:
    expected, yours, digits = found.expected, found.yours, exercise.digits
    pair = shown.side_by_side(expected, yours, digits)
    what = f"{call}{', ' * bool(found.where)}{found.where}"
    if found.word == "wrong-type":
        which = f"{call}: item {found.where} of the result is" if found.where else f"{call} returns"
        return _say("wrong-type", f"{which} {_kind(yours)}, where {_kind(expected)} is asked for.", *pair)
    if found.word == "wrong-shape":
        first = f"{what}: the {_sizes(expected)} is not right."
        return _say("wrong-shape", first, f"  expected  {_size(expected)}", f"  yours     {_size(yours)}")
    if found.word == "wrong-dtype":
        first = f"{what}: the shape is right, the dtype is not."
        return _say("wrong-dtype", first, f"  expected  {expected.dtype}", f"  yours     {yours.dtype}")
    if not isinstance(expected, (Tensor, np.ndarray, int, float)) or isinstance(expected, bool):
        return _say("numbers", f"{what}:", *pair)
    word, sentence = relation(expected, yours, None, digits)
    first, where = ":", ""
    if isinstance(expected, (Tensor, np.ndarray)) and expected.ndim:
        first = f": the shape {shown.shape(expected.shape)} is right, the numbers are not."
        where = where_wrong("result", ~right(expected, yours, digits)) if expected.size > shown.WHOLE else ""
    return _say(word or found.word or "numbers", f"{what}{first}", where, *pair, sentence)


def _kind(x: Any) -> str:
    if x is None:
        return "nothing (None)"
    name = type(x).__name__
    if isinstance(x, (np.ndarray, np.generic)):
        return f"a NumPy {'array' if isinstance(x, np.ndarray) else name}"
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def _sizes(x: Any) -> str:
    return "shape" if isinstance(x, (Tensor, np.ndarray)) else "names" if isinstance(x, Mapping) else "length"


def _size(x: Any) -> str:
    if isinstance(x, (Tensor, np.ndarray)):
        return shown.shape(x.shape)
    return str(list(x)) if isinstance(x, Mapping) else shown.value(x, 70) or f"{len(x)} items"
