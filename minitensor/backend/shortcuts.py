"""Faster ways into NumPy than the standard's names: the methods of ufuncs and of arrays, with no Python in front.

Each function here does what the careful function of the same name does with good arguments (see `primitive` in
`ops.py`). It checks only what NumPy would get wrong in silence, and may raise anything for bad ones: the careful
function then runs. What a call costs is in tests/benchmarks/overhead.py.
"""

import math
from operator import attrgetter
from typing import Any

import numpy
from numpy import empty, float64, ndarray

from minitensor.backend import reductions, sums
from minitensor.backend.dtypes import SAFE, holds_number

# --- shape ---------------------------------------------------------------------------------------------------------

transpose = attrgetter("T")
matrix_transpose = attrgetter("mT")


def reshape(array: Any, *shape: Any) -> Any:
    for size in shape[0] if type(shape[0]) is tuple else shape:
        if type(size) is not int or size < -1:
            raise TypeError  # NumPy takes arrays, None, and any negative size for -1
    return array.reshape(*shape)


def permute_dims(array: Any, *axes: Any) -> Any:
    if not axes or (type(axes[0]) is not int and type(axes[0]) is not tuple):
        raise TypeError  # NumPy would reverse the axes, and takes arrays
    return array.transpose(*axes)


def expand(array: Any, *shape: Any) -> Any:
    sizes = shape[0] if type(shape[0]) is tuple else shape
    own, strides = array.shape, array.strides
    new = len(sizes) - len(own)
    if new and min(sizes) < 0:
        raise ValueError
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


# --- elements ------------------------------------------------------------------------------------------------------

LONG = 2**13  # numbers from which a way that starts later has ended earlier
WORTH_BLOCKS = {4: 2**15, 8: 2**16}  # numbers, by their bytes, from which running sums are made in blocks
LARGEST = 2**63  # beyond it NumPy computes with Python's own integers
WRITES = {float: "fc", int: "iufc", bool: "biufc"}  # what takes a number that is not too large
UINT64 = numpy.dtype("uint64")
MASKED = 2**12  # numbers from which a mask of bits is quicker than a choice
BITS = {numpy.dtype("float32"): numpy.dtype("int32"), numpy.dtype("float64"): numpy.dtype("int64")}
BASIC = {int, slice, type(None), type(...)}  # what an index gives a view for


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
        if not part.ndim or part.dtype == UINT64:
            raise IndexError  # NumPy would take 2**64 - 1 for -1
    if array.size > LONG and type(key) is ndarray and key.dtype.kind == "b" and key.shape == array.shape:
        flat, mask = array.reshape(-1), key.reshape(-1)  # copies, where they do not lie row by row
        return flat.compress(mask)  # where NumPy makes an index for each element first
    if not array.size:
        raise IndexError  # NumPy would not look at the indices
    return array[key]


def setitem(array: Any, key: Any, value: Any) -> None:
    """key : ints, slices, None and ``...``, or one raw integer array or mask"""
    if type(value) is ndarray:
        if value.dtype != array.dtype:
            raise TypeError
    elif array.dtype.kind not in WRITES[type(value)]:
        raise TypeError
    elif not -SAFE <= value <= SAFE and not holds_number(array.dtype, value):
        raise OverflowError  # NumPy would write infinity
    if type(key) is tuple:
        if not BASIC.issuperset(map(type, key)):
            raise IndexError  # NumPy would move the axis of a list to the front, and takes True for a mask
    elif type(key) is ndarray:
        if not key.ndim or not array.size or key.dtype == UINT64:
            raise IndexError
    elif type(key) not in BASIC:
        raise IndexError
    array[key] = value


def refuse_expanded(array: Any) -> None:
    """NumPy refuses by itself."""


# --- elementwise -----------------------------------------------------------------------------------------------------

negative, positive, bitwise_invert, abs = numpy.negative, numpy.positive, numpy.invert, numpy.absolute
exp, log, sqrt, tanh = numpy.exp, numpy.log, numpy.sqrt, numpy.tanh
floor, ceil, isfinite, isnan, conj = numpy.floor, numpy.ceil, numpy.isfinite, numpy.isnan, numpy.conjugate
square, sign, isinf, signbit = numpy.square, numpy.sign, numpy.isinf, numpy.signbit
expm1, log1p, log2, log10 = numpy.expm1, numpy.log1p, numpy.log2, numpy.log10
sin, cos, tan, asin, acos, atan = numpy.sin, numpy.cos, numpy.tan, numpy.arcsin, numpy.arccos, numpy.arctan
sinh, cosh, asinh, acosh, atanh = numpy.sinh, numpy.cosh, numpy.arcsinh, numpy.arccosh, numpy.arctanh


