"""What NumPy does quicker than by the standard's names: a ufunc's own methods, and an array's, have no Python in front.

Each function here does what the careful function of its name does with good arguments (see `primitive` in `ops.py`). It
checks only what NumPy would get wrong in silence, and may raise anything for bad ones: the careful function is next.
"""

from functools import lru_cache
from math import inf
from math import sqrt as square_root
from operator import attrgetter, methodcaller
from typing import Any

import numpy
from numpy import asarray, empty, float64, int64, ndarray, uint64

SMALL_LIST = 64  # numbers up to which Python looks through a list sooner than NumPy starts
# Sums of squares from which all squares that vanished, below 2^-126 and 2^-1022, count for nothing.
SAFE_SQUARES = {numpy.dtype("float32"): 2.0**-66, numpy.dtype("float64"): 2.0**-900}
SMALL = 2**12  # elements up to which starting a function takes longer than what it does

_add: Any = numpy.add.reduce
_maximum: Any = numpy.maximum.reduce
_minimum: Any = numpy.minimum.reduce
_any: Any = numpy.logical_or.reduce
_all: Any = numpy.logical_and.reduce
_vecdot: Any = numpy.vecdot

# --- shape ---------------------------------------------------------------------------------------------------------

reshape = ndarray.reshape
transpose = attrgetter("T")
matrix_transpose = attrgetter("mT")


def permute_dims(array: Any, *axes: Any) -> Any:
    if not axes or axes[0] is None:
        raise TypeError  # NumPy would reverse the axes
    return array.transpose(*axes)


def expand(array: Any, *shape: Any) -> Any:
    sizes = shape[0] if type(shape[0]) is tuple else shape
    own, strides = array.shape, array.strides
    new = len(sizes) - len(own)
    if sizes[new:] != own:
        for size, old in zip(sizes[new:], own, strict=True):
            if (size != old and old != 1) or size < 0:
                raise ValueError
        strides = [stride if size == old else 0 for size, old, stride in zip(sizes[new:], own, strides, strict=True)]
    # NumPy refuses to take an array with gaps as a buffer; `broadcast_to` is for those.
    view = ndarray(sizes, array.dtype, array, 0, (0,) * new + tuple(strides))
    view.setflags(write=False)
    return view


def squeeze(array: Any, axis: Any = None) -> Any:
    if axis is not None and not array.ndim:
        raise IndexError
    return array.squeeze(axis)


def expand_dims(array: Any, axis: Any) -> Any:
    shape = array.shape
    places = len(shape) + 1
    if not -places <= axis < places:
        raise ValueError
    axis %= places
    return array.reshape((*shape[:axis], 1, *shape[axis:]))


# --- reductions ----------------------------------------------------------------------------------------------------


def _into(array: Any, axis: Any, keepdims: bool, dtype: Any) -> Any:
    """Where a single number goes: without that NumPy would make a scalar of its own, which had to become an array."""
    if axis is None:
        return None if keepdims else empty((), dtype)
    if not array.ndim:
        raise IndexError  # NumPy lets axis 0 of no axes pass
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
    """A number as an array, by which NumPy divides in half the time that it takes with Python's number."""
    return asarray(value, dtype)


def mean(array: Any, axis: Any = None, keepdims: bool = False) -> Any:
    count, total = _count(array, axis), _total(array, axis, keepdims)
    return numpy.divide(total, _number(count, total.dtype), total)


def var(array: Any, axis: Any = None, keepdims: bool = False, correction: float = 0) -> Any:
    count = _count(array, axis)
    if array.dtype.kind == "c" or count <= correction:
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


# --- elements ------------------------------------------------------------------------------------------------------

HOLDS = {float: "fc", int: "iufc", bool: "biufc", complex: "c"}  # which kinds of dtype hold a Python number unchanged


def getitem(array: Any, key: Any) -> Any:
    """key : a raw integer array or mask, or a tuple of those and of ints, slices, None and one ``...``"""
    if type(key) is tuple:
        arrays = [part for part in key if type(part) is ndarray]
        if arrays and (len(arrays) > 1 or int in map(type, key)) and not len(arrays) == len(key) == array.ndim:
            raise IndexError  # NumPy would move the axes of several to the front
        if len(key) > 1 and [part for part in arrays if part.ndim > 1 and part.dtype.kind == "b"]:
            raise IndexError  # such a mask counts as several
    else:
        arrays = [key]
    for part in arrays:
        if not part.ndim:
            raise IndexError
    return array[key]


