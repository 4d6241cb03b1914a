"""How the operations of a Tensor are made: the fast path.

On eight numbers most of an operation's time goes into reaching the arithmetic. So every operation asks its operands
one question, ``type(x) is Tensor``, and lets the backend run. Numbers beside a Tensor are let through; other arrays,
subclasses and mistakes, and whatever the backend refused, go through the slow door, `door.py`. The result is wrapped in
two lines that are written out in each operation, and not called as a function.
"""

import operator
from collections.abc import Callable
from functools import partial, wraps
from types import EllipsisType
from typing import TYPE_CHECKING, Any, SupportsIndex, TypeAlias, TypeVar, Union

import numpy as np

from minitensor import backend, ops
from minitensor.backend.warned import warn
from minitensor.core import door, indexing, words
from minitensor.errors import DTypeError

if TYPE_CHECKING:
    from minitensor.core.tensor import Tensor
else:
    Tensor = None  # the class, once `tensor.py` has made it

Operand: TypeAlias = Union["Tensor", complex, np.generic, np.ndarray]  # what may stand beside a Tensor
Key: TypeAlias = Union["Tensor", SupportsIndex, slice, EllipsisType, np.ndarray, list[Any], tuple[Any, ...], None]
Value: TypeAlias = Union["Tensor", complex, np.generic, np.ndarray, list[Any], tuple[Any, ...]]  # what may be written
DType: TypeAlias = str | type | np.dtype
Operator = Callable[["Tensor", Operand], "Tensor"]
Method = TypeVar("Method", bound=Callable[..., "Tensor"])

_writable, _setitem = ops.primitive(indexing.refuse_expanded), ops.primitive(indexing.setitem)


def comparison(python: str, name: str, symbol: str, compute: Any = None) -> Operator:
    """``a symbol b``. python : its method's name without the underscores; name : the standard's, for a subclass"""
    compute = compute or getattr(operator, f"__{python}__")

    def operation(self: Any, other: Any) -> Any:
        kind = type(other)
        try:
            if type(self) is Tensor is kind:
                a, b = self.array, other.array
            elif type(self) is Tensor and kind in door.NUMBERS:
                a, b = self.array, other
            else:
                a, b = door.operands(self, other)
            result = compute(a, b)
        except Exception as error:
            return door.explain_operator(name, symbol, operation, self, other, error)
        if type(result) is not type(a):
            result = backend.as_array(result)
        out = Tensor()
        out.array = result
        return out

    return called(f"__{python}__", operation, f"``a {symbol} b``.")


def operators(python: str, name: str, symbol: str, compute: Any = None) -> tuple[Operator, Operator, Operator]:
    """``a symbol b``; ``b symbol a``, where b is not a Tensor; and ``a symbol= b``, written over a."""
    compute, write = compute or getattr(operator, f"__{python}__"), getattr(operator, f"__i{python}__")
    forward = comparison(python, name, symbol, compute)

    def reflected(self: Any, other: Any) -> Any:
        return forward(other, self)

    def in_place(self: Any, other: Any) -> Any:
        try:
            kind = type(other)
            if type(self) is Tensor is kind:
                a, b = self.array, other.array
                alike = a.dtype is b.dtype
            else:
                a, b = (
                    (self.array, other) if type(self) is Tensor and kind in door.NUMBERS else door.operands(self, other)
                )
                alike = not hasattr(b, "dtype")
            _writable(a)
            if alike and not (python == "pow" and _is_integer(a)):
                self.array = write(a, b)
            else:
                _write_fitted(a, compute(a, b))
        except RuntimeWarning as warning:
            if not alike or str(warning).endswith("in cast"):  # before anything was written
                return door.explain_operator(name, f"{symbol}=", in_place, self, other, warning)
            warn(str(warning), RuntimeWarning)
        except Exception as error:
            return door.explain_operator(f"i{python}", f"{symbol}=", in_place, self, other, error)
        return self

    return (
        forward,
        called(f"__r{python}__", reflected, f"``b {symbol} a``."),
        called(f"__i{python}__", in_place, f"``a {symbol}= b``, written over a."),
    )


