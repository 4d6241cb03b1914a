"""A kernel's source, rewritten once so that running it also counts: the only clever part of the simulator.

The kernel is parsed, and three kinds of places are changed; what it computes stays the same:

- ``a[i]`` becomes ``a.load(i, _log7)`` and ``a[i] = x`` becomes ``a.store(x, i, _log8)``: every place in the source
  that touches an array, a `Site`, has a log of its own, to which the address is appended;
- each straight run of statements with arithmetic on floats begins with ``next(_tally3)``. How many operations it does
  is counted in the source, so FLOPs are rounds times operations: exact, also past ``break`` and in ``x if y else z``;
- each loop takes one from an iterator that has as many rounds as a thread is allowed.

Lines keep their numbers, so a traceback points into the kernel as it was written.
"""

import ast
import textwrap
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

from minitensor.errors import KernelError
from minitensor.gpu.operations import Operations, name_of
from minitensor.gpu.source import Site, Source, names_seen_by, source_of

LOSES = (ast.Return, ast.Break, ast.Continue)  # what follows them may not run


class Program(NamedTuple):
    """A kernel ready to run. tallies : for each counter, how many FLOPs a round does on each line"""

    function: Callable[..., Any]
    code: Any
    source: Source
    sites: list[Site]
    tallies: list[dict[int, int]]


def instrument(function: Callable[..., Any], arguments: dict[str, Any]) -> Program:
    """Rewrite a kernel for arguments of these kinds.

    arguments : for each parameter its (dtype, number of axes), None as the axes of a scalar
    """
    source = source_of(function)
    tree = ast.parse(textwrap.dedent("\n".join(source.lines)))
    ast.increment_lineno(tree, source.line - 1)
    definition = tree.body[0]
    assert isinstance(definition, ast.FunctionDef)
    rewriter = _Rewriter(source, names_seen_by(function), arguments, definition)
    rewriter.rewrite(definition)
    code = compile(ast.fix_missing_locations(tree), source.file, "exec")
    return Program(function, code, source, rewriter.sites, rewriter.tallies)


