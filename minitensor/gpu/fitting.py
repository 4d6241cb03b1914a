"""Which type each value of a kernel has, and what CuPy casts to what."""

import ast
import math
from typing import Any

import numpy as np

from minitensor.errors import TranslationError
from minitensor.gpu import tree, vocabulary
from minitensor.gpu.arithmetic import BOOL, FLOAT, INT, LONG, flushed
from minitensor.gpu.costs import cost
from minitensor.gpu.facts import Facts, told
from minitensor.gpu.refused import RESERVED
from minitensor.gpu.source import APART, Site, Source
from minitensor.gpu.ufuncs import UFUNCS
from minitensor.gpu.where import At

DTYPES = ("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64")


class Constant:
    """What is known before the kernel runs."""

    def __init__(self, value: Any):
        self.value = value


class Asked:
    """A function of `cuda`."""

    def __init__(self, name: str):
        self.name = name


class Indices:
    """``cuda.threadIdx`` and its like."""

    def __init__(self, name: str):
        self.name = name


class Types:
    """The rules of types. `Translator` says what the fields are."""

    source: Source
    sites: list[Site]
    given: list[tuple[str, tree.Node]]
    computed: list[tree.Compute]
    raw: set[str]

    def refusal(self, node: Any, what: str) -> TranslationError:
        at = At(self.source, node.lineno % APART)
        return told(TranslationError(f"{at}\n{what}"), Facts("refused", at, detail=what))

    def check_name(self, node: Any, name: str, what: str) -> None:
        if name in RESERVED or name.startswith("__"):
            raise self.refusal(node, f"{what} is called {name}, which C++ keeps for itself; give it another name")
        if not name.isascii():
            raise self.refusal(node, f"{what} is called {name}; C++ wants plain letters, such as those of `lam`")

    def check_dtype(self, node: Any, dtype: np.dtype) -> None:
        if str(dtype) not in DTYPES:
            raise self.refusal(node, f"{dtype} is no dtype of a kernel; it has {', '.join(DTYPES)}")

    def is_constant(self, value: Any) -> bool:
        return isinstance(value, Constant)

    def constant(self, value: Any) -> Constant:
        return Constant(value)

    def pack(self, node: Any, parts: list[tree.Node]) -> tree.Pack:
        return tree.Pack(
            node.lineno,
            tree.Tuple(tuple(each.dtype for each in parts)),
            tree.Tuple(tuple(each.dtype for each in parts)),
            parts,
        )

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
            mend = "; give an index for each axis that is left" if isinstance(value.dtype, tree.Array) else ""
            raise self.refusal(node, f"{what} is {kind} where one number is wanted: {text}{mend}")

    def _truth(self, node: Any, value: tree.Node) -> tree.Node:
        return self.convert(node, value, BOOL)

    def convert(self, node: Any, value: tree.Node, dtype: np.dtype) -> tree.Node:
        return value if value.dtype == dtype else tree.Convert(node.lineno, dtype, dtype, value)

    def constant_as(self, node: Any, value: Constant, dtype: np.dtype) -> Constant:
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
                made = self.number(node, self.constant_as(node, each, dtype))
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
        made = tree.Compute(
            node.lineno, dtype, routine.result, name, routine, cast, [], cost(name, dtype, bool(known), free=False)
        )
        self.computed.append(made)
        return made

    def settle_flushing(self, parameters: list[tuple[str, Any]]) -> None:
        """For each operand of each operation: whether it may be subnormal, a float32 that no operation has flushed.

        A variable may be if it is a parameter, or is given anything that may be, such as an element of an array.
        """
        self.raw = {name for name, _ in parameters}
        before = -1
        while before != len(self.raw):
            before = len(self.raw)
            self.raw |= {name for name, value in self.given if self._may_be_subnormal(value)}
        for each in self.computed:
            copies = each.name == "copysign"  # which moves bits, and flushes nothing
            each.flush = [not copies and self._may_be_subnormal(operand) for operand in each.operands]

    def _may_be_subnormal(self, value: tree.Node) -> bool:
        if value.actual != FLOAT or isinstance(value, tree.Convert):
            return False
        if isinstance(value, tree.Compute):
            return value.name == "copysign"
        if isinstance(value, tree.Literal):
            return bool((flushed(value.value) != value.value).any())
        if isinstance(value, tree.Choose):
            return self._may_be_subnormal(value.yes) or self._may_be_subnormal(value.no)
        return not isinstance(value, tree.Name) or value.name in self.raw or value.name == "_old"

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
        pointers = all(isinstance(each, tree.Array) and each.pointer for each in (dtype, value.dtype))
        if pointers and dtype != value.dtype:
            raise self.refusal(
                node,
                f"{what} one piece of shared memory, and this is another, which CuPy takes for another type; give "
                "both one piece, and choose by an index: tile[which * 64 + i]",
            )
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
            raise self.refusal(node, self._two_types(name, dtype, value.dtype))
        return value

    def _two_types(self, name: str, here: Any, there: Any) -> str:
        begin = f"; begin with np.{there}(0)" if isinstance(there, np.dtype) else "; give one of them another name"
        return f"`{name}` is {here} before, and {there} here{begin}, or give what is here another name"
