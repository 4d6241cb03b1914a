"""Random tensors from an explicit generator, so that every run can be repeated.

The generator is NumPy's, and the numbers are drawn on the processor on every backend: one seed gives the same tensor
on NumPy and on CuPy.
"""

from __future__ import annotations  # so that numpy.random is imported when first used, not before

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from minitensor import backend
from minitensor.backend.dtypes import checked_dtype
from minitensor.core.tensor import Tensor, wrap
from minitensor.errors import DTypeError, InputError, ShapeError

Shape = int | Sequence[int]


def generator(seed: int | None) -> np.random.Generator:
    """A source of random numbers: the same seed gives the same numbers, None others each time.

    >>> permutation(generator(0), 4).tolist() == permutation(generator(0), 4).tolist()
    True
    """
    return np.random.default_rng(seed)


def normal(rng: np.random.Generator, shape: Shape, mean: Any = 0.0, std: Any = 1.0, dtype: Any = "float64") -> Tensor:
    """Numbers from the normal distribution.

    >>> normal(generator(0), (2, 3)).shape
    (2, 3)
    """
    if not np.all(np.asarray(std) >= 0):  # so that NaN does not pass
        raise InputError(f"normal: std={std} is not 0 or more, as a standard deviation is")
    return _place(_checked(rng).normal(mean, std, _sizes(shape)), _float(dtype))


def uniform(
    rng: np.random.Generator, shape: Shape, low: float = 0.0, high: float = 1.0, dtype: Any = "float64"
) -> Tensor:
    """Numbers spread evenly from `low` up to, not including, `high`.

    >>> bool(uniform(generator(0), 100, 2, 3).min() >= 2)
    True
    """
    if not low <= high:
        raise InputError(f"uniform: low={low} is above high={high}; swap them")
    numbers = np.asarray(_checked(rng).uniform(low, high, _sizes(shape)), dtype=_float(dtype))
    if low < high:  # rounding to a smaller dtype may reach `high`
        numbers = np.minimum(numbers, np.nextafter(numbers.dtype.type(high), numbers.dtype.type(low)))
    return _place(numbers, dtype)


def permutation(rng: np.random.Generator, n: int) -> Tensor:
    """The integers 0 to n - 1 (int64) in random order.

    >>> sorted(permutation(generator(0), 4).tolist())
    [0, 1, 2, 3]
    """
    if operator.index(n) < 0:
        raise InputError(f"permutation: there are no {n} integers; n is 0 or more")
    return _place(_checked(rng).permutation(operator.index(n)), "int64")


def _checked(rng: Any) -> np.random.Generator:
    if not isinstance(rng, np.random.Generator):
        raise DTypeError(f"the generator is a {type(rng).__name__}; write minitensor.random.generator(seed)")
    return rng


def _sizes(shape: Shape) -> tuple[int, ...]:
    sizes = tuple(map(operator.index, shape if isinstance(shape, Sequence) else (shape,)))
    if any(size < 0 for size in sizes):
        raise ShapeError(f"a shape is made of integers that are not negative, not {shape}")
    return sizes


def _float(dtype: Any) -> np.dtype:
    if checked_dtype(dtype).kind != "f":
        raise DTypeError(f"random numbers of {dtype} would be cut to integers; draw floats and use .astype")
    return checked_dtype(dtype)


def _place(numbers: np.ndarray, dtype: Any) -> Tensor:
    return wrap(backend.current().from_numpy(np.asarray(numbers, dtype=checked_dtype(dtype))))
