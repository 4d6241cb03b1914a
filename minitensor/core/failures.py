"""What an operator says when it fails.

The happy path pays nothing for this: the backend runs, and only when it raises is the message built.
"""

from typing import Any

import numpy as np

from minitensor import backend
from minitensor.broadcasting import broadcast_shapes
from minitensor.errors import BroadcastError, DeviceError, DTypeError, ShapeError
from minitensor.ops import refuse_expanded


class NotAnOperandError(TypeError):
    """The other side of an operator is no Tensor, number or array of the same backend."""


def operand(other: Any, array: Any) -> Any:
    """What stands beside `array` in an operator: a Python number as it is, a raw array of the same backend.

    Raises NotAnOperandError for all else.
    """
    kind = type(other)
    if kind is float or kind is int or kind is bool or kind is complex or kind is type(array):
        return other
    lib = backend.of(array)
    if isinstance(other, np.generic):
        return lib.asarray(other)  # numpy.float32(2) and its like are numbers, but with a dtype of their own
    if isinstance(other, (int, float, complex)):
        return other
    raise NotAnOperandError


def explain_operator(symbol: str, left: Any, right: Any, error: Exception) -> Any:
    """Raise the error that says why ``left symbol right`` failed; NotImplemented if the other side may know how.

    `left` and `right` are Tensors or what else stood there, in the order in which they were written.
    """
    sides = {"a": left, "b": right}
    if isinstance(error, NotAnOperandError):
        name, other = ("b", right) if hasattr(left, "array") else ("a", left)
        what = f"a {symbol} b: {name} is {_a(type(other).__name__)}, not a Tensor"
        if isinstance(other, (list, tuple)):
            raise DTypeError(f"{what}; write minitensor.tensor({name})") from None
        if hasattr(other, "__dlpack__") or hasattr(other, "dtype"):
            library = type(other).__module__.partition(".")[0]
            raise DeviceError(f"{what}; it belongs to {library}, write minitensor.tensor({name})") from None
        return NotImplemented
    tensors = {name: side for name, side in sides.items() if hasattr(side, "array")}
    homes = {name: backend.of(side.array).name for name, side in tensors.items()}
    if len(set(homes.values())) > 1:
        places = ", ".join(f"{name} of shape {tensors[name].shape} is on {home}" for name, home in homes.items())
        raise DeviceError(
            f"a {symbol} b: {places}; write b.to({homes['a']!r}) or a.to({homes['b']!r}) to say where it is computed"
        ) from None
    shapes = {name: tuple(getattr(side, "shape", ())) for name, side in sides.items()}
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
    if isinstance(error, (TypeError, OverflowError)) or "negative integer power" in str(error):
        kinds = " and ".join(str(getattr(side, "dtype", type(side).__name__)) for side in sides.values())
        fix = f"write a = a {symbol[:-1]} b" if _in_place(symbol) else "cast one of them with .astype(...)"
        raise DTypeError(f"a {symbol} b is not defined for {kinds}: {error}; {fix}") from None
    if _in_place(symbol):
        refuse_expanded(left.array, error)
    raise error


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


def _a(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiouAEIOU' else 'a'} {noun}"
