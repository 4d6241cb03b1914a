"""What is graded of a pupil's file: the bodies of the functions that the exercise names, put into a copy of our own."""

import ast
import re
from pathlib import Path
from typing import NamedTuple

from minitensor.errors import InputError
from minitensor.exercise.programs import Program, known, read

LARGEST = 100_000  # bytes of a file
# Names by which a program reaches into others.
REACHING = frozenset(
    ["eval", "exec", "compile", "open", "getattr", "setattr", "delattr", "globals", "locals", "vars", "__import__",
     "__builtins__", "breakpoint"]
)  # fmt: skip
# Modules that other modules have as attributes.
MODULES = frozenset(["os", "sys", "io", "builtins", "ctypes", "importlib", "inspect", "linecache", "subprocess", "gc"])
IMPORTED = frozenset(["minitensor", "math"])
OURS = {"mt": "import minitensor as mt", "math": "import math"}  # names that are given to whoever has them at the top


class Taken(NamedTuple):
    """text : the teacher's program with the pupil's bodies; functions : those bodies, by the name of their function
    outside : names that the pupil's file defines beside those of ours, which are not taken"""

    text: str
    functions: dict[str, ast.FunctionDef]
    outside: frozenset[str]


def pupils_program(path: Path) -> Program:
    """A pupil's file, read and not run. Raises InputError, which says why, where it cannot be."""
    if path.stat().st_size > LARGEST:
        raise InputError(f"the file has more than {LARGEST:,} bytes")
    try:
        return read(path)
    except SyntaxError as error:
        raise InputError(f"line {error.lineno or 1} is no Python: {error.msg}") from None
    except (ValueError, RecursionError, MemoryError) as error:  # no UTF-8, zero bytes, brackets without an end
        raise InputError(f"the file cannot be read: {error}") from None


def taken(stub: Path, pupil: Program) -> Taken:
    """The teacher's program with the pupil's bodies, each on the lines that it has in the pupil's file if that can be.

    Raises InputError for a body that reaches into other programs, or where no function of the stub is there.
    """
    teacher = known(stub)
    rows, mine = lines_of(teacher.text), lines_of(pupil.text)
    functions: dict[str, ast.FunctionDef] = {}
    outside = _names(pupil.tree) - _names(teacher.tree)
    out = [line for name, line in OURS.items() if name in outside]
    for node in teacher.tree.body:
        found = pupil.function(node.name) if isinstance(node, ast.FunctionDef) else None
        if found is None or not isinstance(node, ast.FunctionDef):
            if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):  # the statement
                out += rows[_first(node) - 1 : node.end_lineno]
            continue
        if refused := reaching(found):
            raise InputError(refused)
        functions[node.name] = found
        head, start = rows[_first(node) - 1 : node.body[0].lineno - 1], found.body[0].lineno
        out += [""] * (start - 1 - len(head) - len(out))
        out += [*head, *_body(found, mine)]
    if not functions:
        names = [node.name for node in teacher.tree.body if isinstance(node, ast.FunctionDef)]
        raise InputError(f"there is no function {' or '.join(names)}")
    return Taken("\n".join(out) + "\n", functions, outside - set(OURS))


def lost(stub: Path, path: Path) -> str:
    """What a right answer would lose if it were graded, in a sentence; "" for nothing."""
    try:
        found = taken(stub, pupils_program(path))
    except (InputError, OSError) as error:
        return str(error)
    used = {each.id for body in found.functions.values() for each in ast.walk(body) if isinstance(each, ast.Name)}
    missing = sorted(used & found.outside)
    return f"{missing[0]} stands outside of {next(iter(found.functions))}" if missing else ""


def lines_of(text: str) -> list[str]:
    """The lines as Python counts them: a form feed ends none."""
    return re.split("\r\n|\r|\n", text)


def _first(node: ast.stmt) -> int:
    decorators = node.decorator_list if isinstance(node, (ast.FunctionDef, ast.ClassDef)) else []
    return min([node.lineno, *(each.lineno for each in decorators)])


def _body(function: ast.FunctionDef, lines: list[str]) -> list[str]:
    first, last = function.body[0], function.body[-1]
    if first.lineno > function.lineno and not lines[first.lineno - 1][: first.col_offset].strip():
        return lines[first.lineno - 1 : last.end_lineno]
    whole = "\n".join(map(ast.unparse, function.body))  # it stands on the line of the signature
    return [f"    {line}" for line in whole.splitlines()]


def reaching(function: ast.AST) -> str:
    """What of a body reaches into other programs, in a sentence; "" for one that computes.

    >>> reaching(ast.parse("mt.sum = print").body[0])
    'line 1 changes mt.sum: a graded answer may not change what is not its own'
    """
    for node in ast.walk(function):
        if not isinstance(node, (ast.expr, ast.stmt)):
            continue
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [each.name for each in node.names]
            tops = [node.module or ""] if isinstance(node, ast.ImportFrom) else names
            if other := [each for each in tops if each.partition(".")[0] not in IMPORTED] + sorted(MODULES & {*names}):
                return f"line {node.lineno} imports {other[0]}: a graded answer has minitensor and math alone"
        elif isinstance(node, ast.Attribute):
            if not isinstance(node.ctx, ast.Load):
                return f"line {node.lineno} changes {ast.unparse(node)}: {NOT_ITS_OWN}"
            if node.attr.startswith("_") or node.attr in REACHING | MODULES:
                return f"line {node.lineno} uses .{node.attr}: {NOT_ITS_OWN}"
        elif isinstance(node, ast.Name) and node.id in REACHING:
            return f"line {node.lineno} uses {node.id}: {NOT_ITS_OWN}"
        elif isinstance(node, ast.Global):
            return f"line {node.lineno} says global: {NOT_ITS_OWN}"
    return ""


NOT_ITS_OWN = "a graded answer may not change what is not its own"


def _names(tree: ast.Module) -> frozenset[str]:
    """What a file defines at its top."""
    found: set[str] = set()
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found |= {(each.asname or each.name).partition(".")[0] for each in node.names}
        else:
            found |= {
                each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
            }
    return frozenset(found)
