"""Means, variances and standard deviations in the standard's terms: right wherever the result is a number."""

import math
from collections.abc import Sequence
from typing import Any

from minitensor.backend.standard import Backend


def moment(lib: Backend, name: str, array: Any, axes: Sequence[int], count: int, correction: float) -> Any:
    """The mean, var or std of floats over these axes, which stay with size 1; float16 by way of float32.

    count : the numbers over which it is taken; correction : what var subtracts from it. Memory: five tables.
    """
    own = lib.numpy_dtype(array)
    array = lib.astype(array, lib.dtype("float32")) if own == "float16" else array
    unit = _unit(lib, array, axes)
    made = _in_units(lib, name, array / unit, axes, count, correction) * unit
    made = made * unit if name == "var" else made
    return lib.astype(made, lib.dtype(own)) if own == "float16" else made


def _unit(lib: Backend, array: Any, axes: Sequence[int]) -> Any:
    """The power of 2 next to the largest number: measured in it no square overflows, and none that counts vanishes."""
    xp, largest = lib.xp, lib.xp.max(lib.xp.abs(array), axis=axes, keepdims=True)
    usable = (largest > 0) & (largest < math.inf)
    exponent = xp.log2(xp.where(usable, largest, xp.ones_like(largest)))
    return 2.0 ** xp.floor(exponent * (1 - 2.0**-12))  # for the largest float log2 rounds up, to that of infinity


def _in_units(lib: Backend, name: str, array: Any, axes: Sequence[int], count: int, correction: float) -> Any:
    """var goes over the numbers twice, and is less what the rounding of the mean adds to it."""
    xp, mean = lib.xp, lib.sum(array, axes, True) / count
    if name == "mean":
        return mean
    distance = array - mean
    squares, wrong = lib.sum(xp.abs(distance) ** 2, axes, True), xp.abs(lib.sum(distance, axes, True))
    left = squares - wrong * wrong / count
    var = xp.where(left < 0, xp.zeros_like(left), left) / (count - correction)  # by rounding it may be just below 0
    return var if name == "var" else xp.sqrt(var)
