"""Reductions as NumPy does them fastest: a ufunc's own `reduce`, which has no Python in front.

They are shortcuts like those in `shortcuts.py`: they take good arguments, and raise where NumPy would be wrong in
silence. What a call costs is in tests/benchmarks/overhead.py.
"""

from functools import lru_cache
from math import inf
from math import sqrt as square_root
from typing import Any

import numpy
from numpy import asarray, empty, float64, int64, ndarray, uint8, uint64

from minitensor.backend import sums

SMALL = 2**12  # elements up to which starting a function takes longer than its work

SMALL_LIST = 64  # numbers up to which Python has gone through a list before NumPy has started
PIECE = 512  # squares that are added at once for a norm, whose error is half that of their sum
# Sums of squares so large that squares which vanished, below 2^-126 and 2^-1022, count for nothing.
FLOAT64 = numpy.dtype(float64)
SAFE_SQUARES = {numpy.dtype("float32"): 2.0**-66, FLOAT64: 2.0**-900}

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


def _plain(array: Any, axis: Any) -> bool:
    """Whether NumPy's own sum of floats is as accurate as that of `sums`, and no slower."""
    size, shape = array.size, array.shape
    if array.itemsize < 4 or not array.flags.c_contiguous:
        return False
    if axis is None:
        return size <= sums.QUICK or array.dtype is FLOAT64
    if size > sums.QUICK:
        return False
    if type(axis) is not int or not shape:
        return False
    if axis in (-1, len(shape) - 1):
        return size < SMALL or shape[-1] > sums.NARROW
    return -len(shape) <= axis < len(shape) and shape[axis] <= sums.FEW and shape[-1] >= sums.NARROW


def _axes(array: Any, axis: Any) -> Any:
    """The axes counted from the front, in order."""
    ndim = array.ndim
    if axis is None:
        return range(ndim)
    if type(axis) is int and -ndim <= axis < ndim:
        return (axis % ndim,)
    axes = set()
    for one in (axis,) if type(axis) is int else axis:
        if not -ndim <= one < ndim or one % ndim in axes:
            raise IndexError
        axes.add(one % ndim)
    return sorted(axes)


def _shaped(made: Any, axes: Any, keepdims: bool) -> Any:
    """Without the axes that were summed, unless they are wanted."""
    return made if keepdims else made.squeeze(tuple(axes))


def sum(array: Any, axis: Any = None, keepdims: bool = False) -> Any:
    dtype = array.dtype
    if dtype.kind in "fc":
        if (array.size > sums.FEW or dtype.itemsize < 4) and not _plain(array, axis):
            axes = _axes(array, axis)
            return _shaped(sums.total(array, axes), axes, keepdims).astype(dtype, copy=False)
    elif dtype.kind == "b" and array.size > SMALL and (axis is None or type(axis) is int):
        return _count_true(array, axis, keepdims)
    else:
        dtype = uint64 if dtype.kind == "u" else int64
    return _add(array, axis, dtype, _into(array, axis, keepdims, dtype), keepdims)


def _count_true(array: Any, axis: int | None, keepdims: bool) -> Any:
    """How many are true: along an axis by bytes, which hold the sum of 255."""
    if axis is None:
        return asarray(numpy.count_nonzero(array)).reshape((1,) * array.ndim if keepdims else ())
    (axis,) = _axes(array, axis)
    n = array.shape[axis]
    left, before = n % 255, (slice(None),) * axis
    ones = array.view(uint8)
    blocks = ones[(*before, slice(n - left))].reshape(*array.shape[:axis], -1, 255, *array.shape[axis + 1 :])
    made = _add(_add(blocks, axis + 1, uint8), axis, int64, None, keepdims)
    made += _add(ones[(*before, slice(n - left, n))], axis, uint8, None, keepdims)
    return made


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
    """The sum, as an array that may be written over, in the dtype of a mean or a wider one."""
    dtype = array.dtype
    if dtype.kind in "biu":
        if dtype.itemsize < 8 and array.size > SMALL and array.size < 2**31:
            return sum(array, axis, keepdims).astype(float64)  # exact, and NumPy is quicker with integers
        return _add(array, axis, float64, _into(array, axis, keepdims, float64), keepdims)
    if (array.size <= sums.FEW and dtype.itemsize > 2) or _plain(array, axis):
        return _add(array, axis, None, _into(array, axis, keepdims, dtype), keepdims)
    axes = _axes(array, axis)
    return _shaped(sums.total(array, axes), axes, keepdims)


