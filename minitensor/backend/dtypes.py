"""What the name of a dtype means, and which numbers one dtype can take from another."""

from typing import Any

import numpy

from minitensor.errors import DTypeError

# Which kinds of dtype hold a Python number unchanged, if it is not too large.
HOLDS: dict[type, str] = {float: "fc", int: "biufc", bool: "biufc", complex: "c"}
INTEGERS = {  # the least and the largest number of each
    numpy.dtype(name): (int(numpy.iinfo(name).min), int(numpy.iinfo(name).max))
    for name in ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
} | {numpy.dtype(bool): (0, 1)}
NATIVE = {  # all dtypes of numbers, as this machine writes them
    numpy.dtype(name) for name in ("float16", "float32", "float64", "complex64", "complex128")
} | INTEGERS.keys()
SAFE = 65504.0  # the largest float16: numbers up to here become infinite in no float

_checked: dict[Any, numpy.dtype] = {}  # by the names asked for so far


def checked_dtype(name: Any) -> numpy.dtype:
    """The NumPy dtype that `name` means, in native byte order. Raises DTypeError if it means no dtype of numbers.

    A float of more than 64 bits is refused: only some machines have it.
    """
    try:
        return _checked[name]
    except (KeyError, TypeError):  # not asked for before, or no name at all
        dtype = _check(name)
    if isinstance(name, (str, type, numpy.dtype)):
        _checked[name] = dtype
    return dtype


def _check(name: Any) -> numpy.dtype:
    try:
        dtype = numpy.dtype(name)
        if not dtype.isnative:
            dtype = numpy.dtype(dtype.newbyteorder("=").str)
    except (TypeError, ValueError):
        dtype = numpy.dtype(object)
    if dtype.kind not in "biufc" or dtype.itemsize > (16 if dtype.kind == "c" else 8):
        raise DTypeError(f"{name!r} is not a dtype of numbers; write one such as 'float32', 'int64' or 'bool'")
    return dtype


def holds_number(own: numpy.dtype, value: Any) -> bool:
    """Whether an array of this dtype can take a Python number and mean the same.

    A float is rounded to the nearest that the dtype has, and so is an int; one that would become infinite does not fit.

    >>> holds_number(numpy.dtype("float16"), 0.1), holds_number(numpy.dtype("float16"), 1e5)
    (True, False)
    """
    kind, own_kind = type(value), own.kind
    if own_kind not in HOLDS.get(kind, ()):
        return False
    if kind is int and own_kind in "biu":
        least, most = INTEGERS[own]
        return least <= value <= most
    if kind is bool or (kind is not complex and -SAFE <= value <= SAFE):
        return True
    parts = (value.real, value.imag) if type(value) is complex else (value,)
    return all(_is_finite_in(own, part) or part - part != 0 for part in parts)  # infinity and NaN are what they are


def _is_finite_in(own: numpy.dtype, value: float) -> bool:
    try:
        with numpy.errstate(over="ignore"):
            return bool(numpy.isfinite(own.type(float(value))))
    except OverflowError:
        return False
