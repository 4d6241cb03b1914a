"""Which lessons and exercises use which public name: read from their text, not by running them.

A name is used where it is imported, or stands as an attribute of what was imported. A method is used where it is called
on what was made by a function or a class of minitensor, as far as one file says so. What is not sure is left out.
"""

import ast
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from making import public

LESSONS = Path(__file__).parents[2] / "lessons"
# Methods that others than a Tensor have too, so that only a known Tensor counts.
FOREIGN = set(dir(str)) | set(dir(list)) | set(dir(dict)) | set(dir(set)) | {"item", "tolist", "copy", "grad", "to"}


@dataclass
class Uses:
    """Of one name: (number, title, address) of each lesson and each exercise that uses it."""

    lessons: list[tuple[str, str, str]] = field(default_factory=list)
    exercises: list[tuple[str, str, str]] = field(default_factory=list)


@cache
def used_in(folder: Path = LESSONS) -> dict[str, Uses]:
    """For each full name, where it is used."""
    found: dict[str, Uses] = {}
    for path in sorted(folder.glob("[0-9][0-9]_*.py")):
        link = _number(path), f"Lesson {_number(path)}: {lesson_title(path)}", f"lessons/{path.stem}.html"
        for name in used(path.read_text(encoding="utf-8")):
            found.setdefault(name, Uses()).lessons.append(link)
    for path in sorted(folder.glob("exercises/[0-9][0-9]_*.py")):
        number = _number(path)
        title = f"Exercise {number}: {path.stem[3:].replace('_', ' ')}"
        for name in used(path.read_text(encoding="utf-8")):
            found.setdefault(name, Uses()).exercises.append((number, title, f"exercises.html#exercise-{number}"))
    return found


def _number(path: Path) -> str:
    return str(int(path.stem[:2]))


def lesson_title(path: Path) -> str:
    """The title of a lesson: the first line of its docstring, without its number."""
    first = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or path.stem).strip().splitlines()[0]
    return re.sub(r"^(lesson )?\d+[.:] *", "", first, flags=re.IGNORECASE).strip(' "')


def used(text: str) -> set[str]:
    """The full names that a program uses.

    >>> sorted(used("import minitensor as mt\\nx = mt.zeros(3)\\nprint(x.mean(), 'a'.strip())"))
    ['minitensor.Tensor.mean', 'minitensor.zeros']
    """
    reader = _Reader()
    reader.visit(ast.parse(text))
    return reader.found


class _Reader(ast.NodeVisitor):
    """Walks a program in its order; knows what each name was bound to last, as far as that is plain."""

    def __init__(self):
        self.found: set[str] = set()
        self.modules: dict[str, str] = {}  # a local name, and the dotted name that it stands for
        self.kinds: dict[str, str] = {}  # a local name, and the class of which it holds an instance, "" if unknown

    def visit_Import(self, node):
        for each in node.names:
            if each.name.split(".")[0] == "minitensor":
                self.modules[each.asname or "minitensor"] = each.name if each.asname else "minitensor"
            else:
                self.kinds[(each.asname or each.name).split(".")[0]] = "foreign"

    def visit_ImportFrom(self, node):
        ours = (node.module or "").split(".")[0] == "minitensor"
        for each in node.names:
            if ours:
                self.modules[each.asname or each.name] = f"{node.module}.{each.name}"
                self._note(f"{node.module}.{each.name}")
            else:
                self.kinds[each.asname or each.name] = "foreign"

    def visit_Assign(self, node):
        self.visit(node.value)
        kind = self._kind(node.value)
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.modules.pop(target.id, None)
                self.kinds[target.id] = kind
            else:
                for each in ast.walk(target):
                    if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
                        self.kinds[each.id] = ""
                self.visit(target)

    def visit_Attribute(self, node):
        dotted = self._dotted(node)
        if dotted:
            self._note(dotted)
            return
        kind = self._kind(node.value)
        if kind.startswith("minitensor"):
            self._note(f"{kind}.{node.attr}")
        elif not kind and node.attr not in FOREIGN and _only_tensor(node.attr):
            self._note(f"minitensor.Tensor.{node.attr}")
        self.visit(node.value)

    def visit_Name(self, node):
        if node.id in self.modules and isinstance(node.ctx, ast.Load):
            self._note(self.modules[node.id])

    def _dotted(self, node) -> str:
        """The dotted name that a chain of attributes stands for, if it begins with something imported from us."""
        parts = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if isinstance(node, ast.Name) and node.id in self.modules:
            return ".".join([self.modules[node.id], *reversed(parts)])
        return ""

    def _kind(self, node) -> str:
        """The class of what an expression makes; "" where it is not plain, "foreign" where it is another library's."""
        if isinstance(node, ast.Name):
            return self.kinds.get(node.id, "foreign" if node.id in self.modules else "")
        if isinstance(node, ast.Call):
            if isinstance(node.func, (ast.Name, ast.Attribute)):
                dotted = (
                    self.modules.get(node.func.id, "") if isinstance(node.func, ast.Name) else self._dotted(node.func)
                )
                if dotted:
                    return _made_by(_canonical(dotted))
            if isinstance(node.func, ast.Attribute):
                kind = self._kind(node.func.value)
                if node.func.attr == "fit" and kind.startswith("minitensor"):
                    return kind
                if kind == "minitensor.Tensor":
                    return "foreign" if node.func.attr in ("numpy", "tolist", "item") else kind
                return "foreign" if kind == "foreign" else ""
            return "" if not isinstance(node.func, ast.Name) else self.kinds.get(node.func.id, "")
        if isinstance(node, (ast.Attribute, ast.Subscript)):
            kind = self._kind(node.value)
            of_tensor = isinstance(node, ast.Subscript) or node.attr in ("T", "mT")
            return kind if kind == "foreign" or (kind == "minitensor.Tensor" and of_tensor) else ""
        if isinstance(node, ast.BinOp):
            kinds = {self._kind(node.left), self._kind(node.right)}
            return "minitensor.Tensor" if "minitensor.Tensor" in kinds else "foreign" if "foreign" in kinds else ""
        if isinstance(node, ast.UnaryOp):
            return self._kind(node.operand)
        return "foreign" if isinstance(node, (ast.Constant, ast.List, ast.Dict, ast.JoinedStr, ast.Tuple)) else ""

    def _note(self, dotted: str) -> None:
        """Note the longest public name with which a dotted name begins, and the class if it is a member."""
        parts = dotted.split(".")
        for end in range(len(parts), 0, -1):
            name = _canonical(".".join(parts[:end]))
            if name in public.everything():
                self.found.add(name)
                return


def _canonical(name: str) -> str:
    """The name under which something is documented; through the module that re-exports it, if it is another's."""
    aliases = public.catalogue()[1]
    return aliases.get(name, name)


def _made_by(full: str) -> str:
    """The class of what a public function gives, or a class makes; "" where its annotation is no public class."""
    from making import signatures

    found = public.catalogue()[0]
    if isinstance(found.get(full), type):
        return full
    thing = found.get(full)
    if not callable(thing):
        return ""
    _, _, result = signatures.signatures(thing)[0].rpartition(" -> ")
    return result if result in found else "foreign" if result in ("float", "int", "str") else ""


@cache
def _only_tensor(name: str) -> bool:
    """Whether Tensor alone, of all public classes, has a member of this name."""
    owners = {each.rpartition(".")[0] for each in public.everything() if each.endswith(f".{name}")}
    classes = {owner for owner in owners if owner in public.catalogue()[0]}
    return classes == {"minitensor.Tensor"}
