"""The operators of a Tensor, and how each is made.

On eight numbers most of an operator's time is spent on getting to the arithmetic, so each is one short function that
lets the backend run at once. Only when that fails is there a look at why.
"""

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from minitensor import backend, ops
from minitensor.core.failures import explain_operator, operand
from minitensor.errors import DTypeError

_numpy_array = np.ndarray


def wrap(array: Any) -> Any:
    """A Tensor round a raw array, unchecked and without a copy."""
    out = Tensor()
    out.array = array
    return out


def _binary(symbol: str, compute: Callable, reflected: bool = False) -> Callable[[Any, Any], Any]:
    """``a symbol b``; reflected where Python asks the Tensor on the right."""

    def method(self: Any, other: Any) -> Any:
        try:
            result = compute(self.array, other.array if type(other) is Tensor else operand(other, self.array))
        except Exception as error:
            left, right = (other, self) if reflected else (self, other)
            return explain_operator(symbol, left, right, error)
        if type(result) is not _numpy_array:
            result = backend.as_array(result)
        out = Tensor()
        out.array = result
        return out

    method.__doc__ = f"``b {symbol} a``." if reflected else f"``a {symbol} b``."
    return method


def _reflected(symbol: str, compute: Callable) -> Callable[[Any, Any], Any]:
    return _binary(symbol, lambda array, other: compute(other, array), reflected=True)


def _in_place(symbol: str, compute: Callable) -> Callable[[Any, Any], Any]:
    """``a symbol= b``: the result is written over a, so it keeps a's shape and dtype."""

    def method(self: Any, other: Any) -> Any:
        try:
            if type(self.array) is not _numpy_array:  # NumPy refuses by itself
                ops.refuse_expanded(self.array)
            self.array = compute(self.array, other.array if type(other) is Tensor else operand(other, self.array))
        except Exception as error:
            return explain_operator(symbol, self, other, error)
        return self

    method.__doc__ = f"``a {symbol} b``, written over a."
    return method


def _unary(name: str, compute: Callable, summary: str) -> Callable[[Any], Any]:
    def method(self: Any) -> Any:
        try:
            return wrap(backend.as_array(compute(self.array)))
        except TypeError as error:
            raise DTypeError(f"{name} is not defined for {self.dtype}: {error}; cast with .astype(...)") from None

    method.__name__, method.__doc__ = name, summary
    return method


def _elementwise(name: str, summary: str) -> Callable[[Any], Any]:
    return _unary(name, lambda array: getattr(backend.of(array).xp, name)(array), summary)


class Operators:
    """What `Tensor`, its one subclass, does between ``a`` and ``b``.

    It has no ``__init__``: a class without one is made in two thirds of the time, on every operation.
    """

    __slots__ = ("array",)
    __array_ufunc__ = None  # NumPy arrays step back, so that `numpy_array + tensor` is a Tensor
    __hash__ = None  # type: ignore[assignment]  # == compares the elements, so a Tensor cannot be a key
    array: Any

    def __init_subclass__(cls) -> None:
        global Tensor
        Tensor = cls

    __add__, __radd__, __iadd__ = (
        _binary("+", operator.add), _reflected("+", operator.add), _in_place("+=", operator.iadd)
    )  # fmt: skip
    __sub__, __rsub__, __isub__ = (
        _binary("-", operator.sub), _reflected("-", operator.sub), _in_place("-=", operator.isub)
    )  # fmt: skip
    __mul__, __rmul__, __imul__ = (
        _binary("*", operator.mul), _reflected("*", operator.mul), _in_place("*=", operator.imul)
    )  # fmt: skip
    __truediv__, __rtruediv__, __itruediv__ = (
        _binary("/", operator.truediv), _reflected("/", operator.truediv), _in_place("/=", operator.itruediv)
    )  # fmt: skip
    __floordiv__, __rfloordiv__, __ifloordiv__ = (
        _binary("//", operator.floordiv), _reflected("//", operator.floordiv), _in_place("//=", operator.ifloordiv)
    )  # fmt: skip
    __mod__, __rmod__, __imod__ = (
        _binary("%", operator.mod), _reflected("%", operator.mod), _in_place("%=", operator.imod)
    )  # fmt: skip
    __pow__, __rpow__, __ipow__ = (
        _binary("**", operator.pow), _reflected("**", operator.pow), _in_place("**=", operator.ipow)
    )  # fmt: skip
    __matmul__, __rmatmul__ = _binary("@", backend.matmul), _reflected("@", backend.matmul)
    __and__, __rand__, __iand__ = (
        _binary("&", operator.and_), _reflected("&", operator.and_), _in_place("&=", operator.iand)
    )  # fmt: skip
    __or__, __ror__, __ior__ = (
        _binary("|", operator.or_), _reflected("|", operator.or_), _in_place("|=", operator.ior)
    )  # fmt: skip
    __xor__, __rxor__, __ixor__ = (
        _binary("^", operator.xor), _reflected("^", operator.xor), _in_place("^=", operator.ixor)
    )  # fmt: skip
    __lshift__, __rlshift__, __ilshift__ = (
        _binary("<<", operator.lshift), _reflected("<<", operator.lshift), _in_place("<<=", operator.ilshift)
    )  # fmt: skip
    __rshift__, __rrshift__, __irshift__ = (
        _binary(">>", operator.rshift), _reflected(">>", operator.rshift), _in_place(">>=", operator.irshift)
    )  # fmt: skip
    __lt__, __le__ = _binary("<", operator.lt), _binary("<=", operator.le)
    __gt__, __ge__ = _binary(">", operator.gt), _binary(">=", operator.ge)
    __eq__ = _binary("==", operator.eq)
    __ne__ = _binary("!=", operator.ne)
    __neg__ = _unary("-", operator.neg, "Every element with the other sign.")
    __pos__ = _unary("+", operator.pos, "Every element as it is.")
    __invert__ = _unary("~", operator.invert, "Every truth value, or every bit, the other way round.")
    __abs__ = abs = _elementwise("abs", "The size of every element, without its sign; the modulus of a complex one.")
    exp = _elementwise("exp", "e to the power of every element.")
    log = _elementwise("log", "The natural logarithm of every element; NumPy warns where it is not positive.")
    sqrt = _elementwise("sqrt", "The square root of every element; NumPy warns where it is negative.")
    tanh = _elementwise("tanh", "The hyperbolic tangent of every element.")


Tensor: Any = Operators
