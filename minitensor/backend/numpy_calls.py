"""Faster ways in NumPy than the standard's functions: methods, and products by way of BLAS."""

from collections.abc import Callable
from math import prod
from typing import Any

import numpy

from minitensor.backend import reductions

FLOAT32_INTEGERS, FLOAT64_INTEGERS = 2**24, 2**53  # up to here they hold every integer
LEAST_SUMMED = 64  # products, of which float64 must hold the sum
CONVERTED = 2**21  # elements that are floats at one time
SHORT = 8  # elements of a row up to which the products of all rows are made first, and then summed
LONG = 512  # elements of a row from which its sum of products is made in pieces
WORTH_TILING, TILE = 256, 2**15  # elements
WORTH_CONVERTING = 2**14  # products in a matrix product, below which converting costs more than it gains


def by_method(call: str, argument: Any, dtype: numpy.dtype, rank: int) -> Callable[[Any], Any] | None:
    """What `Backend.call_of_one` gives, as a method where there is one; None for other calls.

    A method starts in a third of the time of the standard's function (tests/benchmarks/claims.py).
    """
    add: Any = numpy.add.reduce
    empty = numpy.empty
    match call:
        case "squeeze":
            return lambda array: array.squeeze(argument)
        case "permute_dims":
            return lambda array: array.transpose(argument)
        case "reshape":
            return lambda array: array.reshape(argument)
        case "diagonal":
            return diagonal
        # Where no axis is left NumPy would return a scalar of its own; a sum is written into an array instead.
        case "sum" if dtype.kind == "b":
            return (lambda array: array.any(argument)) if rank else (lambda array: numpy.asarray(array.any(argument)))
        case "sum" if dtype.kind in "fc":
            axes = None if rank == 0 else argument[0] if len(argument) == 1 else argument
            return lambda array: reductions.sum(array, axes)
        case "sum" if rank == 0:
            return lambda array: add(array, None, dtype, empty((), dtype))
        case "sum":
            return lambda array: add(array, argument, dtype)
        case "trace" if rank == 0 and dtype.kind != "b":
            return lambda array: add(array.diagonal(), None, dtype, empty((), dtype))
    return None


def diagonal(array: numpy.ndarray) -> numpy.ndarray:
    """Of the last two axes, a view that can be written to where the array can: NumPy's never can."""
    view = array.diagonal(0, -2, -1)
    view.flags.writeable = array.flags.writeable
    return view


def short_vecdot(a: numpy.ndarray, b: numpy.ndarray) -> numpy.ndarray:
    """Sums of products along the last axis, faster than NumPy's where that axis is short.

    NumPy starts a loop anew for every row. BLAS sums all rows of a table of products in one call; the table is made in
    tiles that stay in a core's cache. Where the axis is 2 or 3 long this is 3 to 4 times as fast
    (tests/benchmarks/claims.py). The first of a complex pair is not conjugated.
    """
    summed = a.shape[-1]
    if (
        1 < summed <= SHORT
        and a.size >= WORTH_TILING
        and a.dtype.kind in "fc"
        and a.shape == b.shape
        and a.flags.c_contiguous
        and b.flags.c_contiguous
    ):
        ones = numpy.ones(summed, a.dtype)
        if a.size <= TILE:
            return (a * b) @ ones
        out = numpy.empty(a.shape[:-1], a.dtype)
        left, right, flat = a.reshape(-1, summed), b.reshape(-1, summed), out.reshape(-1)
        rows = TILE // summed
        for start in range(0, len(flat), rows):
            part = slice(start, start + rows)
            numpy.dot(left[part] * right[part], ones, flat[part])
        return out
    if a.dtype.kind == "c":
        return (a[..., None, :] @ b[..., None])[..., 0, 0]
    return long_vecdot(a, b) if summed > LONG and a.dtype.kind == "f" else numpy.vecdot(a, b)


