"""How many floating-point operations an expression of a kernel does.

An operation counts where it yields a float: +, −, ×, ÷, //, % and ** as one each, a function such as exp as one, an
atomic addition of floats as one. Comparisons, signs, minima and all that is done to whole numbers count nothing.
"""

import ast
from collections import Counter
from typing import Any

import numpy as np

from minitensor.gpu.device import MATHS, Cuda

SELECTS = {"absolute", "ceil", "floor", "maximum", "minimum"}  # of an integer they make an integer


class Operations:
    """What is known of the names of a kernel before it runs.

    names : what the names mean that are not its own
    arguments : for each parameter its (dtype, number of axes), None as the axes of a scalar
    arrays : how many axes each array has; floats : the names that hold floats, or arrays of them
    """

    def __init__(self, names: dict[str, Any], arguments: dict[str, Any], tree: ast.FunctionDef):
        self.names = names
        self.arrays = {name: axes for name, (_, axes) in arguments.items() if axes is not None}
        self.floats = {name for name, (dtype, _) in arguments.items() if dtype.kind == "f"}
        self._learn(tree)

    def _learn(self, tree: ast.FunctionDef) -> None:
        """A name is an array if it is shared memory, and a float if it is ever given one."""
        given = []
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and len(node.targets) == 1:
                target, value = node.targets[0], node.value
                if isinstance(target, ast.Name):
                    given.append((target.id, value))
                    if self.asks_cuda(value) == "shared_memory":
                        self.arrays[target.id] = 1
                        dtype = eval(compile(ast.Expression(_first_argument(value)), "", "eval"), self.names)
                        if np.dtype(dtype).kind == "f":
                            self.floats.add(target.id)
                elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                    given += [(name_of(t), v) for t, v in zip(target.elts, value.elts, strict=False)]
            elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
                given.append((node.target.id, ast.BinOp(node.target, node.op, node.value)))
        for _ in given:  # a float travels one assignment further each time round
            self.floats |= {name for name, value in given if self.is_float(value)}

    def is_float(self, node: ast.AST) -> bool:
        if isinstance(node, ast.Constant):
            return isinstance(node.value, float)
        if isinstance(node, ast.Name):
            return node.id in self.floats or isinstance(self.names.get(node.id), (float, np.floating))
        if isinstance(node, ast.Subscript):
            return bool(name_of(node.value)) and self.is_float(node.value)
        if isinstance(node, ast.BinOp):
            return isinstance(node.op, ast.Div) or self.is_float(node.left) or self.is_float(node.right)
        if isinstance(node, ast.UnaryOp):
            return self.is_float(node.operand)
        if isinstance(node, ast.IfExp):
            return self.is_float(node.body) or self.is_float(node.orelse)
        if isinstance(node, ast.Call):
            asked = self.asks_cuda(node)
            if asked in MATHS - SELECTS:
                return True
            if asked or name_of(node.func) in ("min", "max"):
                return any(self.is_float(argument) for argument in node.args)
            return ast.unparse(node.func).rpartition(".")[2].startswith("float")
        return False

    def asks_cuda(self, node: ast.AST) -> str:
        """``"syncthreads"`` for the node of ``cuda.syncthreads()``, nothing for other calls."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            return node.func.attr if isinstance(self.names.get(name_of(node.func.value)), Cuda) else ""
        return ""

    def flops(self, node: ast.AST) -> Counter[int]:
        """How many there are on each line of an expression, but for the parts of it that may not run."""
        found: Counter[int] = Counter()
        if isinstance(node, ast.BinOp) and self.is_float(node):
            found[node.lineno] += 1
        if isinstance(node, ast.AugAssign) and (self.is_float(node.target) or self.is_float(node.value)):
            found[node.lineno] += 1
        if isinstance(node, ast.Call):
            asked = self.asks_cuda(node)
            found[node.lineno] += (asked in MATHS or asked == "atomic_add") and self.is_float(node)
        if isinstance(node, ast.IfExp):
            return self.flops(node.test)
        if isinstance(node, ast.BoolOp):
            return self.flops(node.values[0])
        for child in ast.iter_child_nodes(node):
            if not isinstance(child, ast.stmt):
                found += self.flops(child)
        return +found


def name_of(node: ast.AST) -> str:
    """The name that the node is, nothing for other nodes."""
    return node.id if isinstance(node, ast.Name) else ""


def _first_argument(call: Any) -> Any:
    return call.args[0] if call.args else call.keywords[0].value