def setitem(array: Any, key: Any, value: Any) -> None:
    """key : ints, slices, None and ``...``, or one raw integer array or mask"""
    if type(value) is ndarray:
        if value.dtype != array.dtype:
            raise TypeError
    elif array.dtype.kind not in HOLDS[type(value)]:
        raise TypeError
    if type(key) is tuple:
        if ndarray in map(type, key):
            raise IndexError
    elif type(key) is ndarray:
        if not key.ndim:
            raise IndexError
    elif type(key) is not int and type(key) is not slice and key is not ... and key is not None:
        raise IndexError
    array[key] = value


def refuse_expanded(array: Any) -> None:
    """NumPy refuses by itself."""


# --- elementwise -----------------------------------------------------------------------------------------------------

negative, positive, bitwise_invert, abs = numpy.negative, numpy.positive, numpy.invert, numpy.absolute
exp, log, sqrt, tanh = numpy.exp, numpy.log, numpy.sqrt, numpy.tanh
floor, ceil, isfinite, isnan, conj = numpy.floor, numpy.ceil, numpy.isfinite, numpy.isnan, numpy.conjugate
round, real, imag = methodcaller("round"), attrgetter("real"), attrgetter("imag")

# --- others --------------------------------------------------------------------------------------------------------


def sort(array: Any, axis: int = -1, descending: bool = False) -> Any:
    if descending:
        raise TypeError
    ordered = array.copy()
    ordered.sort(axis)
    return ordered


def argsort(array: Any, axis: int = -1, descending: bool = False) -> Any:
    if descending or not array.ndim:
        raise TypeError
    return array.argsort(axis, "stable")


def cumsum(array: Any, axis: int = -1) -> Any:
    if not array.ndim:
        raise IndexError
    return array.cumsum(axis)


def take(array: Any, indices: Any, axis: int = 0) -> Any:
    if indices.dtype.kind not in "iu" or not array.ndim:
        raise TypeError
    return array.take(indices, axis)


def searchsorted(ordered: Any, values: Any, side: str = "left") -> Any:
    return ordered.searchsorted(values, side)


def concat(array: Any, arrays: Any, axis: Any) -> Any:
    if type(axis) is not int:
        raise TypeError  # NumPy would join them flat for None
    for each in arrays:
        if type(each) is not ndarray:
            raise TypeError  # NumPy would take it as a list of numbers
    return numpy.concatenate(arrays, axis)


def stack(array: Any, arrays: Any, axis: Any) -> Any:
    if axis == 0:
        for each in arrays:
            if type(each) is not ndarray or each.shape != array.shape:
                raise ValueError
        return numpy.array(arrays)
    return numpy.concatenate([expand_dims(each, axis) for each in arrays], axis)


maximum, minimum = numpy.maximum, numpy.minimum


def where(condition: Any, a: Any, b: Any) -> Any:
    if condition.dtype.kind != "b":
        raise TypeError
    return numpy.where(condition, a, b)


def clip(array: Any, low: Any, high: Any) -> Any:
    if type(low) is not type(high) or not low <= high or array.dtype.kind not in "iuf":
        raise TypeError
    # The two ufuncs start sooner, and go over the elements twice.
    return numpy.minimum(numpy.maximum(array, low), high) if array.size < SMALL else array.clip(low, high)


def contiguous(array: Any) -> Any:
    return array if array.flags.c_contiguous else array.copy()


def copy(array: Any) -> Any:
    return array.copy("K")


# --- new arrays ------------------------------------------------------------------------------------------------------


def full(shape: Any, value: Any, dtype: Any) -> Any:
    if shape is None or dtype.kind not in HOLDS[type(value)]:
        raise TypeError
    if value == 0 and type(value) is int:
        return numpy.zeros(shape, dtype)
    out = empty(shape, dtype)
    out.fill(value)
    return out


def linspace(start: Any, stop: Any, num: int, dtype: Any) -> Any:
    if num < 2 or dtype.kind != "f" or {type(start), type(stop)} - {int, float}:
        return numpy.linspace(start, stop, num, dtype=dtype)
    out = numpy.arange(num, dtype=float64)
    out *= (stop - start) / (num - 1)
    out += start
    out[-1] = stop
    return out.astype(dtype, copy=False)


def eye(rows: int, columns: int | None, dtype: Any) -> Any:
    width = rows if columns is None else columns
    out = numpy.zeros((rows, width), dtype)
    out.reshape(-1)[: width * width : width + 1] = 1
    return out