def round(array: Any) -> Any:
    if array.dtype.kind == "b":
        raise TypeError  # NumPy would make float16 of it
    return array.round()


def real(array: Any) -> Any:
    return array.real.copy()


def imag(array: Any) -> Any:
    return array.imag.copy()


# --- others --------------------------------------------------------------------------------------------------------


def sort(array: Any, axis: int = -1, descending: bool = False) -> Any:
    if descending or type(axis) is not int:
        raise TypeError
    ordered = array.copy()
    ordered.sort(axis)
    return ordered


def argsort(array: Any, axis: int = -1, descending: bool = False) -> Any:
    if descending or not array.ndim or type(axis) is not int:
        raise TypeError
    return array.argsort(axis, "stable")


def cumsum(array: Any, axis: int = -1) -> Any:
    if not array.ndim or type(axis) is not int:
        raise IndexError
    dtype = array.dtype
    if dtype.kind == "f" and (
        dtype.itemsize < 4 or (array.size > WORTH_BLOCKS[dtype.itemsize] < 64 * array.shape[axis])
    ):
        wide = array.astype(numpy.float32, copy=False) if dtype.itemsize < 4 else array
        return sums.running(wide, axis % array.ndim).astype(dtype, copy=False)
    return array.cumsum(axis)


def take(array: Any, indices: Any, axis: int = 0) -> Any:
    if (
        indices.dtype.kind not in "iu"
        or indices.dtype == UINT64
        or not array.ndim
        or not array.size
        or type(axis) is not int
    ):
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
    return _not_floats_of_integers(numpy.concatenate(arrays, axis), array)


def _not_floats_of_integers(result: Any, array: Any) -> Any:
    if result.dtype is not array.dtype and result.dtype.kind == "f" and array.dtype.kind in "iu":
        raise TypeError  # as NumPy has it for int64 and uint64; others are looked at with care
    return result


def stack(array: Any, arrays: Any, axis: Any) -> Any:
    if type(axis) is not int:
        raise TypeError
    alike = axis == 0
    for each in arrays:
        if type(each) is not ndarray or each.shape != array.shape:
            raise ValueError
        alike = alike and each.dtype == array.dtype  # a list of several dtypes promotes otherwise
    if alike:
        return numpy.array(arrays)
    return _not_floats_of_integers(numpy.concatenate([expand_dims(each, axis) for each in arrays], axis), array)


def maximum(array: Any, other: Any) -> Any:
    return _not_floats_of_integers(numpy.maximum(array, other), array)


def minimum(array: Any, other: Any) -> Any:
    return _not_floats_of_integers(numpy.minimum(array, other), array)


def where(condition: Any, a: Any, b: Any) -> Any:
    if condition.dtype.kind != "b":
        raise TypeError
    if type(b) is float and not b and type(a) is ndarray and a.size >= MASKED and a.shape == condition.shape:
        bits: Any = BITS.get(a.dtype)
        if bits and math.copysign(1.0, b) > 0:  # −0.0 has a bit that is not 0
            # 1 becomes all bits, 0 none. NumPy's own takes several times as long where the condition follows no rule:
            # tests/benchmarks/claims.py.
            mask = condition.astype(bits)
            numpy.negative(mask, mask)
            return numpy.bitwise_and(mask, a.view(bits), mask).view(a.dtype)
    if type(a) is type(b) is ndarray:
        return _not_floats_of_integers(numpy.where(condition, a, b), a)
    return numpy.where(condition, a, b)


def clip(array: Any, low: Any, high: Any) -> Any:
    if type(low) is not type(high) or type(low) not in (int, float) or not low <= high:
        raise TypeError
    if array.dtype.kind not in "iuf" or array.dtype.char == "e" or not -LARGEST < low <= high < LARGEST:
        raise TypeError
    # Two ufuncs start faster than NumPy's clip, but go over the elements twice.
    return numpy.minimum(numpy.maximum(array, low), high) if array.size < reductions.SMALL else array.clip(low, high)


def contiguous(array: Any) -> Any:
    return array if array.flags.c_contiguous else array.copy()


def copy(array: Any) -> Any:
    return array.copy("K")


# --- new arrays ------------------------------------------------------------------------------------------------------


def full(shape: Any, value: Any, dtype: Any) -> Any:
    if shape is None:
        raise TypeError
    if value == 0 and (type(value) is not float or math.copysign(1.0, value) > 0) and type(value) is not complex:
        return numpy.zeros(shape, dtype)  # the system gives such memory without anyone writing to it
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


def eye(rows: int, columns: int | None, dtype: Any, k: int = 0) -> Any:
    if k:
        return numpy.eye(rows, columns, k, dtype)
    width = rows if columns is None else columns
    out = numpy.zeros((rows, width), dtype)
    out.reshape(-1)[: width * width : width + 1] = 1
    return out
