"""From the expressions of a kernel's text to typed ones."""

import ast
from collections.abc import Callable
from typing import Any

import numpy as np

from minitensor.gpu import tree
from minitensor.gpu.arithmetic import BOOL, INT, LONG, common
from minitensor.gpu.calls import Calls
from minitensor.gpu.costs import NOTHING
from minitensor.gpu.device import Cuda
from minitensor.gpu.fitting import Constant, Indices
from minitensor.gpu.refused import IMPORTED, REFUSED
from minitensor.gpu.source import Site
from minitensor.gpu.ufuncs import UFUNCS

OPERATORS: dict[type, str] = {
    ast.Add: "add", ast.Sub: "subtract", ast.Mult: "multiply", ast.Div: "true_divide", ast.FloorDiv: "floor_divide",
    ast.Mod: "remainder", ast.Pow: "power", ast.LShift: "left_shift", ast.RShift: "right_shift",
    ast.BitOr: "bitwise_or", ast.BitAnd: "bitwise_and", ast.BitXor: "bitwise_xor", ast.Invert: "invert",
    ast.Not: "logical_not", ast.USub: "negative", ast.Eq: "equal", ast.NotEq: "not_equal", ast.Lt: "less",
    ast.LtE: "less_equal", ast.Gt: "greater", ast.GtE: "greater_equal",
}  # fmt: skip


