"""Which kinds of numbers functions take and give: what floats are made of integers, and what must be truth values."""

from typing import Any

import numpy

from minitensor.backend.dtypes import checked_dtype
from minitensor.backend.standard import Backend
from minitensor.errors import DTypeError

# Functions whose results are floats, of integers too, for which NumPy would take float16 where those are small.
FLOATS = {
    "acos", "acosh", "asin", "asinh", "atan", "atanh", "cos", "cosh", "exp", "expm1", "log", "log10", "log1p", "log2",
    "reciprocal", "sin", "sinh", "sqrt", "tan", "tanh",
}  # fmt: skip

FLOATS_OF_TWO = {"atan2", "copysign", "hypot", "logaddexp", "nextafter"}  # the same of pairs

WHOLE = {"ceil", "floor", "round", "trunc"}  # functions that leave an integer as it is


def as_floats(lib: Backend, *operands: Any) -> tuple[Any, ...]:
    """Arrays and numbers, the arrays in float64 where not one of them holds floats."""
    if any(hasattr(x, "dtype") and lib.numpy_dtype(x).kind not in "biu" for x in operands):
        return operands
    return tuple(lib.astype(x, lib.dtype("float64")) if hasattr(x, "dtype") else x for x in operands)


def check_truth(name: str, lib: Backend, x: Any) -> None:
    """Raise DTypeError unless an array, or a number, is of bool."""
    kind = lib.numpy_dtype(x) if hasattr(x, "dtype") else type(x).__name__
    if kind != "bool":
        raise DTypeError(f"{name}: an operand is {kind}, not bool; write x != 0")


def wide_dtype(lib: Backend, own: numpy.dtype, dtype: Any = None) -> numpy.dtype:
    """What is added or multiplied: integers as 64 bits, or as floats if those are asked for; floats as no less."""
    if dtype is not None and checked_dtype(dtype).kind in "fc":
        return numpy.result_type(own, checked_dtype(dtype))
    return own if own.kind in "fc" else numpy.dtype(lib.unsigned if own.kind == "u" else "int64")


def widened(lib: Backend, array: Any, dtype: Any = None) -> Any:
    """The array as it is added or multiplied."""
    own = lib.numpy_dtype(array)
    wide = wide_dtype(lib, own, dtype)
    return array if wide == own else lib.astype(array, lib.dtype(wide))


def in_dtype(name: str, lib: Backend, made: Any, dtype: Any) -> Any:
    """A result in the dtype that is asked for, if any. Raises DTypeError where that does not hold all its numbers."""
    own = None if dtype is None else checked_dtype(dtype)
    if own is None or lib.numpy_dtype(made) == own:
        return made
    fitted = lib.fitted(made, own)
    if fitted is None:
        raise DTypeError(
            f"{name}: {own} does not hold all results, which are {lib.numpy_dtype(made)}; write a wider dtype, or none"
        )
    return fitted
