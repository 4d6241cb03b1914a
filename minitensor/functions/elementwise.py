"""Functions of every element by itself, or of pairs of elements, by the standard's names."""

from collections.abc import Callable
from typing import Any

import numpy as np

from minitensor import backend, ops
from minitensor.backend.dtypes import HOLDS, INTEGERS, SAFE, holds_number
from minitensor.core import door, operations, shaping
from minitensor.core.operations import Operand
from minitensor.core.tensor import Tensor, wrap
from minitensor.errors import DTypeError, InputError

Unary = Callable[[Tensor], Tensor]
Binary = Callable[[Operand, Operand], Tensor]

__test__: dict[str, str] = {}  # the examples of functions that are made by others, for doctest


def unary(name: str, words: str, example: str, result: str) -> Unary:
    """The function of one tensor that has this name in the standard, with one sentence and one example."""

    def stub(x: Tensor) -> Tensor: ...

    stub.__name__ = stub.__qualname__ = name
    stub.__doc__ = f"{words}\n\n>>> import minitensor as mt\n>>> mt.{name}({example}).tolist()\n{result}"
    __test__[name] = stub.__doc__
    return operations.unary(ops.elementwise(name))(stub)


abs: Unary = Tensor.abs
exp: Unary = Tensor.exp
log: Unary = Tensor.log
sqrt: Unary = Tensor.sqrt
tanh: Unary = Tensor.tanh
floor: Unary = unary("floor", "Every element rounded down.", "mt.tensor([1.5, -1.5])", "[1.0, -2.0]")
ceil: Unary = unary("ceil", "Every element rounded up.", "mt.tensor([1.5, -1.5])", "[2.0, -1.0]")
round: Unary = unary("round", "The nearest whole number, of two the even one.", "mt.tensor([1.4, 2.5])", "[1.0, 2.0]")
isfinite: Unary = unary("isfinite", "Whether finite.", "mt.tensor([1.0, float('inf')])", "[True, False]")
isnan: Unary = unary("isnan", "Whether NaN.", "mt.tensor([0.0, float('nan')])", "[False, True]")
conj: Unary = unary("conj", "The complex conjugate.", "mt.tensor([1 + 2j])", "[(1-2j)]")
real: Unary = unary("real", "The real part of complex elements.", "mt.tensor([1 + 2j])", "[1.0]")
imag: Unary = unary("imag", "The imaginary part of complex elements.", "mt.tensor([1 + 2j])", "[2.0]")

astype = Tensor.astype


def binary(name: str, words: str, example: str, result: str) -> Binary:
    """The function of two tensors, or a tensor and a number, that has this name in the standard; they broadcast."""

    def operation(a: Any, b: Any) -> Any:
        try:
            x, y = (a.array, b.array) if type(a) is Tensor is type(b) else together(name, a, b)
            return wrap(backend.as_array(compute(x, y)))
        except Exception as error:
            return door.explain_function(name, operation, (a, b), error)

    def careful(array: Any, other: Any) -> Any:
        lib = backend.of(array if hasattr(array, "dtype") else other)
        shaping.refuse_integers_as_floats(name, array, other)
        return backend.as_array(getattr(lib.xp, name)(array, other))

    compute = ops.primitive(careful, name)
    words = f"{words}\n\n>>> import minitensor as mt\n>>> mt.{name}({example}).tolist()\n{result}"
    __test__[name] = words
    return operations.called(name, operation, words, name)


def together(name: str, *values: Any) -> list[Any]:
    """Tensors and numbers, raw, for an elementwise function; a number must fit into the dtype that it will take on."""
    raw = door.operands(*values)
    # A float of a size that every dtype of floats has fits, and is promoted beside integers.
    numbers = [x for x in raw if type(x) in HOLDS and not (type(x) is float and -SAFE <= x <= SAFE)]
    for array in raw if numbers else ():
        if type(array) not in HOLDS:
            own = backend.of(array).numpy_dtype(array)
            for x in numbers if own.kind != "b" else ():
                if not holds_number(own, x) and own.kind in HOLDS[type(x)]:  # of another kind, the two are promoted
                    raise DTypeError(f"{name}: {x!s:.30} does not fit into {own}; cast with .astype(...)")
    return raw


maximum: Binary = binary("maximum", "The larger of each pair, broadcast.", "mt.tensor([-1.0, 2.0]), 0.0", "[0.0, 2.0]")
minimum: Binary = binary("minimum", "The smaller of each pair, broadcast.", "mt.tensor([-1, 2]), 0", "[-1, 0]")


def clip(x: Tensor, low: float | None = None, high: float | None = None) -> Tensor:
    """Every element moved to the nearest number from `low` to `high`; None leaves that side open.

    >>> import minitensor as mt
    >>> mt.clip(mt.tensor([-5, 0, 5]), 0, 2).tolist()
    [0, 0, 2]

    An integer dtype has no element beyond its range, so a limit may lie there. Raises InputError for what is no limit,
    DTypeError where the dtype does not hold one that elements would be moved to.
    """
    if type(x) is not Tensor:
        return door.enter("clip", clip, (x, low, high))
    if low is None and high is None:
        return x.copy()
    return wrap(backend.as_array(_clip(x.array, low, high)))


def _careful_clip(array: Any, low: Any, high: Any) -> Any:
    low, high = (limit.item() if isinstance(limit, np.generic) else limit for limit in (low, high))
    for limit in (low, high):
        if not (limit is None or isinstance(limit, (int, float))) or limit != limit:
            raise InputError(f"clip: {limit!r} is no limit; write a number, or maximum and minimum for tensors")
    if low is not None and high is not None and low > high:
        raise InputError(f"clip: low={low} is above high={high}; swap them")
    lib = backend.of(array)
    own = lib.numpy_dtype(array)
    if own.kind in "iu":
        least, most = INTEGERS[own]
        low = None if isinstance(low, int) and low < least else low
        high = None if isinstance(high, int) and high > most else high
    misfits = [x for x in (low, high) if own.kind in HOLDS.get(type(x), ()) and not holds_number(own, x)]
    if misfits:
        raise DTypeError(
            f"clip: {own} elements cannot hold the limit {misfits[0]!s:.30}; leave it out, or cast with .astype(...)"
        )
    if low is None and high is None:
        return lib.astype(array, array.dtype)
    try:
        return backend.as_array(lib.xp.clip(array, low, high))
    except (TypeError, OverflowError) as error:
        raise DTypeError(
            f"clip: limits {low!s:.20} and {high!s:.20} do not fit {own} elements: {error}; cast them with .astype(...)"
        ) from None


_clip = ops.primitive(_careful_clip, "clip")