class Expressions(Calls):
    """Reads expressions. `Translator` says what the fields are."""

    function: Callable[..., Any]
    around: dict[str, Any]
    types: dict[str, Any]
    constants: dict[str, Constant]

    def expression(self, node: Any) -> Any:
        visit = getattr(self, f"of_{type(node).__name__}", None)
        if visit is None:
            raise self.refusal(node, REFUSED.get(type(node), f"a kernel has no {type(node).__name__.lower()}"))
        return visit(node)

    def lookup(self, name: str) -> Any:
        """What a name is: a `Constant`, a `Name`, or None."""
        if name in self.types:
            kind = self.types[name]
            return tree.Name(0, kind, kind, name)
        if name in self.constants:
            return self.constants[name]
        code = self.function.__code__
        # A local is another thing than a global of its name, unless something .name is asked for: CuPy takes one for
        # the other then.
        if name in self.around and (name not in code.co_varnames or name in code.co_names):
            return Constant(self.around[name])
        return None

    def of_Constant(self, node: ast.Constant) -> Any:
        return Constant(node.value)

    def of_Name(self, node: ast.Name) -> Any:
        found = self.lookup(node.id)
        if found is None:
            builtins = self.around.get("__builtins__", {})
            builtins = builtins if isinstance(builtins, dict) else vars(builtins)
            if node.id in builtins and node.id not in self.function.__code__.co_varnames:
                return Constant(builtins[node.id])
            mend = IMPORTED.get(node.id, "give it one before, in every case")
            raise self.refusal(node, f"{node.id} has no value here; {mend}")
        if isinstance(found, tree.Name):
            found.line = node.lineno
        return found

    def of_Attribute(self, node: ast.Attribute) -> Any:
        value, name = self.expression(node.value), node.attr
        if self.is_constant(value):
            if isinstance(value.value, Cuda):
                return self._of_cuda(node, name)
            if isinstance(value.value, Indices):
                if name not in ("x", "y", "z"):
                    raise self.refusal(node, f"{value.value.name} has .x, .y and .z")
                return tree.Name(node.lineno, INT, INT, f"{value.value.name}.{name}")
            if not hasattr(value.value, name):
                raise self.refusal(node, f"{ast.unparse(node.value)} has no {name}")
            return Constant(getattr(value.value, name))
        kind = value.dtype
        if isinstance(kind, tree.Array):
            if name == "ndim":
                return Constant(kind.ndim)
            if not kind.pointer and name == "size":
                return tree.Measure(node.lineno, np.dtype("q"), LONG, value, "size", 0)
            if not kind.pointer and name in ("shape", "strides"):
                part = np.dtype("q")
                axes: list[tree.Node] = [
                    tree.Measure(node.lineno, part, LONG, value, name, axis) for axis in range(kind.ndim)
                ]
                made = self.pack(node, axes)
                made.dtype = made.actual = tree.Tuple((part,) * kind.ndim, exact=kind.ndim != 2)
                return made
            has = "ndim" if kind.pointer else "shape, size, ndim and strides"
            raise self.refusal(node, f"{ast.unparse(node.value)} has {has} in a kernel, and no {name}")
        raise self.refusal(node, f"{ast.unparse(node.value)} has no {name} in a kernel")

    def of_Tuple(self, node: ast.Tuple) -> Any:
        parts = [self.expression(each) for each in node.elts]
        if all(map(self.is_constant, parts)):
            return Constant(tuple(each.value for each in parts))
        return self.pack(node, [self.data(node, each) for each in parts])

    def of_Subscript(self, node: ast.Subscript) -> Any:
        value, index = self.expression(node.value), self.expression(node.slice)
        if self.is_constant(value):
            if not self.is_constant(index):
                raise self.refusal(
                    node, f"{ast.unparse(node.value)} is not in the GPU's memory; hand it to the kernel as an array"
                )
            try:
                return Constant(value.value[index.value])
            except Exception as error:
                raise self.refusal(node, f"{ast.unparse(node)} raises {type(error).__name__}: {error}") from None
        if isinstance(value.dtype, tree.Tuple):
            if not self.is_constant(index) or type(index.value) is not int:
                raise self.refusal(
                    node, "which part of a tuple it is must be known before the kernel runs; write a number"
                )
            if not 0 <= index.value < len(value.dtype.parts):
                raise self.refusal(
                    node, f"{ast.unparse(node.value)} has parts 0 to {len(value.dtype.parts) - 1}, and no {index.value}"
                )
            if isinstance(value, tree.Pack):
                return value.parts[index.value]
            kind = value.dtype.parts[index.value]
            return tree.Part(node.lineno, kind, kind, value, index.value)
        if not isinstance(value.dtype, tree.Array):
            raise self.refusal(node, f"{ast.unparse(node.value)} is {value.dtype}, and has no elements")
        place = self.element(node, value, index, [node.value, node.slice])
        if isinstance(place, tree.Element):
            place.load = self.site(node, place.text, "load")
        return place

    def element(self, node: Any, array: tree.Node, index: Any, texts: list[Any]) -> Any:
        """The element of an array, or the part of it where there are fewer indices than axes."""
        kind, name = array.dtype, ast.unparse(texts[0])
        index = self.data(node, index)
        indices = list(index.parts) if isinstance(index, tree.Pack) else [index]
        if isinstance(index.dtype, tree.Tuple) and not isinstance(index, tree.Pack):
            indices = [
                tree.Part(node.lineno, each, each, index, number) for number, each in enumerate(index.dtype.parts)
            ]
        axes = kind.ndim
        if len(indices) > axes:
            ways = ", ".join(["row", "col", "depth"][:axes] if axes < 4 else "...")
            raise self.refusal(node, f"{name} has {axes} {'axis' if axes == 1 else 'axes'}; write {name}[{ways}]")
        for each in indices:
            if not isinstance(each.dtype, np.dtype) or each.dtype.kind not in "iu":
                raise self.refusal(
                    node, f"an index is a whole number; here it is {each.dtype}: write int(...), or // for /"
                )
        if len(indices) < axes:
            rest = tree.Array(kind.dtype, axes - len(indices))
            return tree.Inside(node.lineno, rest, rest, array, indices)
        if kind.pointer:
            for each in indices:
                _in_the_address(each)
        return tree.Element(node.lineno, kind.dtype, kind.dtype, array, indices, name)

    def site(self, node: Any, text: str, kind: str) -> int:
        self.sites.append(Site(node.lineno, text, kind))
        return len(self.sites) - 1

    def _part(self, value: Any) -> str:
        if self.is_constant(value):
            return "it is known before the kernel runs"
        if isinstance(value.dtype, tree.Array):
            axes = value.dtype.ndim
            return f"it has {axes} {'axis' if axes == 1 else 'axes'} left; write single elements"
        return "it is no element of an array"

    def of_BinOp(self, node: ast.BinOp) -> Any:
        left, right = self.expression(node.left), self.expression(node.right)
        if isinstance(node.op, (ast.Add, ast.Sub)):
            for one, other in ((left, right), (right, left)):
                if not self.is_constant(one) and isinstance(one.dtype, tree.Array):
                    if one.dtype.pointer and (one is left or isinstance(node.op, ast.Add)):
                        step = self.number(node, other)
                        if step.dtype.kind in "iu":
                            if isinstance(node.op, ast.Sub):
                                step = self.ufunc(node, "negative", [step], "")
                            return tree.Inside(node.lineno, one.dtype, one.dtype, one, [step])
                    raise self.refusal(node, "arrays are not added in a kernel: each thread adds its elements")
        return self.operation(node, node.op, [left, right])

    def of_UnaryOp(self, node: ast.UnaryOp) -> Any:
        return self.operation(node, node.op, [self.expression(node.operand)])

    def of_Compare(self, node: ast.Compare) -> Any:
        if len(node.ops) != 1:
            parts = [node.left, *node.comparators]
            signs = [ast.unparse(ast.Compare(ast.Name("x"), [op], [ast.Name("y")]))[2:-2] for op in node.ops]
            pairs = [f"{ast.unparse(x)} {sign} {ast.unparse(y)}"
                     for x, sign, y in zip(parts, signs, parts[1:], strict=False)]  # fmt: skip
            raise self.refusal(node, f"a comparison of three: write `{' and '.join(pairs)}`")
        return self.operation(node, node.ops[0], [self.expression(node.left), self.expression(node.comparators[0])])

    def _operator(self, node: Any, op: ast.AST) -> str:
        if type(op) not in OPERATORS:
            signs = {ast.MatMult: "@", ast.UAdd: "+ before a number", ast.Is: "is", ast.IsNot: "is not", ast.In: "in",
                     ast.NotIn: "not in"}  # fmt: skip
            raise self.refusal(
                node,
                f"a kernel has no {signs.get(type(op), type(op).__name__)}; write ==, < or the like, or call cuda's",
            )
        return OPERATORS[type(op)]

    def operation(self, node: Any, op: ast.AST, operands: list[Any]) -> Any:
        name = self._operator(node, op)
        if all(map(self.is_constant, operands)):
            return self._folded(node, node, [each.value for each in operands])
        return self.ufunc(node, name, operands, "")

    def _folded(self, node: Any, whole: Any, values: list[Any]) -> Constant:
        """An operation on constants, which Python does."""
        names = [ast.Name(f"_{i}", ast.Load()) for i in range(len(values))]
        made: Any
        if isinstance(whole, ast.BinOp):
            made = ast.BinOp(names[0], whole.op, names[1])
        elif isinstance(whole, ast.UnaryOp):
            made = ast.UnaryOp(whole.op, names[0])
        else:
            made = ast.Compare(names[0], whole.ops, [names[1]])
        code = compile(ast.fix_missing_locations(ast.Expression(made)), "<constant>", "eval")
        try:
            with np.errstate(all="ignore"):
                return Constant(eval(code, {f"_{i}": value for i, value in enumerate(values)}))
        except Exception as error:
            raise self.refusal(
                node,
                f"{ast.unparse(whole)} is computed before the kernel runs, and raises {type(error).__name__}: {error}",
            ) from None

    def of_BoolOp(self, node: ast.BoolOp) -> Any:
        value = self.expression(node.values[0])
        for each in node.values[1:]:
            other = self.expression(each)
            if self.is_constant(value) and self.is_constant(other):
                value = Constant(
                    value.value and other.value if isinstance(node.op, ast.And) else value.value or other.value
                )
                continue
            name = "logical_and" if isinstance(node.op, ast.And) else "logical_or"
            made = self.ufunc(node, name, [value, other], "")
            if isinstance(made, tree.Compute) and made.routine.apply is UFUNCS[name].apply:
                first, second = made.operands
                made = tree.Lazy(node.lineno, BOOL, BOOL, name == "logical_or", first, second)
            value = made
        return value

    def of_IfExp(self, node: ast.IfExp) -> Any:
        test = self.expression(node.test)
        if self.is_constant(test):
            raise self.refusal(node, f"{ast.unparse(node.test)} is known before the kernel runs; write an if statement")
        self._scalar(node, test, "a condition")
        yes, no = self.expression(node.body), self.expression(node.orelse)
        one, other = self._like(node, yes, no), self._like(node, no, yes)
        if one.dtype != other.dtype:
            raise self.refusal(
                node,
                f"{ast.unparse(node.body)} is {one.dtype} and {ast.unparse(node.orelse)} is {other.dtype}; write both "
                f"as one type, such as {self._as_typed(yes, no, one, other, node)}",
            )
        actual = one.actual if one.actual == other.actual else common(one.actual, other.actual)
        return tree.Choose(node.lineno, one.dtype, actual, self._truth(node, test), one, other)

    def _as_typed(self, yes: Any, no: Any, one: Any, other: Any, node: Any) -> str:
        dtype = max(one.dtype, other.dtype, key=lambda each: np.zeros(1, each).dtype.num)
        return f"np.{dtype}({ast.unparse(node.orelse if one.dtype == dtype else node.body)})"

    def _like(self, node: Any, value: Any, hint: Any) -> tree.Node:
        """A number written out becomes what stands beside it, if that is anything else."""
        if not self.is_constant(value) or isinstance(value.value, np.generic):
            return self.number(node, value)
        wanted = self.number(node, hint).dtype
        return self.number(node, self.constant_as(node, value, wanted))


def _in_the_address(index: Any) -> None:
    """Sums and products in an index of shared memory cost nothing: a load takes a register and a constant for its
    address, and the compiler keeps the register as the loop goes on.
    """
    if isinstance(index, tree.Compute) and index.name in ("add", "subtract", "multiply"):
        index.cost = NOTHING
        for each in index.operands:
            _in_the_address(each)
