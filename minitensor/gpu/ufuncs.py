"""CuPy's table of operations: for which types there is a routine, and what C++ computes in it.

A routine is given vectors of one type, with `arithmetic.py`'s rules; tests compare the table with CuPy's own.
"""

from collections.abc import Callable, Sequence
from functools import reduce
from typing import NamedTuple

import numpy as np

from minitensor.gpu.arithmetic import BOOL, DOUBLE, FLOAT, TINY, common, converted, flushed, promoted

# --- what operations do, given operands of one type -----------------------------------------------------------------

Vector = np.ndarray
Operation = Callable[..., Vector]


def _divided_down(x: Vector, y: Vector) -> Vector:
    """⌊x/y⌋, and 0 for whole numbers over 0."""
    return flushed(np.floor(flushed(x / y))) if x.dtype.kind == "f" else np.floor_divide(x, y)


def _remainder(x: Vector, y: Vector) -> Vector:
    """x − ⌊x/y⌋·y, and 0 for whole numbers over 0."""
    if x.dtype.kind == "f":
        return flushed(x - flushed(_divided_down(x, y) * y))
    return (x - np.floor_divide(x, y) * y) * (y != 0)


def _power(x: Vector, y: Vector) -> Vector:
    """Whole numbers by squaring, wrapping in their own type; what is below 1 is 0."""
    if x.dtype.kind == "f":
        return _rounded_once(np.power)(x, y)
    if x.dtype == BOOL:
        return x | ~y
    x, y = np.broadcast_arrays(x, y)
    below = np.where(x == 1, 1, np.where((x == -1) if x.dtype.kind == "i" else False, 1 - 2 * (y & 1), 0))
    result, base, left = np.ones_like(x), x.copy(), np.maximum(y, 0)
    while left.any():
        result = np.where(left & 1, result * base, result).astype(x.dtype)
        base, left = base * base, left >> 1
    return np.where(y < 0, below, result).astype(x.dtype)


def _largest(x: Vector, y: Vector, of: Operation = np.maximum) -> Vector:
    """NaN if one of them is; +0 is larger than −0."""
    return np.where((x == 0) & (y == 0), x + y, of(x, y)) if x.dtype.kind == "f" else of(x, y)


def _least(x: Vector, y: Vector, of: Operation = np.minimum) -> Vector:
    return np.where((x == 0) & (y == 0), -(-x - y), of(x, y)) if x.dtype.kind == "f" else of(x, y)


def _rounded_once(function: Operation) -> Operation:
    """The function of float32 by way of float64."""

    def of(*given: Vector) -> Vector:
        if given[0].dtype == DOUBLE:
            return function(*given)
        return flushed(function(*(each.astype(DOUBLE) for each in given)).astype(FLOAT))

    return of


def _arithmetic(function: Operation) -> Operation:
    return lambda *given: flushed(function(*given))


def _next(x: Vector, y: Vector) -> Vector:
    """The neighbour of x towards y: of 0 that is the smallest number which is not flushed."""
    found = flushed(np.nextafter(x, y))
    return np.where((x == 0) & (y != 0) & ~np.isnan(y), np.copysign(TINY, y), found) if x.dtype == FLOAT else found


def _reciprocal(x: Vector) -> Vector:
    one = np.ones_like(x)
    return flushed(one / x) if x.dtype.kind == "f" else np.where(x == 0, 0, _towards_zero(one, x)).astype(x.dtype)


def _towards_zero(x: Vector, y: Vector) -> Vector:
    """C's division of whole numbers."""
    down = np.floor_divide(x, y)
    return down + ((down < 0) & (down * y != x))


def _fmod(x: Vector, y: Vector) -> Vector:
    return flushed(np.fmod(x, y)) if x.dtype.kind == "f" else np.where(y == 0, 0, np.fmod(x, y)).astype(x.dtype)


def _scaled_by_power(x: Vector, exponent: Vector) -> Vector:
    return flushed(np.ldexp(x, np.clip(exponent, -10_000, 10_000).astype(np.int32)))


def _scaled(factor: float) -> Operation:
    return lambda x: flushed(x * x.dtype.type(factor))


# --- the table -------------------------------------------------------------------------------------------------------

ORDER = "?bBhHiIlLqQefdFD"  # CuPy takes the first signature whose types come, for each operand, here or later
INTEGERS, FLOATS = "bBhHiIlLqQ", "fd"
ANY = "?" + INTEGERS + FLOATS


class Routine(NamedTuple):
    """How C++ computes one operation: it converts the operands to these types, and the result has that type."""

    operands: tuple[np.dtype, ...]
    result: np.dtype
    apply: Operation


