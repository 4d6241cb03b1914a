"""NumPy, on the processor."""

import contextlib
import math
import operator
import platform
import sys
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy

from minitensor.backend import memory, reductions, shortcuts, sums
from minitensor.backend.numpy_api import NumPyAPI
from minitensor.backend.numpy_calls import LONG, by_method, integer_matmul, long_vecdot, short_vecdot
from minitensor.backend.threads import threads_of_blas

LARGE = 512  # elements of two matrices of integers, from which another way to multiply may be faster
FEW_PLACES = 12  # to which rows go, up to which a product of all rows is quicker than a sort
WIDEST = 2**16  # rows of a table whose numbers fit 16 bits


class NumPyBackend(NumPyAPI):
    """NumPy: arrays in this process's memory, and its shortcuts."""

    name = "numpy"
    on_processor = True
    runs_kernels_on = "simulator"
    protects_expanded = True

    def __init__(self) -> None:
        super().__init__(numpy, numpy.ndarray)

    def shortcut(self, name: str) -> Callable[..., Any] | None:
        return getattr(shortcuts, name, None) or getattr(reductions, name, None)

    def from_numpy(self, array: numpy.ndarray) -> Any:
        return array

    def to_numpy(self, array: Any) -> numpy.ndarray:
        return array

    full = staticmethod(shortcuts.full)
    linspace = staticmethod(shortcuts.linspace)
    eye = staticmethod(shortcuts.eye)

    def as_array(self, result: Any) -> Any:
        return numpy.asarray(result) if isinstance(result, numpy.generic) else result

    def protected(self, array: Any) -> Any:
        view = array.view()
        view.flags.writeable = False
        return view

    def _shareable(self, array: Any) -> bool:
        flags = array.flags
        return bool(flags.writeable) and (bool(flags.c_contiguous) or super()._shareable(array))

    def free_memory(self) -> int | None:
        """What the system, and on Linux its limits, leave."""
        return memory.free_memory()

    def sum(self, array: Any, axes: Any, keepdims: bool = False) -> Any:
        if array.dtype.kind not in "fc":
            return self.xp.add.reduce(array, tuple(axes), array.dtype, keepdims=keepdims)
        made = sums.total(array, sorted(axes)) if axes else array
        return made.astype(array.dtype) if keepdims else made.squeeze(tuple(axes)).astype(array.dtype)

    def least_of_runs(self, values: Any, starts: Any) -> Any:
        return numpy.minimum.reduceat(values, starts) if starts.size else values

    def repeat(self, array: Any, times: Any) -> Any:
        return array.repeat(times)

    def at_rank(self, array: Any, rank: int) -> Any:
        return numpy.asarray(numpy.partition(array, rank)[..., rank])

    def matmul(self, a: Any, b: Any) -> Any:
        """Of two matrices of integers by way of floats where that is exact; of vectors and matrices by `dot`."""
        if a.size + b.size >= LARGE and min(a.ndim, b.ndim) > 1 and a.dtype.kind in "biu" and b.dtype.kind in "biu":
            return integer_matmul(a, b)
        # The same product as `@` for these, and it starts in half the time or less: tests/benchmarks/claims.py.
        return a.dot(b) if 0 < a.ndim <= 2 and 0 < b.ndim <= 2 and a.dtype.kind in "fc" else a @ b

    def sums_of_rows(self, rows: Any, places: Any, size: int) -> Any:
        """Of few places by one product, of many by a sort: then each is the product of ones and of rows in a row."""
        if size <= FEW_PLACES:
            return super().sums_of_rows(rows, places, size)
        order = places.argsort(kind="stable")
        ordered, ones = rows.take(order, 0), numpy.ones(rows.shape[0], rows.dtype)
        sums, start = numpy.zeros((size, rows.shape[1]), rows.dtype), 0
        for place, end in enumerate(numpy.bincount(places, minlength=size).cumsum().tolist()):
            if start < end:
                ones[start:end].dot(ordered[start:end], out=sums[place])
            start = end
        return sums

    def lowest(self, table: Any, two: bool = False) -> tuple[Any, Any, Any]:
        """By the rows that equal the least: `argmin` along axis 0 is several times slower
        (tests/benchmarks/claims.py)."""
        size, count = table.shape
        if not count or size > WIDEST:
            return super().lowest(table, two)
        least = numpy.minimum.reduce(table, 0)
        kind = numpy.uint8 if size <= 256 else numpy.uint16
        found = numpy.equal(table, least)
        marks = found.view(numpy.uint8) if kind is numpy.uint8 else found.astype(kind)
        marks *= numpy.arange(size - 1, -1, -1, dtype=kind)[:, None]  # so that the first of equals is the largest
        rows = kind(size - 1) - numpy.maximum.reduce(marks, 0)
        if not two or size == 1:
            return rows, least, None
        table[rows, numpy.arange(count)] = math.inf
        return rows, least, numpy.minimum.reduce(table, 0)

    def base(self, dtype: Any) -> float:
        return 2.0 if _many_exp2_at_once(numpy.dtype(dtype).name) else math.e

    def exps(self, array: Any, times: int) -> Any:
        power = numpy.exp2 if self.base(array.dtype) == 2 else numpy.exp
        result = power(array)
        for _ in range(times - 1):
            power(array, out=result)
        return result

    def call_of_one(self, call: str, argument: Any, dtype: Any, rank: int = 1) -> Callable[[Any], Any]:
        return by_method(call, argument, numpy.dtype(dtype), rank) or super().call_of_one(call, argument, dtype, rank)

    def call_of_two(self, call: str, dtype: Any, ranks: tuple[int, int]) -> Callable[[Any, Any], Any]:
        found = self._call_of_two(call, dtype, ranks)
        # Where no axis is left NumPy returns a scalar of its own; make it an array again.
        leaves_none = ranks == ((0, 0) if call.startswith("multiply") else (1, 1))
        return (lambda a, b: numpy.asarray(found(a, b))) if leaves_none else found

    def _call_of_two(self, call: str, dtype: Any, ranks: tuple[int, int]) -> Callable[[Any, Any], Any]:
        kind = numpy.dtype(dtype).kind
        if call not in ("matmul", "vecdot"):
            return super().call_of_two(call, dtype, ranks)
        if call == "vecdot" and (kind == "b" or ranks != (1, 1)):
            return numpy.vecdot if kind == "b" else short_vecdot
        if call == "vecdot" and kind == "f":
            return lambda a, b: a.dot(b) if a.size <= LONG else long_vecdot(a, b)
        if kind in "biu" and min(ranks) > 1:
            return integer_matmul
        return numpy.ndarray.dot if min(ranks) > 0 and max(ranks) <= 2 and kind != "b" else operator.matmul

    def threads(self) -> int:
        """As many as BLAS takes."""
        return threads_of_blas()

    def device_names(self) -> list[str]:
        with contextlib.suppress(OSError), open("/proc/cpuinfo", encoding="utf-8") as lines:
            return [line.partition(":")[2].strip() for line in lines if line.startswith("model name")][:1]
        return []

    def square_in_place(self, array: numpy.ndarray, times: int, floor: Any = None) -> numpy.ndarray:
        for table in array:  # one at a time, so that it stays in a core's own cache
            super().square_in_place(table, times, floor)
        return array

    def device_name(self) -> str:
        return next(iter(self.device_names()), platform.processor() or platform.machine())


@cache
def _many_exp2_at_once(dtype: str) -> bool:
    """Whether NumPy has vector instructions for exp2 here: on Linux, where it takes Intel's SVML for AVX-512.

    For float32, exp2 then takes half as long as exp. Without them it takes 2 to 2.4 times as long, since exp has vector
    instructions nearly everywhere. (tests/benchmarks/claims.py shows the one of the two that holds on a machine.)
    """
    loops = numpy.lib.introspect.opt_func_info(func_name="^exp2$", signature=f"^{dtype}$")
    quick = any("baseline" not in loop["current"] for loop in loops.get("exp2", {}).values())
    return quick and sys.platform == "linux"
