"""The data types, and what they can hold, by the standard's names. Each is NumPy's dtype, on every backend."""

from typing import Any, NamedTuple

import numpy as np

from minitensor.backend.dtypes import checked_dtype
from minitensor.core.operations import DType
from minitensor.core.tensor import Tensor
from minitensor.errors import DTypeError, InputError

bool, int8, int16, int32, int64 = map(np.dtype, ("bool", "int8", "int16", "int32", "int64"))
uint8, uint16, uint32, uint64 = map(np.dtype, ("uint8", "uint16", "uint32", "uint64"))
float16, float32, float64 = map(np.dtype, ("float16", "float32", "float64"))
complex64, complex128 = map(np.dtype, ("complex64", "complex128"))

KINDS = {
    "bool": "b", "signed integer": "i", "unsigned integer": "u", "integral": "iu", "real floating": "f",
    "complex floating": "c", "numeric": "iufc",
}  # fmt: skip


class Floats(NamedTuple):
    """What `finfo` tells: how many bits an element has, the least eps for which 1 + eps is not 1, the largest and the
    least number, the least positive one that keeps all its digits, and the dtype."""

    bits: int
    eps: float
    max: float
    min: float
    smallest_normal: float
    dtype: np.dtype


class Integers(NamedTuple):
    """What `iinfo` tells: how many bits an element has, the largest and the least number, and the dtype."""

    bits: int
    max: int
    min: int
    dtype: np.dtype


def isdtype(dtype: DType, kind: DType | tuple[DType, ...]) -> Any:
    """Whether a dtype is of this kind, or of one of several.

    kind : a dtype, "bool", "signed integer", "unsigned integer", "integral", "real floating", "complex floating" or
        "numeric"; or a tuple of these

    >>> isdtype("float32", "real floating"), isdtype("int8", ("bool", "unsigned integer"))
    (True, False)
    """
    if isinstance(kind, tuple):
        return any(isdtype(dtype, each) for each in kind)
    own = checked_dtype(dtype)
    if isinstance(kind, str) and kind in KINDS:
        return own.kind in KINDS[kind]
    try:
        return own == checked_dtype(kind)
    except DTypeError:
        raise InputError(f"isdtype: {kind!r} is no kind; write a dtype or one of {', '.join(KINDS)}") from None


def result_type(*arrays_and_dtypes: Tensor | complex | DType) -> np.dtype:
    """The dtype of what is computed of tensors, dtypes and Python's numbers, which take on that of the others.

    >>> result_type("int8", "int32").name, result_type("float32", 2.0).name
    ('int32', 'float32')
    """
    given = [
        x if x is True or x is False or type(x) in (int, float, complex) else dtype_of(x) for x in arrays_and_dtypes
    ]
    if not any(isinstance(x, np.dtype) for x in given):
        raise InputError("result_type: there must be at least one tensor or dtype")
    return np.result_type(*given)


def dtype_of(x: Any) -> np.dtype:
    """The dtype of a tensor, or that which is meant by its name."""
    return x.dtype if isinstance(x, Tensor) else checked_dtype(x)


def can_cast(from_: Tensor | DType, to: DType, /) -> Any:
    """Whether every number of one dtype is a number of another, or is rounded to one: integers to floats.

    >>> can_cast("int8", "int16"), can_cast("int16", "int8")
    (True, False)
    """
    return np.can_cast(dtype_of(from_), checked_dtype(to))


def finfo(type: Tensor | DType, /) -> Floats:
    """The limits of a dtype of floats; of a complex one, those of its parts.

    >>> finfo("float32").eps == 2.0**-23, finfo("float64").bits
    (True, 64)

    Raises DTypeError for another.
    """
    own = dtype_of(type)
    if own.kind not in "fc":
        raise DTypeError(f"finfo: {own} is no dtype of floats; iinfo tells the limits of integers")
    told = np.finfo(own)
    eps, most, least, normal = map(float, (told.eps, told.max, told.min, told.smallest_normal))
    return Floats(told.bits, eps, most, least, normal, told.dtype)


def iinfo(type: Tensor | DType, /) -> Integers:
    """The limits of a dtype of integers.

    >>> iinfo("uint8").max, iinfo("int8").min
    (255, -128)

    Raises DTypeError for another.
    """
    own = dtype_of(type)
    if own.kind not in "iu":
        raise DTypeError(f"iinfo: {own} is no dtype of integers; finfo tells the limits of floats")
    told = np.iinfo(own)
    return Integers(told.bits, int(told.max), int(told.min), own)