class Ufunc:
    """One of CuPy's ufuncs: for which types there is a routine, in order, and what it computes.

    signatures : (types of the operands, type of the result), as characters
    apply : of vectors of one type; by_type : instead, where the operands have these types
    whole : the types for which the routine is a function of its own, so that its result has the type it says. Else it
        is an expression, which has the type that C++ gives it.
    refused : the types for which CuPy has a routine that raises
    same : whether C++ must be told one type by all operands, because the routine is a template
    """

    def __init__(
        self,
        signatures: list[tuple[str, str]],
        apply: Operation,
        *,
        whole: set[str] = frozenset(),  # type: ignore[assignment]
        refused: str = "",
        by_type: dict[str, Operation] | None = None,
        same: bool = False,
    ):
        self.signatures, self.apply, self.whole, self.refused = signatures, apply, whole, refused
        self.by_type, self.same = by_type or {}, same

    def signature(self, given: Sequence[np.dtype]) -> tuple[str, str] | None:
        """The first that operands of these types fit, None if there is none.

        >>> INT = np.dtype("int32")
        >>> UFUNCS["true_divide"].signature([INT, INT]), UFUNCS["add"].signature([np.dtype("uint8"), FLOAT])
        (('qq', 'd'), ('ff', 'f'))
        """
        for ins, out in self.signatures:
            if all(ORDER.find(x.char) <= ORDER.find(y) for x, y in zip(given, ins, strict=True)):
                return None if ins[0] in self.refused else (ins, out)
        return None

    def routine(self, ins: str, out: str, actual: Sequence[np.dtype]) -> Routine | None:
        """The routine of a signature for operands that C++ holds in these types, None where C++ finds none."""
        if self.same and ins[0] in INTEGERS and len(set(actual)) > 1:
            return None
        apply = self.by_type.get(ins, self.apply)
        if apply is _as_it_is:
            return Routine(tuple(actual), actual[0], apply)
        if self is UFUNCS["true_divide"]:
            operands = [np.dtype(out)] * 2
        elif self.same:
            operands = list(actual)
        elif apply is _scaled_by_power:
            operands = [actual[0], promoted(actual[1])]
        elif apply in (np.left_shift, np.right_shift):
            operands = [promoted(actual[0])] * 2
        else:
            operands = [reduce(common, actual, promoted(actual[0]))] * len(actual)
        made = apply(*(np.empty(0, each) for each in operands)).dtype
        if ins in self.whole and made != np.dtype(out):
            wide, result = apply, np.dtype(out)
            return Routine(tuple(operands), result, lambda *given: converted(wide(*given), result))
        return Routine(tuple(operands), made, apply)


def _alike(types: str, operands: int = 2, out: str = "") -> list[tuple[str, str]]:
    return [(each * operands, out or each) for each in types]


_LOGICAL = [(pair, "?") for pair in ("??", "qq", "QQ", "qQ", "Qq", "ff", "dd")]
_MIXED = {"qQ", "Qq"}  # signed beside unsigned, which C++ would compare wrongly: CuPy's routine looks at the sign first


def _pairs(types: str) -> set[str]:
    return {each * 2 for each in types}


def _compare(function: Operation) -> Ufunc:
    return Ufunc(_LOGICAL, function, whole=_MIXED)


def _maths(function: Operation, operands: int = 1) -> Ufunc:
    return Ufunc(_alike(FLOATS, operands), _rounded_once(function))


def _as_it_is(x: Vector) -> Vector:
    return x


def _integral(function: Operation) -> Ufunc:
    """Whole numbers stay what they are."""
    return Ufunc(_alike(ANY, 1), _arithmetic(function), by_type=dict.fromkeys("?" + INTEGERS, _as_it_is))


def _test(function: Operation) -> Ufunc:
    return Ufunc(_alike(FLOATS, 1, "?"), function)


