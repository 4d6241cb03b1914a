"""What the name of a dtype means, and which numbers one dtype can take from another."""

from typing import Any

import numpy

from minitensor.errors import DTypeError

# Which kinds of dtype hold a Python number unchanged; an integer dtype holds an int if it is small enough.
HOLDS: dict[type, str] = {float: "fc", int: "iufc", bool: "biufc", complex: "c"}

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
    except TypeError:
        dtype = numpy.dtype(object)
    if dtype.kind not in "biufc" or dtype.itemsize > (16 if dtype.kind == "c" else 8):
        raise DTypeError(f"{name!r} is not a dtype of numbers; write one such as 'float32', 'int64' or 'bool'")
    return dtype


def holds_number(own: numpy.dtype, value: Any) -> bool:
    """Whether an array of this dtype can take a Python number and mean the same."""
    if type(value) is int and own.kind in "iu":
        return bool(numpy.iinfo(own).min <= value <= numpy.iinfo(own).max)
    return own.kind in HOLDS.get(type(value), ())
