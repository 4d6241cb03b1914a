"""Calls made ready: a function of one or two arrays whose other arguments are already given.

A plan that runs a thousand times should not look for the right function a thousand times. `one` and `two` find it
once. On NumPy and CuPy it is a method of the array where that starts in a third of the time of the function
of the same name; on any other library it is what the standard names.
"""

import operator
from collections.abc import Callable
from typing import Any

import numpy

from minitensor.backend.libraries import Backend

FLOAT64_INTEGERS = 2**53  # up to here float64 holds every integer
SHORT = 8  # elements of a row up to which the products of all rows are made first, and then summed
WORTH_TILING, TILE = 256, 2**15  # elements
WORTH_CONVERTING = 4096  # products in a matrix product, below which the conversion costs more than it gains


def one(engine: Backend, call: str, argument: Any, dtype: Any, rank: int = 1) -> Callable[[Any], Any]:
    """The function called `call` of one array, with its axes or shape given; sums are made in `dtype`.

    rank : how many axes the result has
    """
    xp = engine.xp
    own = engine.dtype(dtype)
    is_bool = numpy.dtype(dtype).kind == "b"
    if call == "trace":
        if engine.name == "numpy" and rank == 0 and not is_bool:
            reduce: Any = numpy.add.reduce
            new = numpy.empty
            return lambda array: reduce(array.diagonal(), None, own, new((), own))
        total = one(engine, "sum", (-1,), dtype, rank)
        return lambda array: total(engine.diagonal(array))
    by_standard: dict[str, Callable[[Any], Any]] = {
        "squeeze": lambda array: xp.squeeze(array, axis=argument),
        "diagonal": engine.diagonal,
        "permute_dims": lambda array: xp.permute_dims(array, argument),
        "reshape": lambda array: xp.reshape(array, argument),
        "copy": engine.contiguous,
        "astype": lambda array: engine.astype(array, own),
        # The default would widen small integers.
        "sum": (lambda array: xp.any(array, axis=argument))
        if is_bool
        else (lambda array: xp.sum(array, axis=argument, dtype=own)),
    }
    if engine.name == "numpy" and call == "sum" and not is_bool:
        add: Any = numpy.add.reduce
        empty = numpy.empty
        if rank == 0:  # into an array, for NumPy would return a scalar of its own
            return lambda array: add(array, None, own, empty((), own))
        return lambda array: add(array, argument, own)
    by_method: dict[str, Callable[[Any], Any]] = {
        "squeeze": lambda array: array.squeeze(argument),
        "diagonal": (lambda array: array.diagonal(0, -2, -1)) if rank > 1 else (lambda array: array.diagonal()),
        "permute_dims": lambda array: array.transpose(argument),
        "reshape": lambda array: array.reshape(argument),
        "sum": (lambda array: array.any(argument)) if is_bool else (lambda array: array.sum(argument, own)),
    }
    return by_method.get(call, by_standard[call]) if engine.has_methods else by_standard[call]


def two(engine: Backend, call: str, dtype: Any, ranks: tuple[int, int]) -> Callable[[Any, Any], Any]:
    """The function called `call` of two arrays of this dtype, with so many axes: `multiply`, `matmul` or `vecdot`.

    `multiply_into` writes the product over the first. For bool, a product is `and` and a sum is `or`. The first of a
    complex `vecdot` is not conjugated.
    """
    kind = numpy.dtype(dtype).kind
    if call == "multiply_into":
        return operator.iand if kind == "b" else operator.imul
    if call == "multiply":
        return engine.xp.logical_and if kind == "b" else operator.mul
    if kind == "b":
        float32 = engine.dtype("float32")
        count = two(engine, call, "float32", ranks)
        # Counting in float32 is quick, and a count may lose digits but never comes back to zero.
        return lambda a, b: count(engine.astype(a, float32), engine.astype(b, float32)) != 0
    if engine.name == "numpy" and (call == "matmul" or ranks == (1, 1)):
        if kind in "iu" and min(ranks) > 1:
            return integer_matmul
        if min(ranks) > 0 and max(ranks) <= 2:
            return numpy.ndarray.dot  # the same product as `@`, and starts in half the time
    if call == "matmul":
        return operator.matmul
    if engine.name == "numpy":
        return short_vecdot
    if kind == "c":
        return lambda a, b: (a[..., None, :] @ b[..., None])[..., 0, 0]  # vecdot would conjugate the first
    return engine.vecdot


def short_vecdot(a: numpy.ndarray, b: numpy.ndarray) -> numpy.ndarray:
    """Sums of products along the last axis, up to 3 times as fast as NumPy's where that axis is short.

    NumPy starts a loop anew for every row. BLAS sums all rows of a table of products in one call; the table is made
    in tiles that stay in a core's cache. The first of a complex pair is not conjugated.
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
    """``a @ b`` of NumPy arrays of integers, exact as in NumPy (what is too large wraps), 10 times as fast.

    NumPy multiplies integers without BLAS. Where no sum can leave the range in which float64 holds every integer, the
    product is made in float64 instead, which is then exact too.
    """
    rows, columns, summed = a.shape[-2], b.shape[-1], a.shape[-1]
    if min(rows, columns) > 4 and rows * columns * summed >= WORTH_CONVERTING:
        bound = summed
        for array in (a, b):
            bound *= max(int(array.max()), -int(array.min())) if array.size else 0
        if bound <= FLOAT64_INTEGERS:
            product = a.astype("float64") @ b.astype("float64")
            # By way of int64, for a float that is too large for a smaller integer does not wrap.
            return product.astype("int64").astype(numpy.result_type(a, b), copy=False)
    return a @ b
