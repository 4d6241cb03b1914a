"""What the text of a kernel tells about a fault: the index as it is written, what it is made of, what guards it.

Read only when something has gone wrong, and only to choose the advice. Where the text tells nothing, nothing is found.
"""

import ast
import textwrap
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from minitensor.gpu.source import APART, Source

NUMBERS = {
    "threadIdx": {"thread"}, "laneid": {"thread"}, "blockIdx": {"block"}, "grid": {"thread", "block"},
}  # fmt: skip
SIGNS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
FALSE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}  # what holds where a comparison does not
TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}  # what holds of the right and the left


class Guard(NamedTuple):
    """A comparison that holds. written, line : as it stands in the source, where it may be the other way round."""

    left: str
    sign: str
    right: str
    written: str
    line: int


class Clues:
    """The text around a line that touches an array.

    statement : the one that begins on the line or spans it
    """

    def __init__(self, source: Source, line: int):
        if line >= APART:  # of a device function, which knows only what it was given
            source, line = source.called[line // APART - 1], line % APART
        tree = ast.parse(textwrap.dedent("\n".join(source.lines)))
        ast.increment_lineno(tree, source.line - 1)
        self.line, self.function = line, tree.body[0]
        self.path = list(_path(self.function, line))
        self.statement = self.path[-1]

    def indices(self, array: str, axis: int = 0, store: bool | None = None) -> list[str]:
        """What stands at that axis of the array's index, as it is written, wherever the line touches the array.

        store : whether to look only where the line writes, or only where it reads
        """
        found = []
        for node in ast.walk(self.statement):
            place = _place(node, array)
            if place is None or not self._on_line(node):
                continue
            both = node is getattr(self.statement, "target", None) or isinstance(node, ast.Call)  # reads and writes
            if store is not None and not both and isinstance(node.ctx, ast.Store) != store:  # type: ignore[attr-defined]
                continue
            axes = place.elts if isinstance(place, ast.Tuple) else [place]
            found += [ast.unparse(each) for each in axes[axis : axis + 1]]
        return list(dict.fromkeys(found))

    def made_of(self, index: str) -> set[str]:
        """On which of the numbers of the "thread" and the "block", and of "memory", an index depends."""
        return self._parts(ast.parse(index), self._names())

    def guards(self) -> list[Guard]:
        """The comparisons that hold at the line, each both ways round; also where an `if` before it returns early."""
        out: list[Guard] = []
        for parent, child in zip(self.path, [*self.path[1:], None], strict=True):
            if isinstance(parent, (ast.If, ast.While)) and child in parent.body:
                out += _comparisons(parent.test, holds=True)
            for block in (getattr(parent, "body", []), getattr(parent, "orelse", [])):
                for before in block[: block.index(child)] if child in block else []:
                    if isinstance(before, ast.If) and isinstance(before.body[-1], (ast.Return, ast.Continue)):
                        out += _comparisons(before.test, holds=False)
        for node in ast.walk(self.statement):
            if isinstance(node, ast.IfExp) and self._on_line(node):
                out += _comparisons(node.test, holds=True)
        return out

    def alternatives(self) -> list[tuple[str, int]]:
        """The tests with `or` that hold at the line, of which nobody knows which part does; and their lines."""
        tests = [
            parent.test
            for parent, child in pairwise(self.path)
            if isinstance(parent, (ast.If, ast.While)) and child in parent.body
        ]
        return [
            (ast.unparse(test), test.lineno)
            for test in tests
            if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or)
        ]

    def loops(self) -> dict[str, str]:
        """The loops around the line that count: for each variable the head, such as ``for k in range(n)``."""
        inside = [node for node in self.path if isinstance(node, ast.For)]
        return {ast.unparse(node.target): _head(node) for node in inside}

    def rounds(self) -> list[int]:
        """The lines of the loops around the line."""
        return [node.lineno for node in self.path if isinstance(node, (ast.For, ast.While))]

    def uneven_loop(self) -> str:
        """The head of a loop around the line that not every thread of a block may go round as often."""
        for node in self.path:
            if isinstance(node, (ast.For, ast.While)):
                left = any(isinstance(each, (ast.Break, ast.Continue)) for each in ast.walk(node))
                if left or "thread" in self.made_of(_head(node).partition(" ")[2].rpartition(" in ")[2]):
                    return _head(node)
        return ""

    def swaps(self, array: str) -> bool:
        """Whether the statement is ``x[i], x[j] = x[j], x[i]``."""
        targets = getattr(self.statement, "targets", [])
        written = [each for target in targets for each in ast.walk(target) if _place(each, array) is not None]
        return len(written) > 1

    def _on_line(self, node: Any) -> bool:
        return node.lineno <= self.line <= node.end_lineno

    def _names(self) -> dict[str, set[str]]:
        """What each variable is made of, wherever it is given a value."""
        names: dict[str, set[str]] = {}
        while True:  # what a value is made of travels one assignment further each time round
            before = {name: set(parts) for name, parts in names.items()}
            for target, value in _given(self.function):
                names.setdefault(target, set()).update(self._parts(value, names))
            if names == before:
                return names

    def _parts(self, expression: ast.AST, names: dict[str, set[str]]) -> set[str]:
        if isinstance(expression, ast.Name):
            return names.get(expression.id, set())
        if isinstance(expression, ast.Attribute) and expression.attr in NUMBERS:
            return NUMBERS[expression.attr]
        if (isinstance(expression, ast.Subscript) and not isinstance(expression.value, ast.Call)) or (
            isinstance(expression, ast.Call) and ast.unparse(expression.func).rpartition(".")[2].startswith("atomic")
        ):
            return {"memory"}
        out: set[str] = set()
        for child in ast.iter_child_nodes(expression):
            out |= self._parts(child, names)
        return out


