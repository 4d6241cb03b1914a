"""What NumPy and CuPy spell alike and the standard does not: strides, results written over a given array, bincount."""

import math
from typing import Any

import numpy

from minitensor.backend.dtypes import checked_dtype
from minitensor.backend.standard import Backend


class NumPyAPI(Backend):
    """The base of the two libraries that have NumPy's own functions."""

    def dtype(self, name: Any) -> Any:
        return checked_dtype(name)

    def numpy_dtype(self, array: Any) -> numpy.dtype:
        return array.dtype

    def astype(self, array: Any, dtype: Any) -> Any:
        return array.astype(dtype)

    def strides(self, array: Any) -> tuple[int, ...]:
        return tuple(stride // array.itemsize for stride in array.strides)

    def layout(self, array: Any) -> Any:
        return array.strides

    def contiguous(self, array: Any) -> Any:
        return self.xp.ascontiguousarray(array)

    def shares_memory(self, array: Any, other: Any) -> bool:
        return bool(self.xp.may_share_memory(array, other))

    def is_contiguous(self, array: Any) -> bool:
        return bool(array.flags.c_contiguous)

    def argsort(self, array: Any, axis: int) -> Any:
        return self.xp.argsort(array, axis=axis, kind="stable")

    def scatter_add(self, places: Any, values: Any, size: int) -> Any:
        if not places.shape[0]:  # NumPy would give integers, and CuPy nothing
            return self.xp.zeros(size)
        return self.xp.bincount(places, weights=values, minlength=size)

    def cumulative_sum(self, array: Any, axis: int) -> Any:
        return self.xp.cumsum(array, axis=axis)  # NumPy 2.0 does not have the standard's name yet

    def cumulative_prod(self, array: Any, axis: int) -> Any:
        return self.xp.cumprod(array, axis=axis)

    def matmul_into(self, a: Any, b: Any, out: Any) -> Any:
        return self.xp.matmul(a, b, out=out)

    def exp_in_place(self, array: Any, floor: Any = None, base: float = math.e) -> Any:
        if floor is not None:
            self.xp.maximum(array, floor, out=array)
        return (self.xp.exp2 if base == 2 else self.xp.exp)(array, out=array)

    def square_in_place(self, array: Any, times: int, floor: Any = None) -> Any:
        if floor is not None:
            self.xp.maximum(array, floor, out=array)
        for _ in range(times):
            self.xp.multiply(array, array, out=array)
        return array
