"""Faster ways in NumPy than the standard's functions: methods, and products by way of BLAS."""

from collections.abc import Callable
from typing import Any

import numpy

FLOAT64_INTEGERS = 2**53  # up to here float64 holds every integer
SHORT = 8  # elements of a row up to which the products of all rows are made first, and then summed
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
            return (lambda array: array.diagonal(0, -2, -1)) if rank > 1 else (lambda array: array.diagonal())
        # Where no axis is left NumPy would return a scalar of its own; a sum is written into an array instead.
        case "sum" if dtype.kind == "b":
            return (lambda array: array.any(argument)) if rank else (lambda array: numpy.asarray(array.any(argument)))
        case "sum" if rank == 0:
            return lambda array: add(array, None, dtype, empty((), dtype))
        case "sum":
            return lambda array: add(array, argument, dtype)
        case "trace" if rank == 0 and dtype.kind != "b":
            return lambda array: add(array.diagonal(), None, dtype, empty((), dtype))
    return None


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
    return (a[..., None, :] @ b[..., None])[..., 0, 0] if a.dtype.kind == "c" else numpy.vecdot(a, b)


def integer_matmul(a: numpy.ndarray, b: numpy.ndarray) -> numpy.ndarray:
    """``a @ b`` of NumPy arrays of integers, exact as in NumPy (what is too large wraps), and faster.

    a : (..., m, k); b : (..., k, n); of integers
    memory : both operands and their product as float64

    NumPy multiplies integers without BLAS. Where no sum can leave the range in which float64 holds every integer, the
    product is made in float64 instead, which is then exact too: 8 times as fast or more, at 200 × 200
    (tests/benchmarks/claims.py).
    """
    rows, columns, summed = a.shape[-2], b.shape[-1], a.shape[-1]
    if min(rows, columns) > 4 and rows * columns * summed >= WORTH_CONVERTING:
        bound = summed
        for array in (a, b):
            bound *= max(int(array.max()), -int(array.min())) if array.size else 0
        if bound <= FLOAT64_INTEGERS:
            product = a.astype("float64") @ b.astype("float64")
            # By way of int64: a float that is too large for a smaller integer would not wrap.
            return product.astype("int64").astype(numpy.result_type(a, b), copy=False)
    return a @ b
