"""From a kernel's text to a typed tree, by the rules of CuPy's compiler: what it refuses is refused here, in words.

CuPy turns Python into CUDA C++. A name has one type, that of the first value it is given. What is known before the
kernel runs is a *constant*: the names from outside of it, and what is computed from these alone. Whole numbers are
int32, floats float32, unless they say otherwise, as np.float64(0) does.
"""

import ast
import difflib
import inspect
import math
import textwrap
from collections.abc import Callable, Sequence
from numbers import Number
from typing import Any

import numpy as np

from minitensor.errors import TranslationError
from minitensor.gpu import tree, vocabulary
from minitensor.gpu.arithmetic import BOOL, FLOAT, INT, LONG, MATHS, UFUNCS, common, flushed
from minitensor.gpu.costs import cost
from minitensor.gpu.device import INDICES, NAMES, Cuda
from minitensor.gpu.source import APART, Site, Source, names_seen_by, source_of

OPERATORS: dict[type, str] = {
    ast.Add: "add", ast.Sub: "subtract", ast.Mult: "multiply", ast.Div: "true_divide", ast.FloorDiv: "floor_divide",
    ast.Mod: "remainder", ast.Pow: "power", ast.LShift: "left_shift", ast.RShift: "right_shift",
    ast.BitOr: "bitwise_or", ast.BitAnd: "bitwise_and", ast.BitXor: "bitwise_xor", ast.Invert: "invert",
    ast.Not: "logical_not", ast.USub: "negative", ast.Eq: "equal", ast.NotEq: "not_equal", ast.Lt: "less",
    ast.LtE: "less_equal", ast.Gt: "greater", ast.GtE: "greater_equal",
}  # fmt: skip
DTYPES = ("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64")
# Names that C++ or CUDA keeps for itself, and Python does not.
RESERVED = frozenset(
    [
        "alignas",
        "alignof",
        "asm",
        "auto",
        "bool",
        "catch",
        "char",
        "char8_t",
        "char16_t",
        "char32_t",
        "const",
        "const_cast",
        "constexpr",
        "constinit",
        "consteval",
        "co_await",
        "co_return",
        "co_yield",
        "concept",
        "decltype",
        "default",
        "delete",
        "do",
        "double",
        "dynamic_cast",
        "enum",
        "explicit",
        "export",
        "extern",
        "false",
        "float",
        "friend",
        "goto",
        "inline",
        "int",
        "long",
        "mutable",
        "namespace",
        "new",
        "noexcept",
        "nullptr",
        "operator",
        "private",
        "protected",
        "public",
        "register",
        "reinterpret_cast",
        "requires",
        "short",
        "signed",
        "sizeof",
        "static",
        "static_assert",
        "static_cast",
        "struct",
        "switch",
        "template",
        "this",
        "thread_local",
        "throw",
        "true",
        "typedef",
        "typeid",
        "typename",
        "union",
        "unsigned",
        "using",
        "virtual",
        "void",
        "volatile",
        "wchar_t",
        "and_eq",
        "bitand",
        "bitor",
        "compl",
        "not_eq",
        "or_eq",
        "xor",
        "xor_eq",
        "asm",
        "NULL",
        "NAN",
        "INFINITY",
        "STD",
        "CUPY_FOR",
        "threadIdx",
        "blockIdx",
        "blockDim",
        "gridDim",
        "warpSize",
        "float16",
        "bfloat16",
        "complex",
    ]
)
# Python's and C's names for what NumPy calls otherwise.
OURS = {"acos": "arccos", "asin": "arcsin", "atan": "arctan", "atan2": "arctan2", "fabs": "absolute", "abs": "absolute",
        "pow": "power", "amax": "maximum", "amin": "minimum", "max": "maximum", "min": "minimum",
        "barrier": "syncthreads"}  # fmt: skip
