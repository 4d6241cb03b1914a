"""A file of an answer, read: its text, its syntax tree, and the names that it gives when it runs."""

import ast
import linecache
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

# What reaches a name without writing it.
AROUND = ("getattr", "eval", "exec", "vars", "globals", "__dict__", "__import__", "import_module", "attrgetter")


class Program(NamedTuple):
    """The text of an answer. path : where it lies, which is what tracebacks and the simulator name"""

    path: Path
    text: str
    tree: ast.Module

    def names(self) -> dict[str, Any]:
        """Run it, and return its names."""
        linecache.checkcache(str(self.path))  # it may have been edited since
        names: dict[str, Any] = {"__name__": self.path.stem, "__file__": str(self.path)}
        exec(compile(self.tree, str(self.path), "exec"), names)
        return names

    def function(self, name: str) -> ast.FunctionDef | None:
        """Where it defines a function of that name; the last one, as Python has it."""
        found = [each for each in self.tree.body if isinstance(each, ast.FunctionDef) and each.name == name]
        return found[-1] if found else None

    def reached(self, name: str) -> list[ast.stmt]:
        """That function, those of the file that it calls, or that these call, and the imports that they use."""
        found: list[ast.FunctionDef] = []
        left = [name]
        while left:
            function = self.function(left.pop())
            if function and function not in found:
                found.append(function)
                left += [node.id for node in ast.walk(function) if isinstance(node, ast.Name)]
        used = {node.id for function in found for node in ast.walk(function) if isinstance(node, ast.Name)}
        return [*found, *(each for each in self.tree.body if used & _bound(each))]

    def answers(self) -> ast.Dict | None:
        """The dictionary that it calls ``answers``."""
        for each in self.tree.body:
            is_dict = isinstance(each, ast.Assign) and isinstance(each.value, ast.Dict)
            if is_dict and [ast.unparse(target) for target in each.targets] == ["answers"]:  # type: ignore[attr-defined]
                return each.value  # type: ignore[attr-defined]
        return None


def _bound(line: ast.stmt) -> set[str]:
    """The names that an import gives values; of any other line none."""
    aliases = line.names if isinstance(line, (ast.Import, ast.ImportFrom)) else []
    return {each.asname or each.name.partition(".")[0] for each in aliases}


def read(path: Path) -> Program:
    """Raises SyntaxError, which names the line, OSError, and UnicodeDecodeError for what is no text."""
    text = path.read_text(encoding="utf-8-sig")  # as Windows' editor may write it
    return Program(path, text, ast.parse(text, str(path)))


@cache
def known(path: Path) -> Program:
    """A program that does not change: a stub, a solution or a wrong answer."""
    return read(path)


@cache
def names_of(path: Path) -> dict[str, Any]:
    """The names of a program that does not change, which runs once."""
    return known(path).names()


def clause(path: Path) -> str:
    """The docstring of a wrong answer: what completes "This is what comes out if …"."""
    return " ".join((ast.get_docstring(known(path).tree) or "").split())


def unwritten_line(function: ast.FunctionDef) -> int:
    """The line of ``raise NotImplementedError`` where that is all that a function does; else 0.

    >>> unwritten_line(ast.parse("def f(x):\\n    raise NotImplementedError").body[0])
    2
    """
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    if len(body) == 1 and isinstance(body[0], ast.Raise) and body[0].exc:
        kind = body[0].exc.func if isinstance(body[0].exc, ast.Call) else body[0].exc
        return body[0].lineno if ast.unparse(kind) == "NotImplementedError" else 0
    return 0


def forbidden(function: ast.AST, without: tuple[str, ...]) -> tuple[str, int] | None:
    """The first of the names, or "@", that a text uses or imports though it may not, and its line. Where anything is
    not allowed, ways round it are not either, such as getattr.

    >>> forbidden(ast.parse("def f(a, b):\\n    return a @ b"), ("@",))
    ('@', 2)
    """
    without = (*without, *AROUND) if without else ()
    # A name of its own is no use of theirs.
    own = {node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    own |= {node.arg for node in ast.walk(function) if isinstance(node, ast.arg)}
    for node in ast.walk(function):
        if isinstance(node, (ast.BinOp, ast.AugAssign)) and isinstance(node.op, ast.MatMult):
            words = ["@"]
        elif isinstance(node, (ast.Name, ast.Attribute)):
            word = node.id if isinstance(node, ast.Name) else node.attr
            words = [] if isinstance(node, ast.Name) and word in own else [word]
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            paths = [getattr(node, "module", None) or "", *(each.name for each in node.names)]
            words = [word for path in paths for word in path.split(".")]
        else:
            continue
        for word in words:
            if word in without:
                return word, node.lineno
    return None


def written(function: ast.AST) -> dict[str, int]:
    """What is counted in a text, its signature apart: "indices", square brackets; "letters", of einsum's specs.

    >>> written(ast.parse("mt.einsum('ij,jk->ik', a[0], b)"))
    {'indices': 1, 'letters': 6}
    """
    nodes = [each for line in getattr(function, "body", [function]) for each in ast.walk(line)]
    specs = [each.value for each in nodes if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    specs = [each for each in specs if set(each) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ,.-> ")]
    return {
        "indices": sum(isinstance(each, ast.Subscript) for each in nodes),
        "letters": sum(each.isalpha() for spec in specs if "->" in spec or "," in spec for each in spec),
    }
