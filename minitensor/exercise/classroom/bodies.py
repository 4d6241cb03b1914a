"""What is graded of a pupil's file: the functions that the exercise names, and what of the file these name in turn."""

import ast
import re
import symtable
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from minitensor.errors import InputError
from minitensor.exercise.programs import Program, known, read

LARGEST = 100_000  # bytes of a file
# Names by which a program reaches into others: by their text, by their frames, by functions that do it for it.
REACHING = frozenset(
    ["eval", "exec", "compile", "open", "getattr", "setattr", "delattr", "globals", "locals", "vars", "__import__",
     "__builtins__", "breakpoint", "attrgetter", "methodcaller", "update_wrapper", "wraps", "get_type_hints",
     "ForwardRef", "evaluate_forward_ref", "gi_frame", "gi_code", "cr_frame", "cr_code", "cr_origin", "ag_frame",
     "ag_code", "tb_frame", "tb_next", "f_back", "f_builtins", "f_code", "f_generator", "f_globals", "f_locals",
     "f_trace", "currentframe"]
)  # fmt: skip
# Modules that other modules have as attributes.
MODULES = frozenset(
    ["os", "sys", "io", "builtins", "ctypes", "importlib", "inspect", "linecache", "subprocess", "gc", "atexit", "dis",
     "multiprocessing", "pathlib", "pickle", "shutil", "signal", "socket", "tempfile", "threading",
     "traceback", "types", "weakref", "zipfile"]
)  # fmt: skip
IMPORTED = (
    "minitensor", "numpy", "math", "random", "itertools", "functools", "operator", "collections", "copy",
    "dataclasses", "typing", "__future__",
)  # fmt: skip
ALONE = f"a graded answer imports nothing but {', '.join(IMPORTED[:-2])} and {IMPORTED[-2]}"
NOT_ITS_OWN = "a graded answer may not change what is not its own"
NOT_FOR_IT = "a graded answer may not reach for what is not its own"


class Taken(NamedTuple):
    """text : the pupil's program without all that its answer does not name, every line where it was
    functions : the texts of the answer, of the functions that it calls and of imports; none where it is no `def`"""

    text: str
    functions: list[ast.stmt]


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


def taken(stub: Path, pupil: Program, function: str) -> Taken:
    """What is graded of a program. function : that the exercise asks for; others of the stub are taken with it

    Raises InputError where the program has no such function, or where a part that is taken reaches into others.
    """
    asked = {node.name for node in known(stub).tree.body if isinstance(node, ast.FunctionDef)}
    try:
        parts = _parts(pupil)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise InputError(f"the file cannot be read: {error}") from None
    if not any(function in part.bound for part in parts):
        raise InputError(f"there is no function {function}")
    kept = _needed(parts, asked)
    if refused := next(filter(None, (reaching(part.node) for part in kept)), ""):
        raise InputError(refused)
    return Taken(_text(pupil, kept), pupil.reached(function))


def lost(stub: Path, path: Path, function: str) -> str:
    """Why a right answer would be wrong if it were graded, in a sentence; "" if it would not. function : "" for none"""
    try:
        program = pupils_program(path)
        if function:
            taken(stub, program, function)
    except (InputError, OSError) as error:
        return str(error)
    return ""


class Part(NamedTuple):
    """A statement at the top of a file. bound : the names that it gives a value; used : those that it asks for"""

    node: ast.stmt
    bound: frozenset[str]
    used: frozenset[str]

    @classmethod
    def of(cls, node: ast.stmt, text: str) -> "Part":
        table = symtable.symtable(text, "file", "exec")
        names = table.get_symbols()
        bound = (each.get_name() for each in names if each.is_assigned() or each.is_imported())
        used = {each.get_name() for each in names if each.is_referenced()}
        return cls(node, frozenset(bound), frozenset(used.union(*map(_from_outside, table.get_children()))))

    @property
    def everywhere(self) -> bool:
        """Whether it gives names without naming them, or is about the whole file."""
        node = self.node
        return isinstance(node, ast.ImportFrom) and (node.module == "__future__" or node.names[0].name == "*")

    @property
    def is_value(self) -> bool:
        return not isinstance(self.node, (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom))


def _parts(pupil: Program) -> list[Part]:
    rows, found = _rows(pupil), []
    for group in _sharing_lines(pupil.tree.body):
        whole = "\n".join(rows[_first(group[0]) - 1 : group[-1].end_lineno])
        found += [Part.of(node, whole if len(group) == 1 else ast.unparse(node)) for node in group]
    return found


def _rows(pupil: Program) -> list[str]:
    """The lines as Python counts them: a form feed ends none."""
    return re.split("\r\n|\r|\n", pupil.text)