# What Python has and a kernel cannot.
REFUSED: dict[type, str] = {
    ast.List: "there are no lists in a kernel; use an array, or a variable for each",
    ast.Dict: "there are no dicts in a kernel; use an array, or a variable for each",
    ast.Set: "there are no sets in a kernel; use an array, or a variable for each",
    ast.ListComp: "there are no lists in a kernel; write a loop",
    ast.GeneratorExp: "there are no generators in a kernel; write a loop",
    ast.Lambda: "a kernel has no lambda; write @kernel(device=True) above a function outside of it",
    ast.NamedExpr: "a kernel has no :=; write the assignment on a line of its own",
    ast.JoinedStr: "there is no text in a kernel; write a number into an array that it is given",
    ast.Slice: "a thread reads and writes single elements; give an index, not a slice",
    ast.Starred: "a kernel has no *; write each part",
    ast.FunctionDef: "a kernel has no functions inside; write @kernel(device=True) above one outside of it",
    ast.ClassDef: "a kernel has no classes; write it outside, and hand over numbers and arrays",
    ast.Delete: "a kernel has no del; write on without it",
    ast.With: "a kernel has no with; write its body alone",
    ast.Try: "a kernel has no try, since nothing is raised in it; write an if",
    ast.Raise: "a kernel cannot raise; write a mark into an array",
    ast.Import: "a kernel imports nothing; write the import outside of it",
    ast.ImportFrom: "a kernel imports nothing; write the import outside of it",
    ast.Global: "a kernel changes nothing outside but arrays; hand it one",
    ast.Nonlocal: "a kernel changes nothing outside but arrays; hand it one",
    ast.AnnAssign: "write the name without its type: it has that of the value",
    ast.Match: "a kernel has no match; write if",
    ast.AsyncFor: "a kernel has no async; write a loop over range(...)",
}


class Constant:
    """What is known before the kernel runs."""

    def __init__(self, value: Any):
        self.value = value


def translate(function: Callable[..., Any], types: Sequence[Any], device: bool = False) -> tree.Function:
    """The typed tree of a kernel.

    types : for each parameter a dtype, or a `tree.Array`
    Raises TranslationError where CuPy's compiler, or NVRTC after it, would refuse the kernel.
    """
    return Translator(function, types, device).result()


