"""What a kernel calls: functions of `cuda`, types, device functions, and what is computed before the kernel runs."""

import ast
import difflib
import inspect
from collections.abc import Callable
from numbers import Number
from typing import Any

import numpy as np

from minitensor.errors import TranslationError
from minitensor.gpu import tree, vocabulary
from minitensor.gpu.arithmetic import INT
from minitensor.gpu.device import INDICES, NAMES
from minitensor.gpu.fitting import Asked, Constant, Indices, Types
from minitensor.gpu.refused import INSTEAD, OURS
from minitensor.gpu.ufuncs import MATHS


class Calls(Types):
    """Reads calls. `Translator` says what the fields are."""

    devices: dict[Any, tree.Function | None]
    aliased: bool

    def expression(self, node: Any) -> Any:
        """What an expression is: a `Constant`, or a node of the tree."""
        raise NotImplementedError

    def translated(self, function: Callable[..., Any], types: list[Any]) -> tree.Function:
        """A device function that this kernel calls."""
        raise NotImplementedError

    def _of_cuda(self, node: Any, name: str) -> Any:
        if name not in NAMES:
            ours = OURS.get(name, name)
            near = [ours] if ours in NAMES else difflib.get_close_matches(name, sorted(NAMES), 3)
            mend = f"write cuda.{' or cuda.'.join(near)}" if near else f"use what it has: {', '.join(sorted(NAMES))}"
            raise self.refusal(node, f"cuda has no {name!r}; {mend}")
        if name in INDICES:
            return Constant(Indices(name))
        if name == "warpsize":
            return tree.Name(node.lineno, INT, INT, "cuda.warpsize")
        return Constant(Asked(name))

    def of_Call(self, node: ast.Call) -> Any:
        called = self.expression(node.func)
        args = [self.expression(each) for each in node.args]
        named = {str(each.arg): self.expression(each.value) for each in node.keywords}
        if not self.is_constant(called):
            raise self.refusal(node, f"{ast.unparse(node.func)} is no function")
        function = called.value
        text = ast.unparse(node.func)
        if isinstance(function, Asked):
            return vocabulary.call(self, node, function.name, args, named)
        if isinstance(function, Indices):
            raise self.refusal(node, f"{text} is no function; write {text}.x")
        if self._hashable(function) and function in vocabulary.BUILTINS:
            return vocabulary.BUILTINS[function](self, node, args, named)
        if getattr(function, "device", False) and hasattr(function, "function"):
            return self._call_device(node, function, args, named)
        if hasattr(function, "function") and hasattr(function, "device"):
            raise self.refusal(
                node, f"{text} is a kernel, which is launched; write @kernel(device=True) above it to call it"
            )
        if all(map(self.is_constant, (*args, *named.values()))) and callable(function):
            try:
                return Constant(function(*(each.value for each in args), **{k: v.value for k, v in named.items()}))
            except Exception as error:
                raise self.refusal(
                    node, f"{text} is computed before the kernel runs, and raises {type(error).__name__}: {error}"
                ) from None
        if inspect.isclass(function) and issubclass(function, (bool, np.bool_, Number)):
            return self._cast(node, function, args, named)
        raise self._unknown(node, function, text)

    def _hashable(self, value: Any) -> bool:
        try:
            hash(value)
        except TypeError:
            return False
        return True

    def _unknown(self, node: Any, function: Any, text: str) -> TranslationError:
        name = getattr(function, "__name__", text).rpartition(".")[2]
        module = text.rpartition(".")[0]
        ours = OURS.get(name, name)
        if module in ("np", "numpy", "math") and ours in MATHS:
            return self.refusal(node, f"{text} runs on the processor, not in a kernel; write cuda.{ours}(...)")
        if text in INSTEAD:
            return self.refusal(node, f"a kernel has no {text}; write {INSTEAD[text]}")
        return self.refusal(
            node,
            f"a kernel cannot call {text}; write @kernel(device=True) above a function of yours that it shall call",
        )

    def _cast(self, node: Any, function: Any, args: list[Any], named: dict[str, Any]) -> tree.Node:
        if len(args) != 1 or named:
            raise self.refusal(node, f"{ast.unparse(node.func)} takes one number")
        try:
            dtype = np.dtype(vocabulary.CASTS.get(function, function))
        except TypeError:
            raise self.refusal(
                node, f"{ast.unparse(node.func)} is no type of a kernel; write np.float32(...) or its like"
            ) from None
        self.check_dtype(node, dtype)
        value = self.number(node, args[0])
        return self.convert(node, value, dtype)

    def _call_device(self, node: Any, called: Any, args: list[Any], named: dict[str, Any]) -> tree.Node:
        operands = [self.data(node, each) for each in args]
        self.aliased |= any(isinstance(each.dtype, (tree.Array, tree.Tuple)) for each in operands)
        if named or len(operands) != len(called.parameters):
            raise self.refusal(
                node, f"{called.name} takes {len(called.parameters)} arguments ({', '.join(called.parameters)})"
            )
        types = [each.dtype for each in operands]
        key = (called, tuple(map(str, types)), tuple(getattr(each, "pointer", None) for each in types))
        if key not in self.devices:
            self.devices[key] = None
            self.devices[key] = self.translated(called.function, types)
        function = self.devices[key]
        if function is None:
            raise self.refusal(node, f"{called.name} calls itself, which a kernel cannot; write a loop")
        return tree.Call(node.lineno, function.returns, function.returns, function, operands)