def _from_outside(table: symtable.SymbolTable) -> set[str]:
    """The names that a function or a class, and what is defined in it, takes from the file."""
    own = {each.get_name() for each in table.get_symbols() if each.is_global()}
    return own.union(*map(_from_outside, table.get_children()))


def _needed(parts: list[Part], asked: Iterable[str]) -> list[Part]:
    """Those that the functions asked for name, that these name, and so on; with them what changes a value so named."""
    needed, values, kept = set(asked), set[str](), set[int]()
    while True:
        fresh = {at for at, part in enumerate(parts) if part.everywhere or part.bound & needed}
        fresh |= {at for at, part in enumerate(parts) if part.is_value and _changed(part.node, needed, values)}
        if fresh <= kept:
            return [parts[at] for at in sorted(kept)]
        for part in (parts[at] for at in fresh - kept):
            needed |= part.used
            values |= part.bound if part.is_value else set()
        kept |= fresh


def _changed(node: ast.AST, needed: set[str], values: set[str]) -> bool:
    """Whether a statement changes what has a value already: ``x[0] = 1``, ``f.count = 1``, and, of a value only, what
    its methods may change, ``x.append(1)``."""
    for each in ast.walk(node):
        if isinstance(each, ast.Expr) and isinstance(each.value, ast.Call) and _root(each.value.func) in values:
            return True
        stored = isinstance(each, (ast.Attribute, ast.Subscript)) and not isinstance(each.ctx, ast.Load)
        if stored and _root(each) in needed:
            return True
    return False


def _root(node: ast.AST) -> str:
    """The ``x`` of ``x.a[0].b``; "" for what begins with no name, or is one."""
    inside = node
    while isinstance(inside, (ast.Attribute, ast.Subscript)):
        inside = inside.value
    return inside.id if isinstance(inside, ast.Name) and inside is not node else ""


def _text(pupil: Program, kept: Iterable[Part]) -> str:
    """The program with empty lines for all that is not kept."""
    rows = _rows(pupil)
    out = [""] * len(rows)
    nodes = {id(part.node) for part in kept}
    for group in _sharing_lines(pupil.tree.body):
        mine = [node for node in group if id(node) in nodes]
        first, last = _first(group[0]) - 1, group[-1].end_lineno
        if mine == group:
            out[first:last] = rows[first:last]
        elif mine:
            out[first] = "; ".join(map(ast.unparse, mine))
    return "\n".join(out) + "\n"


def _sharing_lines(nodes: list[ast.stmt]) -> list[list[ast.stmt]]:
    """The statements, those together that have a line in common: ``a = 1; b = 2``."""
    groups: list[list[ast.stmt]] = []
    for node in nodes:
        if groups and _first(node) <= (groups[-1][-1].end_lineno or 0):
            groups[-1].append(node)
        else:
            groups.append([node])
    return groups


def _first(node: ast.stmt) -> int:
    decorators = node.decorator_list if isinstance(node, (ast.FunctionDef, ast.ClassDef)) else []
    return min([node.lineno, *(each.lineno for each in decorators)])


def reaching(part: ast.AST) -> str:
    """What of a part reaches into other programs, in a sentence; "" for one that computes.

    >>> reaching(ast.parse("mt.sum = print").body[0])
    'line 1 changes mt.sum: a graded answer may not change what is not its own'
    """
    for node in ast.walk(part):
        if not isinstance(node, (ast.expr, ast.stmt)):
            continue
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [each.name for each in node.names]
            modules = [node.module or "."] if isinstance(node, ast.ImportFrom) else names
            if other := [each for each in modules if each.partition(".")[0] not in IMPORTED]:
                return f"line {node.lineno} imports {other[0]}: {ALONE}"
            if inner := [each for each in names if names != modules and _is_reaching(each)]:
                return f"line {node.lineno} imports {inner[0]}: {NOT_FOR_IT}"
        elif isinstance(node, ast.Attribute):
            if not isinstance(node.ctx, ast.Load):
                return f"line {node.lineno} changes {ast.unparse(node)}: {NOT_ITS_OWN}"
            if _is_reaching(node.attr):
                return f"line {node.lineno} uses .{node.attr}: {NOT_FOR_IT}"
        elif isinstance(node, ast.Name) and node.id in REACHING:
            return f"line {node.lineno} uses {node.id}: {NOT_FOR_IT}"
        elif isinstance(node, ast.Global):
            return f"line {node.lineno} says global: {NOT_ITS_OWN}"
    return ""


def _is_reaching(name: str) -> bool:
    return name.startswith("_") or name in REACHING or name in MODULES