class _Rewriter(Operations, ast.NodeTransformer):
    def __init__(self, source: Source, names: dict[str, Any], arguments: dict[str, Any], tree: ast.FunctionDef):
        super().__init__(names, arguments, tree)
        self.source = source
        self.sites: list[Site] = []
        self.tallies: list[dict[int, int]] = []
        self.loops = 0

    def rewrite(self, tree: ast.FunctionDef) -> None:
        tree.decorator_list, tree.returns = [], None
        for argument in tree.args.args:
            argument.annotation = None
        body = self.run_of(tree.body)
        tree.body = [_parse(f"_rounds{i} = _rounds()", tree.lineno) for i in range(self.loops)] + body

    # Counting.
    def tally(self, lines: Counter[int]) -> str:
        self.tallies.append(dict(lines))
        return f"_next(_tally{len(self.tallies) - 1})"

    def counted(self, node: ast.expr) -> ast.expr:
        """An expression that may not run, or runs more often than its statement, with a tally of its own."""
        lines = self.flops(node)
        inside = self.visit(node)
        if not lines:
            return inside
        pair: Any = _parse(f"({self.tally(lines)}, 0)[1]", node.lineno)
        pair.value.value.elts[1] = inside
        return pair.value

    def run_of(self, statements: list[ast.stmt]) -> list[ast.stmt]:
        """Statements with a tally before each straight run of them."""
        out: list[ast.stmt] = []
        run: list[ast.stmt] = []
        lines: Counter[int] = Counter()
        for statement in statements:
            if not isinstance(statement, ast.While):
                lines += self.flops(statement)
            run.append(self.visit(statement))
            if statement is statements[-1] or any(isinstance(node, LOSES) for node in ast.walk(statement)):
                if lines:
                    out.append(_parse(self.tally(lines), run[0].lineno))
                out += run
                run, lines = [], Counter()
        return out

    # Statements.
    def visit_If(self, node: ast.If) -> ast.If:
        node.test, node.body, node.orelse = self.visit(node.test), self.run_of(node.body), self.run_of(node.orelse)
        return node

    def visit_For(self, node: ast.For) -> ast.For:
        node.iter, node.body = self.visit(node.iter), self._round(node) + self.run_of(node.body)
        return node

    def visit_While(self, node: ast.While) -> ast.While:
        node.test, node.body = self.counted(node.test), self._round(node) + self.run_of(node.body)
        return node

    def _round(self, node: ast.For | ast.While) -> list[ast.stmt]:
        if node.orelse:
            self.fail(node, "a loop in a kernel has no else")
        self.loops += 1
        return [_parse(f"_next(_rounds{self.loops - 1})", node.lineno)]

    def visit_Assign(self, node: ast.Assign) -> ast.stmt:
        target = node.targets[0]
        inside = [each for each in ast.walk(ast.Tuple(node.targets)) if self._array(each)]
        if inside and (len(node.targets) > 1 or inside != [target]):
            self.fail(node, "write one element of an array at a time")
        if self.asks_cuda(node.value) == "shared_memory":
            return self._shared(node)
        value = self.visit(node.value)
        if not inside:
            node.value = value
            return node
        return self._call(node, target, "store", value, self._address(target))

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt:
        node.value = self.visit(node.value)
        if not self._array(node.target):
            return node
        once = ast.NamedExpr(ast.Name("_at", ast.Store()), self._address(node.target))
        loaded: Any = self._call(node, node.target, "load", once)
        value = ast.BinOp(loaded.value, node.op, node.value)
        return self._call(node, node.target, "store", value, ast.Name("_at", ast.Load()))

    def _shared(self, node: ast.Assign) -> ast.stmt:
        if not name_of(node.targets[0]):
            self.fail(node, "give shared memory a name: tile = cuda.shared_memory(np.float32, 256)")
        assert isinstance(node.value, ast.Call)
        node.value.func = _expression("_machine.shared", node.lineno)
        node.value.args.insert(0, ast.Constant(ast.unparse(node.targets[0])))
        return node

    # Expressions.
    def visit_IfExp(self, node: ast.IfExp) -> ast.IfExp:
        node.test, node.body, node.orelse = self.visit(node.test), self.counted(node.body), self.counted(node.orelse)
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.BoolOp:
        node.values = [self.visit(node.values[0]), *map(self.counted, node.values[1:])]
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        if self._array(node):
            loaded: Any = self._call(node, node, "load", self._address(node))
            return loaded.value
        self.generic_visit(node)
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        asked = self.asks_cuda(node)
        if asked == "atomic_add":
            if len(node.args) != 3 or name_of(node.args[0]) not in self.arrays:
                self.fail(node, "write cuda.atomic_add(array, index, value)")
            place = ast.Subscript(node.args[0], node.args[1], ast.Load(), lineno=node.lineno)
            added: Any = self._call(node, place, "atomic", self._address(place), self.visit(node.args[2]))
            return added.value
        self.generic_visit(node)
        if asked == "shared_memory":
            self.fail(node, "give shared memory a name: tile = cuda.shared_memory(np.float32, 256)")
        if asked == "syncthreads":
            node.func = _expression("_machine.barrier", node.lineno)
            node.args = [ast.Constant(node.lineno)]
        if asked.startswith("shfl_"):
            node.func = _expression("_machine.shuffle", node.lineno)
            way = asked.removeprefix("shfl_").removesuffix("sync").rstrip("_")
            node.args = [ast.Constant(way), ast.Constant(node.lineno), *node.args]
        return node

    # Accesses.
    def _array(self, node: ast.AST) -> str:
        """The name of the array that ``name[...]`` indexes, nothing if it is no array."""
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id in self.arrays:
            return node.value.id
        return ""

    def _address(self, node: Any) -> ast.expr:
        name, index = self._array(node), node.slice
        indices = index.elts if isinstance(index, ast.Tuple) else [index]
        axes = self.arrays[name]
        if any(isinstance(each, ast.Slice) for each in indices):
            self.fail(node, f"a thread reads and writes single elements; {name} is indexed by a slice")
        if len(indices) != axes:
            ways = ", ".join(["row", "col", "depth"][:axes] if axes < 4 else "...")
            self.fail(node, f"{name} has {axes} {'axis' if axes == 1 else 'axes'}; write {name}[{ways}]")
        indices = [self.visit(each) for each in indices]
        if axes == 1:
            return indices[0]
        function = _expression(f"{name}.{'at2' if axes == 2 else 'at'}", node.lineno)
        return ast.Call(function, indices, [], lineno=node.lineno, col_offset=0)

    def _call(self, node: Any, place: Any, kind: str, *arguments: ast.expr) -> ast.stmt:
        """The statement ``name.kind(*arguments, _log7)``."""
        name = self._array(place)
        self.sites.append(Site(node.lineno, name, kind))
        method = "atomic_add" if kind == "atomic" else kind
        statement: Any = _parse(f"{name}.{method}(_log{len(self.sites) - 1})", node.lineno)
        statement.value.args[:0] = arguments
        return statement

    def fail(self, node: Any, what: str) -> None:
        raise KernelError(f"{self.source.at(node.lineno)}\n{what}")


def _parse(text: str, line: int) -> ast.stmt:
    statement = ast.parse(text).body[0]
    for node in ast.walk(statement):
        if hasattr(node, "lineno"):
            node.lineno = node.end_lineno = line  # type: ignore[attr-defined]
    return statement


def _expression(text: str, line: int) -> ast.expr:
    statement: Any = _parse(text, line)
    return statement.value