class Translator:
    def __init__(self, function: Callable[..., Any], types: Sequence[Any], device: bool, outer: Any = None):
        self.function, self.device, self.source = function, device, source_of(function)
        self.around = names_seen_by(function)
        parsed = ast.parse(textwrap.dedent("\n".join(self.source.lines)))
        self.texts: list[Source] = outer.texts if outer else []  # of the device functions
        first = 0
        if outer:
            self.texts.append(self.source)
            first = APART * len(self.texts)
        ast.increment_lineno(parsed, first + self.source.line - 1)
        definition = parsed.body[0]
        assert isinstance(definition, ast.FunctionDef)
        self.definition = definition
        # A device function shares these with the kernel that calls it.
        self.sites: list[Site] = outer.sites if outer else []
        self.shared: list[tree.Shared] = outer.shared if outer else []
        self.devices: dict[Any, tree.Function | None] = outer.devices if outer else {}
        self.adding: set[int] = outer.adding if outer else set()
        self.written: set[str] = set()
        self.aliased = False  # whether an array has another name
        self.returns: Any = None
        self.constants: dict[str, Constant] = {}
        self.types: dict[str, Any] = {}
        arguments = definition.args
        if arguments.vararg or arguments.kwarg or arguments.kwonlyargs or arguments.defaults or arguments.posonlyargs:
            raise self.refusal(
                definition, "a kernel takes plain parameters; write them without *, ** and default values"
            )
        for argument, kind in zip(arguments.args, types, strict=True):
            self.check_name(definition, argument.arg, "a parameter")
            self.types[argument.arg] = kind
        self.parameters = list(self.types.items())
        self.check_name(definition, definition.name, "a kernel")

    def result(self) -> tree.Function:
        body = self.statements(self.definition.body, top=True)
        arrays = {name for name, kind in self.parameters if isinstance(kind, tree.Array)}
        stores = any(site.kind != "load" for site in self.sites)
        written = (arrays if stores else set()) if self.aliased else self.written & arrays
        source = self.source._replace(called=tuple(self.texts))
        return tree.Function(
            self.definition.name, self.parameters, body, self.returns, source, self.sites, self.shared, written,
            self.adding,
        )  # fmt: skip

    # What is refused.
    def refusal(self, node: Any, what: str) -> TranslationError:
        return TranslationError(f"{self.source.at(node.lineno % APART)}\n{what}")

    def check_name(self, node: Any, name: str, what: str) -> None:
        if name in RESERVED or (name.startswith("__") and not name.isascii()):
            raise self.refusal(node, f"{what} is called {name}, which C++ keeps for itself; give it another name")
        if not name.isascii():
            raise self.refusal(node, f"{what} is called {name}; C++ wants plain letters, such as those of `lam`")

    def check_dtype(self, node: Any, dtype: np.dtype) -> None:
        if str(dtype) not in DTYPES:
            raise self.refusal(node, f"{dtype} is no dtype of a kernel; it has {', '.join(DTYPES)}")

    # Statements.
    def statements(self, nodes: list[ast.stmt], top: bool = False) -> list[Any]:
        out: list[Any] = []
        for node in nodes:
            self.top = top
            made = self.statement(node, top)
            out += made if isinstance(made, list) else [made] if made is not None else []
        return out

    def statement(self, node: Any, top: bool) -> Any:
        visit = getattr(self, f"do_{type(node).__name__}", None)
        if visit is None:
            raise self.refusal(node, REFUSED.get(type(node), f"a kernel has no {type(node).__name__.lower()}"))
        return visit(node, top)

    def do_Pass(self, node: ast.Pass, top: bool) -> Any:
        return None

    def do_Expr(self, node: ast.Expr, top: bool) -> Any:
        value = self.expression(node.value)
        if isinstance(value, (tree.Barrier, tree.Assign)):
            return value
        if isinstance(value, tree.Atomic):
            value.used = False
        return None if self.is_constant(value) else tree.Evaluate(node.lineno, value)

    def do_Assert(self, node: ast.Assert, top: bool) -> Any:
        value = self.expression(node.test)
        if not self.is_constant(value) or not value.value:
            raise self.refusal(node, "a kernel can only assert what is known before it runs, and true; write an if")
        return None

    def do_Return(self, node: ast.Return, top: bool) -> Any:
        value = self.expression(node.value) if node.value else Constant(None)
        if self.is_constant(value) and value.value is None:
            return tree.Leave(node.lineno, "return")
        if not self.device:
            raise self.refusal(node, "a kernel returns nothing; write into an array that it is given")
        value = self.data(node, value)
        if self.returns is not None and not self._alike(self.returns, value.dtype):
            raise self.refusal(node, f"{self.definition.name} returns {self.returns} elsewhere and {value.dtype} here")
        self.returns = value.dtype
        return tree.Leave(node.lineno, "return", value)

    def do_Break(self, node: ast.Break, top: bool) -> Any:
        return tree.Leave(node.lineno, "break")

    def do_Continue(self, node: ast.Continue, top: bool) -> Any:
        return tree.Leave(node.lineno, "continue")

    def do_If(self, node: ast.If, top: bool) -> Any:
        test = self.expression(node.test)
        if self.is_constant(test):
            return self.statements(node.body if test.value else node.orelse, top)
        self._scalar(node, test, "a condition")
        return tree.If(node.lineno, test, self.statements(node.body), self.statements(node.orelse))

    def do_While(self, node: ast.While, top: bool) -> Any:
        if node.orelse:
            raise self.refusal(node, "a loop in a kernel has no else; write it after the loop")
        test = self.data(node, self.expression(node.test))
        self._scalar(node, test, "a condition")
        return tree.While(node.lineno, test, self.statements(node.body))

    def do_For(self, node: ast.For, top: bool) -> Any:
        if node.orelse:
            raise self.refusal(node, "a loop in a kernel has no else; write it after the loop")
        if not isinstance(node.target, ast.Name):
            raise self.refusal(node, "a loop in a kernel has one variable; write for i in range(n)")
        name, over = node.target.id, self.expression(node.iter)
        if not isinstance(over, vocabulary.Range):
            raise self.refusal(node, "a loop in a kernel goes over numbers; write for i in range(n)")
        dtype = over.bounds[1].dtype
        known = self.lookup(name)
        if self.is_constant(known):
            raise self.refusal(
                node, f"{name} is {known.value!r}, known from outside of the kernel; call the variable otherwise"
            )
        if known is not None and known.dtype != dtype:
            raise self.refusal(node, self._two_types(name, known.dtype, dtype, "the loop counts in"))
        self.check_name(node, name, "a variable")
        self.types.setdefault(name, dtype)
        target = tree.Name(node.lineno, dtype, dtype, name)
        return tree.For(node.lineno, target, over.bounds, self.statements(node.body), over.unrolled)

    def do_Assign(self, node: ast.Assign, top: bool) -> Any:
        if len(node.targets) != 1:
            names = [ast.unparse(target) for target in node.targets]
            raise self.refusal(node, f"give one name a value at a time: {names[0]} = ..., then {names[1]} = ...")
        target, value = node.targets[0], self.expression(node.value)
        if isinstance(value, vocabulary.Range):
            raise self.refusal(node, "a range stands in a loop; write for i in range(n)")
        if isinstance(value, (tree.Barrier, tree.Assign)):
            raise self.refusal(node, "this gives nothing back; write it on a line of its own")
        if self.is_constant(value) and isinstance(target, ast.Name) and not isinstance(value.value, (Number, np.bool_)):
            if not top:
                raise self.refusal(
                    node, f"{target.id} is given what is no number, which must stand outside of loops and ifs"
                )
            if target.id in self.types:
                raise self.refusal(node, f"{target.id} is {self.types[target.id]} elsewhere, and {value.value!r} here")
            self.constants[target.id] = value
            return None
        return tree.Assign(node.lineno, *self._assign(node, target, self.data(node, value)))

    def _assign(self, node: Any, target: Any, value: tree.Node) -> tuple[Any, tree.Node]:
        if isinstance(target, ast.Name):
            name = target.id
            if isinstance(value, tree.Shared) and not value.name:
                value.name = name
            known = self.lookup(name)
            if known is None:
                self.check_name(node, name, "a variable")
                if value.dtype is None:
                    raise self.refusal(node, f"{ast.unparse(node.value)} gives nothing back")
                if isinstance(value.dtype, tree.Tuple) and not value.dtype.exact:
                    raise self.refusal(node, "a shape is no tuple of its own in C++; take x.shape[0] and x.shape[1]")
                self.types[name] = value.dtype
            elif self.is_constant(known):
                raise self.refusal(
                    node, f"{name} is {known.value!r}, known from outside of the kernel; call it otherwise"
                )
            kind = self.types[name]
            self.aliased |= isinstance(kind, (tree.Array, tree.Tuple)) and not isinstance(value, tree.Shared)
            return tree.Name(node.lineno, kind, kind, name), self.assigned(node, value, kind, f"{name} is")
        if isinstance(target, ast.Subscript):
            place = self.expression(target)
            if not isinstance(place, tree.Element):
                raise self.refusal(node, f"{ast.unparse(target)} cannot be written: {self._part(place)}")
            value = self.assigned(node, value, place.dtype, f"{place.text} is")
            place.store = self.site(node, place.text, "store")
            self.written.add(place.text)
            return place, value
        if isinstance(target, ast.Tuple):
            if not isinstance(value.dtype, tree.Tuple):
                raise self.refusal(node, f"{ast.unparse(node.value)} has no parts to give to {ast.unparse(target)}")
            if not value.dtype.exact:
                raise self.refusal(
                    node, "a shape with two axes cannot be unpacked by CuPy's compiler; write x.shape[0] and x.shape[1]"
                )
            if len(target.elts) != len(value.dtype.parts):
                raise self.refusal(
                    node, f"there are {len(value.dtype.parts)} values for {len(target.elts)} names; write as many"
                )
            targets = []
            for number, (each, kind) in enumerate(zip(target.elts, value.dtype.parts, strict=True)):
                part: tree.Node = tree.Part(node.lineno, kind, kind, value, number)
                if isinstance(value, tree.Pack) and isinstance(value.parts[number], tree.Shared):
                    part = value.parts[number]
                targets.append(self._assign(node, each, part))
            return targets, value
        raise self.refusal(node, f"{ast.unparse(target)} cannot be given a value in a kernel")

    def do_AugAssign(self, node: ast.AugAssign, top: bool) -> Any:
        value = self.expression(node.value)
        target: Any
        if isinstance(node.target, ast.Name):
            known = self.lookup(node.target.id)
            if known is None or self.is_constant(known):
                why = f"is {known.value!r}, known from outside" if known else "has no value yet"
                raise self.refusal(node, f"{node.target.id} {why}; give it one first: {node.target.id} = np.float32(0)")
            target, dtype, text = known, known.dtype, node.target.id
        else:
            target = self.expression(node.target)
            if not isinstance(target, tree.Element):
                raise self.refusal(node, f"{ast.unparse(node.target)} cannot be written: {self._part(target)}")
            dtype, text = target.dtype, target.text
        if not isinstance(dtype, np.dtype):
            raise self.refusal(node, f"{text} is no number, so nothing can be added to it or the like")
        old = tree.Name(node.lineno, dtype, dtype, "_old")
        result = self.ufunc(node, self._operator(node, node.op), [old, value], ast.unparse(node.target))
        made = self._fits(node, result, dtype, f"{text} is", ast.unparse(node.value))
        if isinstance(target, tree.Element):
            target.store = self.site(node, target.text, "store")
            self.written.add(target.text)
            if isinstance(node.op, (ast.Add, ast.Sub)):
                self.adding.add(node.lineno)
        return tree.Update(node.lineno, target, made)

    # Expressions.
    def expression(self, node: Any) -> Any:
        visit = getattr(self, f"of_{type(node).__name__}", None)
        if visit is None:
            raise self.refusal(node, REFUSED.get(type(node), f"a kernel has no {type(node).__name__.lower()}"))
        return visit(node)

    def is_constant(self, value: Any) -> bool:
        return isinstance(value, Constant)

    def constant(self, value: Any) -> Constant:
        return Constant(value)

    def lookup(self, name: str) -> Any:
        """What a name is: a `Constant`, a `Name`, or None."""
        if name in self.types:
            kind = self.types[name]
            return tree.Name(0, kind, kind, name)
        if name in self.constants:
            return self.constants[name]
        if name in self.around and name not in self.definition_locals:
            return Constant(self.around[name])
        return None

    @property
    def definition_locals(self) -> tuple[str, ...]:
        return self.function.__code__.co_varnames

    def of_Constant(self, node: ast.Constant) -> Any:
        return Constant(node.value)

    def of_Name(self, node: ast.Name) -> Any:
        found = self.lookup(node.id)
        if found is None:
            builtins = self.around.get("__builtins__", {})
            builtins = builtins if isinstance(builtins, dict) else vars(builtins)
            if node.id in builtins and node.id not in self.definition_locals:
                return Constant(builtins[node.id])
            raise self.refusal(node, f"{node.id} has no value here; give it one before, in every case")
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
        with_builtin = self._hashable(function) and function in vocabulary.BUILTINS
        if with_builtin:
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
        if text in vocabulary.INSTEAD:
            return self.refusal(node, f"a kernel has no {text}; write {vocabulary.INSTEAD[text]}")
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
            self.devices[key] = Translator(called.function, types, True, self).result()
        function = self.devices[key]
        if function is None:
            raise self.refusal(node, f"{called.name} calls itself, which a kernel cannot; write a loop")
        return tree.Call(node.lineno, function.returns, function.returns, function, operands)

    def of_Tuple(self, node: ast.Tuple) -> Any:
        parts = [self.expression(each) for each in node.elts]
        if all(map(self.is_constant, parts)):
            return Constant(tuple(each.value for each in parts))
        return self.pack(node, [self.data(node, each) for each in parts])

    def pack(self, node: Any, parts: list[tree.Node]) -> tree.Pack:
        return tree.Pack(
            node.lineno,
            tree.Tuple(tuple(each.dtype for each in parts)),
            tree.Tuple(tuple(each.dtype for each in parts)),
            parts,
        )

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
        return self.number(node, self._constant_as(node, value, wanted))

    # Types.
    def data(self, node: Any, value: Any) -> Any:
        """A value as C++ has it, constants written out."""
        if isinstance(value, vocabulary.Range):
            raise self.refusal(node, "a range stands in a loop; write for i in range(n)")
        if isinstance(value, (tree.Barrier, tree.Assign)):
            raise self.refusal(node, "this gives nothing back; write it on a line of its own")
        if not self.is_constant(value):
            return value
        held = value.value
        if isinstance(held, tuple):
            return self.pack(node, [self.data(node, Constant(each)) for each in held])
        if isinstance(held, Asked):
            raise self.refusal(node, f"cuda.{held.name} is a function; call it")
        if isinstance(held, Indices):
            raise self.refusal(node, f"cuda.{held.name} has three parts; write cuda.{held.name}.x")
        if isinstance(held, np.generic):
            dtype = held.dtype
        elif isinstance(held, bool):
            dtype = BOOL
        elif isinstance(held, int):
            dtype = INT if -(2**31) <= held < 2**31 else LONG
            if not -(2**63) <= held < 2**63:
                raise self.refusal(node, f"{held} has more than 64 bits")
        elif isinstance(held, float):
            dtype = FLOAT
            if math.isfinite(held) and abs(held) > float(np.finfo(FLOAT).max):
                raise self.refusal(
                    node, f"{held!r} is beyond float32, which a number written out is; write np.float64({held!r})"
                )
        else:
            raise self.refusal(node, f"{held!r} is no number; a kernel knows numbers and arrays")
        self.check_dtype(node, dtype)
        with np.errstate(all="ignore"):
            return tree.Literal(node.lineno, dtype, dtype, np.array([held], dtype))

    def number(self, node: Any, value: Any) -> Any:
        value = self.data(node, value)
        self._scalar(node, value, "this")
        return value

    def _scalar(self, node: Any, value: Any, what: str) -> None:
        if not self.is_constant(value) and not isinstance(value.dtype, np.dtype):
            text = ast.unparse(node)
            kind = "nothing" if value.dtype is None else f"{value.dtype}"
            raise self.refusal(node, f"{what} is {kind} where one number is wanted: {text}")

    def _truth(self, node: Any, value: tree.Node) -> tree.Node:
        return self.convert(node, value, BOOL)

    def convert(self, node: Any, value: tree.Node, dtype: np.dtype) -> tree.Node:
        return value if value.dtype == dtype else tree.Convert(node.lineno, dtype, dtype, value)

    def _constant_as(self, node: Any, value: Constant, dtype: np.dtype) -> Constant:
        try:
            with np.errstate(all="ignore"):
                return Constant(dtype.type(value.value))
        except (OverflowError, ValueError, TypeError) as error:
            raise self.refusal(node, f"{value.value!r} does not fit {dtype}: {error}") from None

    def ufunc(self, node: Any, name: str, operands: list[Any], text: str) -> Any:
        """An operation by CuPy's table: operands are cast as it says, and C++ does the rest."""
        ufunc = UFUNCS[name]
        wanted = len(ufunc.signatures[0][0])
        if len(operands) != wanted:
            raise self.refusal(
                node, f"{text or name} takes {wanted} {'number' if wanted == 1 else 'numbers'}, not {len(operands)}"
            )
        given = [self.number(node, each) for each in operands]
        types = [each.dtype for each in given]
        found = ufunc.signature(types)
        if found is None:
            raise self._no_routine(node, name, types, text)
        ins, out = found
        cast = []
        for each, made, char in zip(operands, given, ins, strict=True):
            dtype = np.dtype(char)
            if self.is_constant(each) and made.dtype != dtype:
                made = self.number(node, self._constant_as(node, Constant(made.value[0]), dtype))
            elif made.dtype != dtype:
                if not np.can_cast(made.dtype, dtype, "same_kind"):
                    raise self.refusal(
                        node,
                        f"{ast.unparse(node)}: {made.dtype} beside {dtype}; write both as one type, with "
                        "np.int64(...) or its like",
                    )
                made = self.convert(node, made, dtype)
            cast.append(made)
        routine = ufunc.routine(ins, out, [each.actual for each in cast])
        if routine is None:
            actual = " and ".join(str(each.actual) for each in cast)
            raise self.refusal(node, f"{ast.unparse(node)}: C++ has {actual} here; give one of them a name first")
        dtype, known = np.dtype(out), self.is_constant(operands[-1])
        if dtype.kind == "f" and name in ("add", "subtract"):
            for each in cast[::-1]:  # one product goes into the instruction of the sum
                if isinstance(each, tree.Compute) and each.name == "multiply" and each.dtype == dtype:
                    each.cost = cost("multiply", dtype, False, free=True)
                    break
        known = known and isinstance(cast[-1].value[0], np.integer) and int(cast[-1].value[0]).bit_count() == 1
        return tree.Compute(
            node.lineno, dtype, routine.result, name, routine, cast, [self._may_be_subnormal(each) for each in cast],
            cost(name, dtype, bool(known), free=False),
        )  # fmt: skip

    def _may_be_subnormal(self, value: tree.Node) -> bool:
        """Whether it may be a float32 that no operation has flushed."""
        if value.actual != FLOAT or isinstance(value, (tree.Compute, tree.Convert)):
            return False
        return not isinstance(value, tree.Literal) or bool((flushed(value.value) != value.value).any())

    def _no_routine(self, node: Any, name: str, types: list[np.dtype], text: str) -> TranslationError:
        both = " and ".join(map(str, types))
        shown = text or {"subtract": "a difference", "negative": "a sign", "power": "**"}.get(name, name)
        mend = "write int(...) around it" if types[0] == BOOL else "convert with np.int32(...) or np.float32(...)"
        if name == "sign":
            mend = "write 1.0 if x > 0 else -1.0, or cuda.copysign(1.0, x)"
        return self.refusal(node, f"there is no {shown} of {both}; {mend}")

    def assigned(self, node: Any, value: Any, dtype: Any, what: str) -> tree.Node:
        """A value as what is to hold it has it. Raises where CuPy will not cast it."""
        value = self.data(node, value)
        if isinstance(dtype, np.dtype) and isinstance(value.dtype, np.dtype):
            return self._fits(node, value, dtype, what, ast.unparse(getattr(node, "value", node)))
        if not self._alike(value.dtype, dtype):
            raise self.refusal(node, f"{what} {dtype} here, and {value.dtype} there")
        return value

    def _alike(self, one: Any, other: Any) -> bool:
        return type(one) is type(other) and one == other

    def _fits(self, node: Any, value: tree.Node, dtype: np.dtype, what: str, text: str) -> tree.Node:
        if not np.can_cast(value.dtype, dtype, "same_kind"):
            name = what.removesuffix(" is")
            if "[" in name or isinstance(getattr(node, "targets", [getattr(node, "target", None)])[0], ast.Subscript):
                raise self.refusal(node, f"{name} is {dtype}, and {text} is {value.dtype}; write np.{dtype}(...)"
                            + (" to cut off what is behind the point" if value.dtype.kind == "f" else ""))  # fmt: skip
            raise self.refusal(node, self._two_types(name, dtype, value.dtype, "is"))
        return value

    def _two_types(self, name: str, here: Any, there: Any, verb: str) -> str:
        begin = f"; begin with np.{there}(0)" if isinstance(there, np.dtype) else "; give one of them another name"
        return f"`{name}` is {here} before, and {there} here{begin}, or give what is here another name"


class Asked:
    """A function of `cuda`."""

    def __init__(self, name: str):
        self.name = name


class Indices:
    """``cuda.threadIdx`` and its like."""

    def __init__(self, name: str):
        self.name = name
