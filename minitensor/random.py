"""Random tensors from an explicit generator, so that every run can be repeated.

The generator is NumPy's, and the numbers are drawn on the processor on every backend: one seed gives the same tensor
on NumPy and on CuPy.
"""

from __future__ import annotations  # so that numpy.random is imported when first used, not before

import math
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from minitensor import backend
from minitensor.core.creation import backend_and_dtype
from minitensor.core.operations import DType
from minitensor.core.tensor import Tensor, wrap
from minitensor.errors import DTypeError, InputError, ShapeError

Shape = int | Sequence[int]


def generator(seed: int | None) -> np.random.Generator:
    """A source of random numbers: the same seed gives the same numbers, None gives others each time.

    >>> permutation(generator(0), 4).tolist() == permutation(generator(0), 4).tolist()
    True
    """
    return np.random.default_rng(seed)


def normal(
    rng: np.random.Generator,
    shape: Shape,
    mean: Any = 0.0,
    std: Any = 1.0,
    dtype: DType | None = None,
    *,
    like: Tensor | None = None,
) -> Tensor:
    """Numbers from the normal distribution.

    dtype : a float dtype, float64 if neither it nor `like` is given; like : a tensor whose backend and dtype it has

    >>> normal(generator(0), (2, 3)).shape
    (2, 3)
    """
    if not (std >= 0 if type(std) is float else np.all(np.asarray(std) >= 0)):  # so that NaN does not pass
        raise InputError(f"normal: std={std} is not 0 or more, as a standard deviation is")
    lib, kind = _floats(dtype, like)
    numbers = _checked(rng).normal(mean, std, _sizes(shape))
    return wrap(lib.from_numpy(np.asarray(numbers, dtype=kind)))


def uniform(
    rng: np.random.Generator,
    shape: Shape,
    low: float = 0.0,
    high: float = 1.0,
    dtype: DType | None = None,
    *,
    like: Tensor | None = None,
) -> Tensor:
    """Numbers spread evenly from `low` up to, not including, `high`; `dtype` and `like` as for `normal`.

    >>> bool(uniform(generator(0), 100, 2, 3).min() >= 2)
    True
    """
    if not low <= high:
        raise InputError(f"uniform: low={low} is above high={high}; swap them")
    lib, kind = _floats(dtype, like)
    if low == 0 and high == 1 and kind == "float64":
        return wrap(lib.from_numpy(_checked(rng).random(_sizes(shape))))  # the same numbers, none of which is 1
    numbers = np.asarray(_checked(rng).uniform(low, high, _sizes(shape)), dtype=kind)
    if low < high:  # rounding may reach `high`
        below = math.nextafter(high, low) if kind == "float64" else np.nextafter(kind.type(high), kind.type(low))
        numbers = np.minimum(numbers, below)
    return wrap(lib.from_numpy(np.asarray(numbers)))


def permutation(rng: np.random.Generator, n: int, *, like: Tensor | None = None) -> Tensor:
    """The integers 0 to n - 1 (int64) in random order, on the backend of `like` if it is given.

    >>> sorted(permutation(generator(0), 4).tolist())
    [0, 1, 2, 3]
    """
    if operator.index(n) < 0:
        raise InputError(f"permutation: there are no {n} integers; n is 0 or more")
    lib, kind = backend_and_dtype("int64", like, None)
    return wrap(lib.from_numpy(_checked(rng).permutation(operator.index(n)).astype(kind, copy=False)))


def _checked(rng: Any) -> np.random.Generator:
    if not isinstance(rng, np.random.Generator):
        raise DTypeError(f"the generator is a {type(rng).__name__}; write minitensor.random.generator(seed)")
    return rng


def _sizes(shape: Shape) -> tuple[int, ...]:
    if type(shape) is int and shape >= 0:
        return (shape,)
    sizes = tuple(map(operator.index, shape if isinstance(shape, Sequence) else (shape,)))
    if any(size < 0 for size in sizes):
        raise ShapeError(f"a shape is made of integers that are not negative, not {shape}")
    return sizes


def _floats(dtype: Any, like: Tensor | None) -> tuple[backend.Backend, np.dtype]:
    lib, kind = backend_and_dtype(dtype, like, "float64")
    if kind.kind != "f":
        raise DTypeError(f"random numbers of {kind} would be cut to integers; draw floats and use .astype")
    return lib, kind