@lru_cache(maxsize=1024)
def _number(value: float, dtype: numpy.dtype) -> ndarray:
    """A number as an array. NumPy divides by it in two thirds of the time: tests/benchmarks/claims.py."""
    return asarray(value, dtype)


def mean(array: Any, axis: Any = None, keepdims: bool = False) -> Any:
    count, total = _count(array, axis), _total(array, axis, keepdims)
    if array.dtype.kind in "fc":
        number = _dot_with_itself(total.reshape(-1)) if total.ndim else total.item().real
        if not -inf < number < inf:
            raise OverflowError  # the means may be numbers all the same
    if array.dtype.kind in "biu" or total.dtype is array.dtype:
        return numpy.divide(total, _number(count, total.dtype), total)
    return asarray(total / count, array.dtype)


def var(array: Any, axis: Any = None, keepdims: bool = False, correction: float = 0) -> Any:
    count, dtype = _count(array, axis), array.dtype
    if type(correction) not in (int, float) or not 0 < count - correction < inf:
        raise TypeError
    if dtype.kind in "biu":
        dtype = FLOAT64
    least = SAFE_SQUARES[dtype]
    if array.size < SMALL:
        distance = array - mean(array, axis, True)
        if axis is None and not keepdims:
            flat, out = distance.reshape(-1), empty((), dtype)
            number, wrong = float(flat.dot(flat)), float(_add(flat))
            if not least < number < inf and (number or flat.any()):
                raise ValueError
            left = number - wrong * wrong / count
            out[()] = left / (count - correction) if left > 0 else 0.0  # by rounding it may be just below
            return out
        axis = axis if keepdims or type(axis) is int else tuple(_axes(array, axis))
        wrong = _total(distance, axis, keepdims)
        distance *= distance
        squares = _total(distance, axis, keepdims)
    else:
        axes = _axes(array, axis)
        middle = (sums.total(array, axes) / count).astype(dtype) if array.dtype is dtype else mean(array, axis, True)
        with numpy.errstate(all="ignore"):  # the careful way says what there is to say
            squares, wrong = (_shaped(made, axes, keepdims) for made in sums.squares(array, axes, middle))
    _check_range(squares, least)
    # What the mean was rounded by is in every difference. By rounding less than 0 may be left.
    return asarray(numpy.maximum(squares - wrong * wrong / count, 0) / (count - correction), dtype)


def _check_range(squares: Any, least: float) -> None:
    """Raise for sums in which squares that count may have vanished, or overflowed."""
    ends = (
        squares.reshape(-1).tolist()
        if squares.size < SMALL_LIST
        else [_minimum(squares, None), _maximum(squares, None)]
    )
    for end in ends:
        if not least < end < inf:
            raise ValueError


def std(array: Any, axis: Any = None, keepdims: bool = False, correction: float = 0) -> Any:
    squares = var(array, axis, keepdims, correction)
    return numpy.sqrt(squares, squares)


def vector_norm(array: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The root of the sum of the squares, where no square that counts can vanish or overflow."""
    dtype = array.dtype
    least = SAFE_SQUARES[dtype]
    if not array.size or (axis is not None and not array.ndim):
        raise ValueError
    if (axis is None or (axis == (-2, -1) and array.ndim == 2)) and not keepdims:
        number = _dot_with_itself(array.reshape(-1)) if array.flags.c_contiguous else inf
        if least < number < inf:
            out = empty((), dtype)
            out[()] = square_root(number)
            return out
    if array.size < SMALL and type(axis) is int and not keepdims and array.shape[axis] <= PIECE:
        squared = _vecdot(array, array, axis=axis)
    else:
        axes = _axes(array, axis)
        with numpy.errstate(all="ignore"):
            (squared,) = sums.squares(array, axes)
        squared = _shaped(squared, axes, keepdims)
    _check_range(squared, least)
    return asarray(numpy.sqrt(squared), dtype)


def _dot_with_itself(flat: Any) -> float:
    """In pieces that are so short that the root of their sum is accurate."""
    left = flat.size % PIECE
    if left == flat.size:
        return flat.dot(flat).item().real
    table, rest = flat[: flat.size - left].reshape(-1, PIECE), flat[flat.size - left :]
    return _add(_vecdot(table, table)).item().real + rest.dot(rest).item().real
