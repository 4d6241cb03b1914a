"""Reductions as NumPy does them fastest: a ufunc's own `reduce`, which has no Python in front.

They are shortcuts like those in `shortcuts.py`: they take good arguments, and raise where NumPy would be wrong in
silence. What a call costs is in tests/benchmarks/overhead.py.
"""

from functools import lru_cache
from math import inf
from math import sqrt as square_root
from typing import Any

import numpy
from numpy import asarray, empty, float64, int64, ndarray, uint64

SMALL = 2**12  # elements up to which starting a function takes longer than its work

SMALL_LIST = 64  # numbers up to which Python has gone through a list before NumPy has started
# Sums of squares so large that squares which vanished, below 2^-126 and 2^-1022, count for nothing.
SAFE_SQUARES = {numpy.dtype("float32"): 2.0**-66, numpy.dtype("float64"): 2.0**-900}

_add: Any = numpy.add.reduce
_maximum: Any = numpy.maximum.reduce
_minimum: Any = numpy.minimum.reduce
_any: Any = numpy.logical_or.reduce
_all: Any = numpy.logical_and.reduce
_vecdot: Any = numpy.vecdot


def _into(array: Any, axis: Any, keepdims: bool, dtype: Any) -> Any:
    """The array that a single number goes to. Without it NumPy would make a scalar, which had to become an array."""
    if axis is None:
        return None if keepdims else empty((), dtype)
    if not array.ndim:
        raise IndexError  # NumPy accepts axis 0 where there are no axes
    return None


def sum(array: Any, axis: Any = None, keepdims: bool = False) -> Any:
    dtype = array.dtype if array.dtype.kind in "fc" else uint64 if array.dtype.kind == "u" else int64
    return _add(array, axis, dtype, _into(array, axis, keepdims, dtype), keepdims)


def max(array: Any, axis: Any = None, keepdims: bool = False) -> Any:
    if axis is None and not keepdims:
        return _maximum(array, None, None, empty((), array.dtype))
    return _maximum(array, axis, None, _into(array, axis, keepdims, array.dtype), keepdims)


def min(array: Any, axis: Any = None, keepdims: bool = False) -> Any:
    if axis is None and not keepdims:
        return _minimum(array, None, None, empty((), array.dtype))
    return _minimum(array, axis, None, _into(array, axis, keepdims, array.dtype), keepdims)


def any(array: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return _any(array, axis, None, _into(array, axis, keepdims, bool), keepdims)


def all(array: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return _all(array, axis, None, _into(array, axis, keepdims, bool), keepdims)


def argmax(array: Any, axis: Any = None, keepdims: bool = False) -> Any:
    if axis is not None and not array.ndim:
        raise IndexError
    return array.argmax(axis, keepdims=keepdims)


def argmin(array: Any, axis: Any = None, keepdims: bool = False) -> Any:
    if axis is not None and not array.ndim:
        raise IndexError
    return array.argmin(axis, keepdims=keepdims)


def _count(array: Any, axis: Any) -> int:
    """How many elements become one; raises where there are none."""
    if axis is None:
        count = array.size
    elif type(axis) is int:
        count = array.shape[axis]
    else:
        count = 1
        for one in axis:
            count *= array.shape[one]
    if not count:
        raise ValueError
    return count


def _total(array: Any, axis: Any, keepdims: bool) -> Any:
    """The sum, as an array that may be written over, in the dtype of a mean."""
    kind = array.dtype.kind
    if kind == "f" and array.dtype.itemsize < 4:
        raise TypeError  # float16 wants sums in float32
    if kind in "biu":
        return _add(array, axis, float64, _into(array, axis, keepdims, float64), keepdims)
    return _add(array, axis, None, _into(array, axis, keepdims, array.dtype), keepdims)


@lru_cache(maxsize=1024)
def _number(value: float, dtype: numpy.dtype) -> ndarray:
    """A number as an array. NumPy divides by it in two thirds of the time: tests/benchmarks/claims.py."""
    return asarray(value, dtype)


def mean(array: Any, axis: Any = None, keepdims: bool = False) -> Any:
    count, total = _count(array, axis), _total(array, axis, keepdims)
    return numpy.divide(total, _number(count, total.dtype), total)


def var(array: Any, axis: Any = None, keepdims: bool = False, correction: float = 0) -> Any:
    count = _count(array, axis)
    if array.dtype.kind == "c" or type(correction) not in (int, float) or count <= correction:
        raise TypeError
    middle = _total(array, axis, True)
    numpy.divide(middle, _number(count, middle.dtype), middle)
    distance = array - middle
    if axis is None and not keepdims and array.size < SMALL:
        flat, squares = distance.reshape(-1), empty((), distance.dtype)
        squares[()] = flat.dot(flat)
    else:
        distance *= distance
        squares = _total(distance, axis, keepdims)
    return numpy.divide(squares, _number(count - correction, squares.dtype), squares)


def std(array: Any, axis: Any = None, keepdims: bool = False, correction: float = 0) -> Any:
    squares = var(array, axis, keepdims, correction)
    return numpy.sqrt(squares, squares)


def vector_norm(array: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The root of the sum of the squares, where no square that counts can vanish or overflow."""
    least = SAFE_SQUARES[array.dtype]
    if not array.size or (axis is not None and not array.ndim):
        raise ValueError
    if (axis is None or (axis == (-2, -1) and array.ndim == 2)) and not keepdims and array.size < SMALL:
        flat = array.reshape(-1)
        number = float(flat.dot(flat))
        if not least < number < inf:
            raise ValueError
        out = empty((), array.dtype)
        out[()] = square_root(number)
        return out
    if array.size < SMALL and type(axis) is int and not keepdims:
        total = _vecdot(array, array, axis=axis)
    else:
        total = _add(array * array, axis, None, None, keepdims)
    ends = total.reshape(-1).tolist() if total.size < SMALL_LIST else [_minimum(total, None), _maximum(total, None)]
    for end in ends:
        if not least < end < inf:
            raise ValueError
    return numpy.sqrt(total, total) if type(total) is ndarray else numpy.sqrt(total)