def _path(node: Any, line: int) -> Iterator[Any]:
    """The statements around a line, from the function down to the one that holds it."""
    yield node
    for block in (getattr(node, "body", []), getattr(node, "orelse", [])):
        for child in block:
            if isinstance(child, ast.stmt) and child.lineno <= line <= (child.end_lineno or 0):
                yield from _path(child, line)


def _head(loop: ast.For | ast.While) -> str:
    if isinstance(loop, ast.While):
        return f"while {ast.unparse(loop.test)}"
    return f"for {ast.unparse(loop.target)} in {ast.unparse(loop.iter)}"


def _place(node: ast.AST, array: str) -> Any:
    """The index where a node touches the array: that of ``array[i]``, or of ``cuda.atomic_add(array, i, 1)``."""
    if isinstance(node, ast.Subscript) and ast.unparse(node.value) == array:
        return node.slice
    if isinstance(node, ast.Call) and len(node.args) > 1 and ast.unparse(node.args[0]) == array:
        return node.args[1]
    return None


def _given(function: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Every variable and what it is given, for each assignment and loop."""
    for node in ast.walk(function):
        pairs: list[tuple[ast.AST, ast.AST]] = []
        if isinstance(node, ast.Assign):
            pairs = [(target, node.value) for target in node.targets]
        elif isinstance(node, ast.AugAssign):
            pairs = [(node.target, node.value)]
        elif isinstance(node, ast.For):
            pairs = [(node.target, node.iter)]
        for target, value in pairs:
            if isinstance(target, ast.Tuple):
                values = value.elts if isinstance(value, ast.Tuple) else [value] * len(target.elts)
                pairs += zip(target.elts, values, strict=False)
            elif isinstance(target, ast.Name):
                yield target.id, value


def _comparisons(test: ast.expr, holds: bool) -> list[Guard]:
    """The comparisons that are all true where a test holds, or all false where it does not."""
    parts = [test]
    if isinstance(test, ast.BoolOp):
        if isinstance(test.op, ast.And) != holds:
            return []  # only one of them is, and nobody knows which
        parts = test.values
    out = []
    for part in parts:
        if isinstance(part, ast.Compare) and len(part.ops) == 1 and type(part.ops[0]) in SIGNS:
            sign = SIGNS[type(part.ops[0])]
            sign = sign if holds else FALSE[sign]
            left, right = ast.unparse(part.left), ast.unparse(part.comparators[0])
            out.append(Guard(left, sign, right, ast.unparse(part), part.lineno))
            out.append(Guard(right, TURNED[sign], left, ast.unparse(part), part.lineno))
    return out