def _write_fitted(array: Any, result: Any) -> None:
    """Write a result over `array` that may have another dtype, or be half made when an error comes."""
    if tuple(result.shape) != tuple(array.shape):
        raise ValueError  # which the door explains: what is smaller could be written, and would be repeated
    _setitem(array, ..., backend.as_array(result))


def _is_integer(array: Any) -> bool:
    return backend.of(array).numpy_dtype(array).kind in "iu"


def unary(careful: Callable[[Any], Any], floats: bool = False) -> Callable[[Method], Method]:
    """A method of one tensor alone, and the function of the same name; the stub gives the types and the docstring.

    floats : whether the result is always one of floats, for which NumPy would take float16 where integers are small
    """
    table = ops.Table(careful.__name__, careful)

    def operation(self: Any) -> Any:
        if type(self) is not Tensor:
            return door.enter(table.name, operation, (self,))
        array = self.array
        try:
            result = table[type(array)](array)
            if floats and result.dtype is not array.dtype:
                result = None
        except Exception:
            result = None
        if type(result) is not type(array):
            result = rescued(result, careful, array)
        out = Tensor()
        out.array = result
        return out

    return partial(_as_stub, operation)


def reduction(careful: Callable[..., Any]) -> Callable[[Method], Method]:
    """The same with the two arguments of a reduction by name, so that no `*args` have to be packed; others are rare."""
    table = ops.Table(careful.__name__, careful)
    known = [name for name in _arguments(careful) if name != "correction"]  # which only `var` and `std` take

    def operation(self: Any, axis: Any = None, keepdims: bool = False, **others: Any) -> Any:
        if others and (error := words.no_argument(table.name, others, known)):
            raise error
        if type(self) is not Tensor:
            return door.enter(table.name, operation, (self, axis, keepdims), others)
        array = self.array
        try:
            plain = keepdims is False or keepdims is True  # `sum(0, 1)` is a slip for an axis=(0, 1)
            result = table[type(array)](array, axis, keepdims) if plain and not others else None
        except Exception:
            result = None
        if type(result) is not type(array):
            result = rescued(result, careful, array, axis, keepdims, **others)
        out = Tensor()
        out.array = result
        return out

    return partial(_as_stub, operation)


def method(careful: Callable[..., Any]) -> Callable[[Method], Method]:
    """The same with any arguments."""
    table = ops.Table(careful.__name__, careful)

    def operation(self: Any, *args: Any, **options: Any) -> Any:
        if type(self) is not Tensor:
            return door.enter(table.name, operation, (self, *args), options)
        array = self.array
        try:
            quick = table[type(array)]
            result = quick(array, *args, **options) if options else quick(array, *args)
        except Exception:
            result = None
        if type(result) is not type(array):
            result = rescued(result, careful, array, *args, **options)
        out = Tensor()
        out.array = result
        return out

    return partial(_as_stub, operation)


def rescued(result: Any, careful: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """The careful function's result where the shortcut failed; an array where NumPy made a scalar of its own."""
    if result is None:
        try:
            result = ops.explained(careful.__name__, careful, *args, **options)
        except DTypeError:
            if error := words.no_argument(careful.__name__, options, _arguments(careful)):
                raise error from None
            raise
    return backend.as_array(result)


def _arguments(careful: Callable[..., Any]) -> tuple[str, ...]:
    code = careful.__code__
    return code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]


def _as_stub(operation: Callable[..., Any], stub: Any) -> Any:
    return wraps(stub)(called(stub.__name__, operation, stub.__doc__ or ""))


def called(name: str, function: Any, words: str, qualname: str = "") -> Any:
    """`function` under its own name, in tracebacks too."""
    qualname = qualname or f"Tensor.{name}"
    function.__name__, function.__qualname__, function.__doc__ = name, qualname, words
    function.__code__ = function.__code__.replace(co_name=name, co_qualname=qualname)
    return function