UFUNCS = {
    # Operators.
    "logical_and": Ufunc(_LOGICAL, lambda x, y: (x != 0) & (y != 0), whole=_MIXED),
    "logical_or": Ufunc(_LOGICAL, lambda x, y: (x != 0) | (y != 0), whole=_MIXED),
    "add": Ufunc(_alike(ANY), _arithmetic(np.add), by_type={"??": np.bitwise_or}),
    "subtract": Ufunc(_alike(ANY), _arithmetic(np.subtract), refused="?"),
    "multiply": Ufunc(_alike(ANY), _arithmetic(np.multiply), by_type={"??": np.bitwise_and}),
    "true_divide": Ufunc([*((pair, "d") for pair in ("qq", "qQ", "Qq", "QQ")), *_alike(FLOATS)],
                         _arithmetic(np.divide), whole=_pairs("qQ")),
    "floor_divide": Ufunc(_alike(INTEGERS + FLOATS), _divided_down),
    "remainder": Ufunc(_alike(INTEGERS + FLOATS), _remainder, whole=_pairs(INTEGERS + FLOATS)),
    "power": Ufunc([("??", "b"), *_alike(INTEGERS + FLOATS)], _power, same=True),
    "left_shift": Ufunc(_alike(INTEGERS), np.left_shift),
    "right_shift": Ufunc(_alike(INTEGERS), np.right_shift),
    "bitwise_or": Ufunc(_alike("?" + INTEGERS), np.bitwise_or),
    "bitwise_and": Ufunc(_alike("?" + INTEGERS), np.bitwise_and),
    "bitwise_xor": Ufunc(_alike("?" + INTEGERS), np.bitwise_xor),
    "invert": Ufunc(_alike("?" + INTEGERS, 1), np.invert),
    "logical_not": Ufunc(_alike(ANY, 1, "?"), lambda x: x == 0),
    "equal": _compare(np.equal), "not_equal": _compare(np.not_equal),
    "less": _compare(np.less), "less_equal": _compare(np.less_equal),
    "greater": _compare(np.greater), "greater_equal": _compare(np.greater_equal),
    "negative": Ufunc(_alike(ANY, 1), _arithmetic(np.negative), refused="?"),
    # What `min`, `max` and `cuda` have.
    "minimum": Ufunc(_alike(ANY), _least, whole=_pairs(FLOATS)),
    "maximum": Ufunc(_alike(ANY), _largest, whole=_pairs(FLOATS)),
    "fmin": Ufunc(_alike(ANY), lambda x, y: _least(x, y, np.fmin)),
    "fmax": Ufunc(_alike(ANY), lambda x, y: _largest(x, y, np.fmax)),
    "absolute": Ufunc(_alike(ANY, 1), _arithmetic(np.abs), whole=set("bhilq"),
                      by_type=dict.fromkeys("?BHILQ", _as_it_is)),
    "fabs": Ufunc(_alike(FLOATS, 1), _arithmetic(np.abs)),
    "sign": Ufunc(_alike(INTEGERS + FLOATS, 1), np.sign, whole=set("bhilq"), refused=FLOATS,
                  by_type=dict.fromkeys("BHILQ", lambda x: x > 0)),
    "square": Ufunc(_alike(INTEGERS + FLOATS, 1), _arithmetic(np.square), whole=set(INTEGERS + FLOATS)),
    "reciprocal": Ufunc(_alike(INTEGERS + FLOATS, 1), _reciprocal, whole=set(INTEGERS)),
    "fmod": Ufunc(_alike(INTEGERS + FLOATS), _fmod, whole=_pairs(INTEGERS)),
    "logical_xor": Ufunc([("??", "?"), *_alike(INTEGERS + FLOATS, 2, "?")], lambda x, y: (x == 0) != (y == 0)),
    "isnan": _test(np.isnan), "isinf": _test(np.isinf), "isfinite": _test(np.isfinite), "signbit": _test(np.signbit),
    "ceil": _integral(np.ceil), "floor": _integral(np.floor), "trunc": _integral(np.trunc),
    "rint": Ufunc(_alike(FLOATS, 1), np.rint),
    "sqrt": Ufunc(_alike(FLOATS, 1), _arithmetic(np.sqrt)),
    "copysign": Ufunc(_alike(FLOATS), np.copysign),
    "nextafter": Ufunc(_alike(FLOATS), _next),
    "degrees": Ufunc(_alike(FLOATS, 1), _scaled(180 / np.pi)),
    "rad2deg": Ufunc(_alike(FLOATS, 1), _scaled(180 / np.pi)),
    "deg2rad": Ufunc(_alike(FLOATS, 1), _scaled(np.pi / 180)),
    "ldexp": Ufunc([("fi", "f"), ("fl", "f"), ("di", "d"), ("dq", "d")], _scaled_by_power),
    "float_power": Ufunc([("dd", "d")], np.power),
    "gcd": Ufunc([("??", "?"), *_alike(INTEGERS)], np.gcd, refused="?", same=True),
    "radians": Ufunc(_alike(FLOATS, 1), _scaled(np.pi / 180)),
    **{name: _maths(getattr(np, name)) for name in (
        "exp", "exp2", "expm1", "log", "log1p", "log2", "log10", "cos", "sin", "tan", "cosh", "sinh", "tanh",
        "arccos", "arcsin", "arctan", "arccosh", "arcsinh", "arctanh", "cbrt")},
    "arctan2": _maths(np.arctan2, 2), "hypot": _maths(np.hypot, 2),
}  # fmt: skip

# What `cuda` has of them: all that are no operators.
MATHS = set(UFUNCS) - {
    "add", "subtract", "multiply", "true_divide", "negative", "left_shift", "right_shift", "bitwise_or", "bitwise_and",
    "bitwise_xor", "invert", "less", "less_equal", "greater", "greater_equal", "equal", "not_equal",
}  # fmt: skip