def long_vecdot(a: numpy.ndarray, b: numpy.ndarray) -> numpy.ndarray:
    """Sums of products along the last axis in pieces, whose sums are summed accurately.

    A single call of BLAS would lose digits: of a million equal float32, 2,000 eps.
    """
    summed, piece = a.shape[-1], LONG
    left = summed % piece
    pieces = [each[..., : summed - left].reshape(*each.shape[:-1], -1, piece) for each in (a, b)]
    vecdot: Any = numpy.vecdot
    parts = vecdot(*pieces).astype(numpy.float64)
    if left:
        rest = vecdot(a[..., summed - left :], b[..., summed - left :])
        parts = numpy.concatenate([parts, rest[..., None]], -1)
    return numpy.add.reduce(parts, -1).astype(a.dtype)


def integer_matmul(a: numpy.ndarray, b: numpy.ndarray) -> numpy.ndarray:
    """``a @ b`` of NumPy arrays of integers or of bools, exact as in NumPy (what is too large wraps), and faster.

    a : (..., m, k); b : (..., k, n); for bool, a product is `and` and a sum is `or`
    memory : the product, and at most 40 MB

    NumPy multiplies integers without BLAS. Here small parts are converted to floats and multiplied, so small that a
    float holds every sum of theirs, and the products of the parts are added as integers. That is 8 times as fast or
    more, at 200 × 200 (tests/benchmarks/claims.py).
    """
    rows, columns, summed = a.shape[-2], b.shape[-1], a.shape[-1]
    dtype = numpy.result_type(a, b)
    if dtype.kind == "f" or rows * columns * summed < WORTH_CONVERTING or (min(rows, columns) <= 4 and dtype != "bool"):
        return a @ b
    largest = 1  # no product of two elements is larger
    for array in (a, b):
        largest *= max(int(array.max()), -int(array.min())) if array.size else 0
    if largest * LEAST_SUMMED > FLOAT64_INTEGERS:
        return a @ b
    batch = numpy.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    if a.size + b.size + prod(batch) * rows * columns <= CONVERTED and summed * largest <= FLOAT64_INTEGERS:
        return _by_floats(a, b, summed * largest, dtype)
    out = numpy.zeros((*batch, rows, columns), dtype)
    a, b = (array.reshape((1,) * (out.ndim - array.ndim) + array.shape) for array in (a, b))
    _add_product(a, b, out, largest)
    return out


def _by_floats(a: numpy.ndarray, b: numpy.ndarray, bound: int, dtype: numpy.dtype) -> numpy.ndarray:
    """``a @ b`` where no sum is larger than `bound`."""
    floats = "float32" if bound <= FLOAT32_INTEGERS else "float64"
    product = a.astype(floats) @ b.astype(floats)
    if dtype.kind == "b":
        return product != 0
    # By way of int64: a float that is too large for a smaller integer would not wrap.
    return product.astype("int64").astype(dtype, copy=False)


def _add_product(a: numpy.ndarray, b: numpy.ndarray, out: numpy.ndarray, largest: int) -> None:
    """``out += a @ b``: a stack by halves, and then by halves of the longest axis, until they are small."""
    summed, axes = a.shape[-1], range(out.ndim)
    too_much = summed * largest > FLOAT64_INTEGERS
    if not too_much and a.size + b.size + out.size <= CONVERTED:
        if out.dtype.kind == "b":
            out |= _by_floats(a, b, summed * largest, out.dtype)
        else:
            out += _by_floats(a, b, summed * largest, out.dtype)
        return
    stacked = [axis for axis in axes[:-2] if out.shape[axis] > 1]
    axis = stacked[0] if stacked else max(axes[-2:], key=out.shape.__getitem__)
    if too_much or (not stacked and summed > out.shape[axis]):
        halves = [(a[..., part], b[..., part, :], out) for part in _halves(summed)]
    else:
        at = [(slice(None),) * axis + (part,) for part in _halves(out.shape[axis])]
        has_a, has_b = (array.shape[axis] > 1 and axis != other for array, other in ((a, axes[-1]), (b, axes[-2])))
        halves = [(a[part] if has_a else a, b[part] if has_b else b, out[part]) for part in at]
    for half in halves:
        _add_product(*half, largest)


def _halves(size: int) -> tuple[slice, slice]:
    return slice(None, size // 2), slice(size // 2, None)
