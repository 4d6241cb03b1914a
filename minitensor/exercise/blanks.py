"""Exercises with blanks: a program, and a dictionary whose keys are expressions that the program gives a value."""

import ast
from collections.abc import Mapping
from operator import add, floordiv, mul, sub, truediv
from typing import Any

import numpy as np

from minitensor.core.tensor import Tensor
from minitensor.errors import InputError
from minitensor.exercise import files
from minitensor.exercise.catalogue import EXERCISES
from minitensor.exercise.comparing import difference
from minitensor.exercise.messages import shown
from minitensor.exercise.messages.blaming import sentence
from minitensor.exercise.outcomes import Outcome
from minitensor.exercise.programs import Program, known, names_of

RECKONED = {ast.Add: add, ast.Sub: sub, ast.Mult: mul, ast.Div: truediv, ast.FloorDiv: floordiv}
DIGITS = 3.0  # that a float must have right


def truth(number: int) -> dict[str, Any]:
    """What the program of the exercise gives each blank."""
    program, names = known(files.stub(number)), names_of(files.stub(number))
    asked = program.answers()
    assert asked
    keys = [str(ast.literal_eval(each)) for each in asked.keys if each]
    return {key: _python(eval(key, names)) for key in keys}


def _python(x: Any) -> Any:
    """The same in numbers, tuples and words of Python."""
    if isinstance(x, (Tensor, np.ndarray, np.generic)):
        x = x.tolist()
    return tuple(map(_python, x)) if isinstance(x, (list, tuple)) else x


def _literal(node: ast.expr) -> Any:
    """A value that is written out, or reckoned of numbers: 2 * 3 * 5. Raises ValueError for what asks the program."""
    if isinstance(node, ast.BinOp) and type(node.op) in RECKONED:
        return RECKONED[type(node.op)](_literal(node.left), _literal(node.right))
    if isinstance(node, (ast.Tuple, ast.List)):
        return tuple(map(_literal, node.elts))
    return ast.literal_eval(node)


def of_program(number: int, program: Program, name: str) -> Outcome:
    """The answers in a file. name : of the file, for people"""
    asked = program.answers()
    if asked is None:
        lines = (f"{name} has no dictionary `answers` any more; `minitensor reset {number}` gets it back.",)
        return Outcome(number, EXERCISES[number].name, "wrong", lines, "unfinished")
    given: dict[str, Any] = {}
    for key, value in zip(asked.keys, asked.values, strict=True):
        try:
            given[ast.literal_eval(key) if key else ""] = _literal(value)
        except (ValueError, TypeError, SyntaxError, ArithmeticError, MemoryError, RecursionError):
            words = f"Line {value.lineno} of {name} asks the program. Write the number that you think comes out."
            return Outcome(number, EXERCISES[number].name, "wrong", (words,), "predict", line=value.lineno)
    line = next((each.lineno for each in asked.values if isinstance(each, ast.Constant) and each.value is ...), 0)
    return judged(number, given, f"Open {name}, line {line}" if line else "", line)


def judged(number: int, given: Any, where: str = "", line: int = 0) -> Outcome:
    """The answers compared with what the program gives. where : what to do about blanks that are left; line : the first

    Raises InputError where `given` is no dictionary.
    """
    name = EXERCISES[number].name
    if not isinstance(given, Mapping):
        raise InputError(f"exercise {number} has blanks: give a dictionary of answers, not {type(given).__name__}")
    expected = truth(number)
    if strange := [key for key in given if key not in expected]:
        lines = (f"{strange[0]!r} is no blank of this exercise; they are {', '.join(map(repr, expected))}.",)
        return Outcome(number, name, "wrong", lines, "unfinished")
    filled = {key: _python(given[key]) for key in expected if given.get(key, ...) is not ...}
    for key, value in filled.items():
        if _differ(expected[key], value):
            wanted, got = (shown.value(each, 70) or str(each) for each in (expected[key], value))
            pair = (f"{key}: the program gives something else.", f"  expected  {wanted}", f"  yours     {got}")
            word, why = _blamed(number, key, value)
            return Outcome(number, name, "wrong", (*pair, *([why] if why else [])), word or "predict")
    if left := len(expected) - len(filled):
        blanks = f"{left} of {len(expected)} blanks {'is' if left == 1 else 'are'} empty"
        words = f"{number} is not done yet. {where}; {blanks}." if where else f"{number} is not done yet: {blanks}."
        return Outcome(number, name, "undone", (words, f"`minitensor hint {number}` has three hints."), line=line)
    return Outcome(number, name, "right", (f"{number} {name} is right: {len(expected)} blanks.",))


def _differ(expected: Any, given: Any) -> bool:
    if isinstance(expected, (int, float)) and isinstance(given, (int, float)) and not isinstance(given, bool):
        expected, given = float(expected), float(given)
    return difference(expected, given, DIGITS) is not None


def _blamed(number: int, key: str, value: Any) -> tuple[str, str]:
    """The word and the sentence of the one wrong answer that has this value there."""
    found = []
    for word, path in files.wrong(number).items():
        answers = names_of(path)["answers"]
        if answers.get(key, ...) is not ... and not _differ(_python(answers[key]), value):
            found.append((word, path))
    return (found[0][0], sentence(found[0][1])) if len(found) == 1 else ("", "")
