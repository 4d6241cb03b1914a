"""From a kernel's text to a typed tree, by the rules of CuPy's compiler: what it refuses is refused here, in words.

CuPy turns Python into CUDA C++. A name has one type, that of the first value it is given. What is known before the
kernel runs is a *constant*: the names from outside of it, and what is computed from these alone. Whole numbers are
int32, floats float32, unless they say otherwise, as np.float64(0) does.
"""

import ast
import textwrap
from collections.abc import Callable, Sequence
from numbers import Number
from typing import Any

import numpy as np

from minitensor.gpu import tree, vocabulary
from minitensor.gpu.expressions import Expressions
from minitensor.gpu.fitting import Constant
from minitensor.gpu.refused import FUNCTIONS, REFUSED
from minitensor.gpu.source import APART, Site, Source, names_seen_by, source_of


def translate(function: Callable[..., Any], types: Sequence[Any], device: bool = False) -> tree.Function:
    """The typed tree of a kernel.

    types : for each parameter a dtype, or a `tree.Array`
    Raises TranslationError where CuPy's compiler, or NVRTC after it, would refuse the kernel.
    """
    return Translator(function, types, device).result()


class Translator(Expressions):
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
        self.given: list[tuple[str, tree.Node]] = []  # what each variable is given
        self.computed: list[tree.Compute] = []
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
        if not device and (definition.name in FUNCTIONS or definition.name.removesuffix("f") in FUNCTIONS):
            raise self.refusal(definition, f"a kernel is called {definition.name}, as CUDA's own; give it another name")

    def result(self) -> tree.Function:
        body = self.statements(self.definition.body, top=True)
        self.settle_flushing(self.parameters)
        arrays = {name for name, kind in self.parameters if isinstance(kind, tree.Array)}
        stores = any(site.kind != "load" for site in self.sites)
        written = (arrays if stores else set()) if self.aliased else self.written & arrays
        source = self.source._replace(called=tuple(self.texts))
        return tree.Function(
            self.definition.name, self.parameters, body, self.returns, source, self.sites, self.shared, written,
            self.adding,
        )  # fmt: skip

    def translated(self, function: Callable[..., Any], types: list[Any]) -> tree.Function:
        return Translator(function, types, True, self).result()

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
            raise self.refusal(node, self._two_types(name, known.dtype, dtype))
        self.check_name(node, name, "a variable")
        self.types.setdefault(name, dtype)
        target = tree.Name(node.lineno, dtype, dtype, name)
        return tree.For(node.lineno, target, over.bounds, self.statements(node.body), over.unrolled, over.up)

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
                    node, f"{name} is a name outside of the kernel too, which CuPy takes it for; give it another name"
                )
            kind = self.types[name]
            self.aliased |= isinstance(kind, (tree.Array, tree.Tuple)) and not isinstance(value, tree.Shared)
            value = self.assigned(node, value, kind, f"{name} is")
            self.given.append((name, value))
            return tree.Name(node.lineno, kind, kind, name), value
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
        is_element = isinstance(target, tree.Element)
        old = tree.Name(node.lineno, dtype, dtype, "_old") if is_element else target
        given = [old, self.data(node, value)]  # unlike in x + 0.1, a number written out has its own type here
        result = self.ufunc(node, self._operator(node, node.op), given, ast.unparse(node.target))
        whole = ast.unparse(ast.BinOp(node.target, node.op, node.value))
        made = self._fits(node, result, dtype, f"{text} is", whole)
        if not is_element:
            self.given.append((text, made))
            return tree.Assign(node.lineno, target, made)
        target.store = self.site(node, target.text, "store")
        self.written.add(target.text)
        if isinstance(node.op, (ast.Add, ast.Sub)):
            self.adding.add(node.lineno)
        return tree.Update(node.lineno, target, made)
