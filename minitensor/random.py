"""Random tensors from an explicit generator, so that every run can be repeated.

The generator is NumPy's, and the numbers are drawn on the processor on every backend: one seed gives the same tensor
on NumPy and on CuPy.
"""

from __future__ import annotations  # so that numpy.random is imported when first used, not before

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from minitensor import backend
from minitensor.core import checks, intake
from minitensor.core.creation import as_sizes, backend_and_dtype, explain
from minitensor.core.operations import DType
from minitensor.core.tensor import Tensor, wrap
from minitensor.errors import DTypeError, InputError, ShapeError

Shape = int | Sequence[int]


def generator(seed: int | None) -> np.random.Generator:
    """A source of random numbers: the same seed gives the same numbers, None gives others each time.

    >>> permutation(generator(0), 4).tolist() == permutation(generator(0), 4).tolist()
    True

    Raises InputError for a seed that is not a whole number, 0 or more.
    """
    return np.random.default_rng(None if seed is None else checks.whole("generator: seed", seed, 0))


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

    mean, std : a number, or numbers that broadcast to the shape
    dtype : a float dtype, float64 if neither it nor `like` is given; like : a tensor whose backend and dtype it has

    >>> normal(generator(0), (2, 3)).shape
    (2, 3)

    Raises InputError for a negative std, DTypeError for what is not a number or drawn too large for the dtype, and
    ShapeError for what does not fit.
    """
    for name, value in (("mean", mean), ("std", std)):
        if type(value) is not float and np.asarray(value).dtype.kind not in "biuf":
            raise DTypeError(f"normal: {name}={value!r:.60} is not a real number; write one such as 1.0")
    if not (std >= 0 if type(std) is float else np.all(np.asarray(std) >= 0)):  # so that NaN does not pass
        raise InputError(f"normal: std={std} is not 0 or more, as a standard deviation is")
    lib, kind = _floats(dtype, like)
    rng, sizes = _checked(rng), as_sizes(shape)
    try:
        numbers = rng.normal(mean, std, sizes)
    except (ValueError, MemoryError) as error:
        if isinstance(error, ValueError) and (np.ndim(mean) or np.ndim(std)):
            raise ShapeError(
                f"normal: mean of shape {np.shape(mean)} and std of shape {np.shape(std)} do not broadcast to {sizes}"
            ) from None
        explain(f"normal of shape {sizes}", error, 8 * math.prod(sizes))
    fitted = intake.fitted("normal: ", np.asarray(numbers), kind)
    return wrap(lib.from_numpy(fitted))


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

    Raises InputError for bounds that are not numbers of the dtype, or not in order.
    """
    lib, kind = _floats(dtype, like)
    rng, sizes = _checked(rng), as_sizes(shape)
    plain = type(low) is float is type(high) and low == 0.0 and high == 1.0 and kind == "float64"
    bottom, top = (low, high) if plain else _bounds(low, high, float(np.finfo(kind).max))
    try:
        if plain:
            return wrap(lib.from_numpy(rng.random(sizes)))  # the numbers that `rng.uniform` draws, and never 1
        numbers = np.asarray(rng.uniform(bottom, top, sizes), dtype=kind)
    except (ValueError, OverflowError, MemoryError) as error:
        explain(f"uniform of shape {sizes}", error, 8 * math.prod(sizes))
    if bottom < top:  # rounding may reach `high`
        below = math.nextafter(top, bottom) if kind == "float64" else np.nextafter(kind.type(top), kind.type(bottom))
        numbers = np.minimum(numbers, below)
    return wrap(lib.from_numpy(np.asarray(numbers)))


def _bounds(low: Any, high: Any, most: float) -> tuple[float, float]:
    bottom, top = checks.number("uniform: low", low, -most, most), checks.number("uniform: high", high, -most, most)
    if bottom > top:
        raise InputError(f"uniform: low={low} is above high={high}; swap them")
    if math.isinf(top - bottom):
        raise InputError(f"uniform: the distance from low={low} to high={high} is beyond the largest float; halve both")
    return bottom, top


def permutation(rng: np.random.Generator, n: int, *, like: Tensor | None = None) -> Tensor:
    """The integers 0 to n - 1 (int64) in random order, on the backend of `like` if it is given.

    >>> sorted(permutation(generator(0), 4).tolist())
    [0, 1, 2, 3]
    """
    n, rng = checks.whole("permutation: n", n, 0), _checked(rng)
    lib, kind = backend_and_dtype("int64", like, None)
    try:
        return wrap(lib.from_numpy(rng.permutation(n).astype(kind, copy=False)))
    except (ValueError, OverflowError, MemoryError) as error:
        explain(f"permutation of {n} integers", error, 8 * n)


def sample(rng: np.random.Generator, n: int, count: int, *, like: Tensor | None = None) -> Tensor:
    """`count` different integers (int64) from 0 to n - 1 in random order, on the backend of `like` if it is given.

    Memory: O(count), however large n is.

    >>> found = sample(generator(0), 10**12, 3)
    >>> found.shape, len(set(found.tolist()))
    ((3,), 3)

    Raises InputError where there are not so many.
    """
    n = checks.whole("sample: n", n, 0)
    count, rng = checks.whole("sample: count", count, 0, n), _checked(rng)
    lib, kind = backend_and_dtype("int64", like, None)
    try:
        return wrap(lib.from_numpy(rng.choice(n, count, replace=False).astype(kind, copy=False)))
    except (ValueError, OverflowError, MemoryError) as error:
        explain(f"sample of {count} integers", error, 8 * count)


def _checked(rng: Any) -> np.random.Generator:
    if not isinstance(rng, np.random.Generator):
        raise DTypeError(f"the generator is a {type(rng).__name__}; write minitensor.random.generator(seed)")
    return rng


def _floats(dtype: Any, like: Tensor | None) -> tuple[backend.Backend, np.dtype]:
    lib, kind = backend_and_dtype(dtype, like, "float64")
    if kind.kind != "f":
        raise DTypeError(f"random numbers of {kind} would be cut to integers; draw floats and use .astype")
    return lib, kind
