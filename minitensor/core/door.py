"""The slow door: where an operation goes if an operand is not a plain Tensor, or if the backend refused it.

`operands` and `enter` are the way in: numbers and raw arrays are let through, a subclass that wants to see operations
is asked, a mistake is named. `explain_operator` is the way out of an operator that failed. The fast path, which is in
`operations.py` and asks only ``type(x) is Tensor``, pays nothing for any of this.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from minitensor import backend
from minitensor.backend.warned import pointing
from minitensor.broadcasting import broadcast_shapes
from minitensor.core import intake, shaping
from minitensor.core.indexing import refuse_expanded
from minitensor.core.intake import class_name, not_a_tensor
from minitensor.errors import BroadcastError, DeviceError, DTypeError, InputError, MinitensorError, ShapeError

NUMBERS = {float, int, bool, complex}


class NotAnOperandError(TypeError):
    """The other side of an operator is not a Tensor, a number or an array of the same backend."""


class Overridden(Exception):
    """An operand belongs to a subclass that computes operations itself."""


# --- the way in ----------------------------------------------------------------------------------------------------


def overriding(values: Any) -> Any:
    """The first subclass of Tensor, among operands and lists of them, that defines `_operation`; None if none does."""
    try:
        for x in values:
            kind = type(x)
            if getattr(kind, "_operation", None):
                return kind
            if (kind is list or kind is tuple) and (found := overriding(x)):
                return found
    except RecursionError:  # a list in itself, which is refused later
        pass
    return None


def enter(name: str, function: Callable[..., Any], args: Sequence[Any], options: Any = None, need: int = 1) -> Any:
    """Compute ``function(*args, **options)`` where not every operand is a plain Tensor.

    A subclass that defines `_operation` is asked; others become plain Tensors. need : how many of the arguments must
    be Tensors, 0 if the first is a list of them; raises DTypeError where one is not.
    """
    options = options or {}
    needed = args[:need] if need else args[0]
    kind = overriding((*args, *options.values()))
    if kind:
        return kind._operation(name, function, tuple(args), options)
    if not needed:
        raise InputError(f"{name}: there must be at least one tensor")
    for number, x in enumerate(needed):
        if not hasattr(type(x), "_operation"):
            raise DTypeError(f"{name}: argument {number} is {not_a_tensor(x)}; write minitensor.tensor(...)")
    return function(*map(_plain, args), **{key: _plain(value) for key, value in options.items()})


def _plain(x: Any) -> Any:
    if isinstance(x, (list, tuple)) and any(hasattr(type(each), "_operation") for each in x):
        return type(x)(map(_plain, x))
    return x.plain() if hasattr(type(x), "_operation") else x


def operands(*values: Any) -> list[Any]:
    """The operands of an operator, raw: the arrays of Tensors, Python numbers, raw arrays of the same backend.

    Raises NotAnOperandError for all else, and Overridden where a subclass wants to be asked.
    """
    raw, array, others = [], None, False
    for x in values:
        kind = type(x)
        hook = getattr(kind, "_operation", kind)
        if hook is None:
            array = x = x.array
        elif hook is not kind:
            raise Overridden
        elif kind not in NUMBERS:
            others = True
        raw.append(x)
    return [operand(x, array) for x in raw] if others or array is None else raw


def operand(other: Any, array: Any) -> Any:
    """What stands beside `array` in an operator: a Python number as it is, a raw array of the same backend."""
    if type(other) in NUMBERS:
        return other
    if isinstance(other, type(array)):
        return intake.array("an operand", other)
    if isinstance(other, np.generic):  # numpy.float32(2) and its like are numbers with a dtype of their own
        return backend.of(array).from_numpy(intake.read("an operand", other))
    if isinstance(other, (int, float, complex)):
        return other
    raise NotAnOperandError


# --- the way out ---------------------------------------------------------------------------------------------------


def explain_operator(
    name: str, symbol: str, operation: Callable[..., Any], left: Any, right: Any, error: Exception
) -> Any:
    """Raise the error that says why ``left symbol right`` failed; return NotImplemented if the other side may know how.

    `left` and `right` are Tensors or whatever else stood there, in the order in which they were written.
    """
    if isinstance(error, Overridden):
        return overriding((left, right))._operation(name, operation, (left, right), {})
    if isinstance(error, RuntimeWarning):
        with pointing(name):
            return operation(left, right)
    sides = {"a": left, "b": right}
    _explain_arrays(**{f"a {symbol} b: {key}": side for key, side in sides.items()})
    if isinstance(error, NotAnOperandError):
        other_name, other = ("b", right) if hasattr(left, "array") else ("a", left)
        what = f"a {symbol} b: {other_name} is {not_a_tensor(other)}"
        repeats = symbol in ("*", "*=") and isinstance(other, (str, bytes, bytearray))  # Python would, a[()] times
        if repeats or isinstance(other, (list, tuple)):
            raise DTypeError(f"{what}; write minitensor.tensor({other_name})") from None
        if hasattr(other, "__dlpack__") or hasattr(other, "dtype"):
            library = type(other).__module__.partition(".")[0]
            raise DeviceError(f"{what}; it belongs to {library}, write minitensor.tensor({other_name})") from None
        return NotImplemented
    tensors = {key: side for key, side in sides.items() if hasattr(side, "array")}
    places = {key: backend.of(side.array).name for key, side in tensors.items()}
    if len(set(places.values())) > 1:
        words = ", ".join(f"{key} of shape {tensors[key].shape} is on {place}" for key, place in places.items())
        raise DeviceError(
            f"a {symbol} b: {words}; write b.to({places['a']!r}) or a.to({places['b']!r}) to say where it is computed"
        ) from None
    shapes = {key: tuple(getattr(side, "shape", ())) for key, side in sides.items()}
    if symbol.startswith("@"):
        _explain_matmul(**shapes)
    else:
        try:
            shape = broadcast_shapes(*shapes.values())
        except BroadcastError as picture:
            raise BroadcastError(f"a {symbol} b: the shapes do not fit\n{picture}") from None
        if _in_place(symbol) and shape != shapes["a"]:
            raise ShapeError(
                f"a {symbol} b: the result has shape {shape}, which does not fit back into a of shape {shapes['a']}; "
                f"write a = a {symbol[:-1]} b"
            ) from None
    if _in_place(symbol) and isinstance(error, DTypeError):  # the result does not fit back
        reason = str(error).partition(";")[0]
        raise DTypeError(f"a {symbol} b: {reason}; write a = a {symbol[:-1]} b") from None
    if isinstance(error, (TypeError, OverflowError)) or "negative integer power" in str(error):
        kinds = " and ".join(str(getattr(side, "dtype", type(side).__name__)) for side in sides.values())
        fix = f"write a = a {symbol[:-1]} b" if _in_place(symbol) else "cast one of them with .astype(...)"
        if "negative integer power" in str(error):
            fix = "write a.astype('float64') ** b"
        raise DTypeError(f"a {symbol} b is not defined for {kinds}: {error}; {fix}") from None
    if _in_place(symbol):
        refuse_expanded(left.array, error)
    raise error


def _explain_arrays(**sides: Any) -> None:
    """Raise what speaks against each array of NumPy by itself."""
    for name, side in sides.items():
        if isinstance(side, (np.ndarray, np.generic)):
            intake.array(name, side if isinstance(side, np.ndarray) else np.asarray(side))


def _in_place(symbol: str) -> bool:
    return symbol.endswith("=") and symbol not in ("==", "!=", "<=", ">=")


def _explain_matmul(a: tuple[int, ...], b: tuple[int, ...]) -> None:
    """Raise ShapeError if a @ b does not fit."""
    for name, shape in (("a", a), ("b", b)):
        if not shape:
            raise ShapeError(f"a @ b: {name} is one number; a product of matrices needs axes, write a * b") from None
    inner = -2 if len(b) > 1 else -1
    if a[-1] != b[inner]:
        fix = "make the last axis of a as long as the last but one of b"
        if len(b) > 1 and a[-1] == b[-1]:
            fix = "write a @ b.mT"
        elif len(a) > 1 and a[-2] == b[inner]:
            fix = "write a.mT @ b"
        raise ShapeError(
            f"a @ b: the inner sizes disagree: a of shape {a} has {a[-1]} on axis -1, "
            f"b of shape {b} has {b[inner]} on axis {inner}\nfix: {fix}"
        ) from None
    try:
        broadcast_shapes(a[:-2], b[:-2])
    except BroadcastError as picture:
        raise BroadcastError(f"a @ b: the batch axes of {a} and {b} do not fit\n{picture}") from None


def explain_function(name: str, operation: Callable[..., Any], values: Sequence[Any], error: Exception) -> Any:
    """Raise the error that says why an elementwise function of several Tensors and numbers failed."""
    if isinstance(error, Overridden):
        return overriding(values)._operation(name, operation, tuple(values), {})
    if not any(hasattr(x, "array") for x in values):
        raise InputError(f"{name}: there must be at least one tensor") from None
    _explain_arrays(**{f"{name}: argument {number}": x for number, x in enumerate(values)})
    if isinstance(error, NotAnOperandError):
        kinds = ", ".join(map(class_name, values))
        raise DTypeError(f"{name} takes Tensors and numbers, not {kinds}; write minitensor.tensor(...)") from None
    shaping.one_backend(name, *(x.array for x in values if hasattr(x, "array")))
    try:
        broadcast_shapes(*(getattr(x, "shape", ()) for x in values))
    except BroadcastError as picture:
        raise BroadcastError(f"{name}: the shapes do not fit\n{picture}") from None
    if isinstance(error, MinitensorError):
        raise error
    if isinstance(error, (TypeError, OverflowError)):
        kinds = " and ".join(str(getattr(x, "dtype", type(x).__name__)) for x in values)
        raise DTypeError(f"{name} is not defined for {kinds}: {error}; cast one of them with .astype(...)") from None
    raise error
