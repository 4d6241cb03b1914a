"""New tensors: from data, and from a shape."""

import operator
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from minitensor import backend
from minitensor.backend.dtypes import checked_dtype
from minitensor.core.tensor import Tensor, wrap
from minitensor.errors import DTypeError, InputError, MinitensorError, ShapeError


@contextmanager
def _explained(call: str) -> Iterator[None]:
    """Whatever a library says of bad arguments, as an InputError that names the call."""
    try:
        yield
    except MinitensorError:
        raise
    except (ValueError, TypeError, OverflowError) as error:
        raise InputError(f"{call}: {error}") from None


CPU = 1  # the processor's memory, as DLPack numbers devices


def _made_like(like: Tensor | None, dtype: Any) -> tuple[backend.Backend, Any]:
    """The backend and the dtype of a new tensor: those of `like`, unless a dtype is given."""
    if like is None:
        return backend.current(), dtype
    return backend.of(like.array), like.dtype if dtype is None else dtype


def tensor(data: Any, dtype: Any = None, *, like: Tensor | None = None) -> Tensor:
    """A new Tensor on the current backend, from numbers, nested lists, a Tensor, an array or anything with DLPack.

    Floats become float64 and ints int64, as in NumPy, unless `dtype` says otherwise. The numbers are copied.

    >>> tensor([[1, 2, 3], [4, 5, 6]]).shape
    (2, 3)

    Raises ShapeError for lists of unequal length and DTypeError for what is no number.
    """
    lib, dtype = _made_like(like, dtype)
    if isinstance(data, Tensor) or hasattr(data, "__dlpack__"):
        there = as_tensor(data).to(lib.name)
        return there.astype(dtype or there.dtype)
    try:
        array = np.array(_unwrapped(data))
        if array.dtype.kind not in "biufc":  # before a dtype is asked for: float64 would take None for NaN
            raise DTypeError(f"tensor: elements of type {array.dtype} are not numbers: {data!r:.60}")
        if dtype is not None:
            array = np.array(_unwrapped(data), dtype=checked_dtype(dtype))
    except DTypeError:
        raise
    except (ValueError, TypeError, OverflowError) as error:
        if "sequence" in str(error) or "broadcast" in str(error):
            raise ShapeError(f"tensor: the lists are not a rectangle: {error}") from None
        raise DTypeError(f"tensor: {data!r:.60} cannot become {dtype}: {error}") from None
    return wrap(lib.from_numpy(array))


def as_tensor(array: Any) -> Tensor:
    """A Tensor round an array of NumPy, CuPy or anything with DLPack, on its own backend: the memory is shared.

    >>> array = np.zeros(3)
    >>> as_tensor(array)[0] = 7
    >>> array[0].item()
    7.0

    Raises DTypeError for what is no array of numbers.
    """
    if isinstance(array, Tensor):
        return array
    try:
        lib = backend.of(array)
    except TypeError as error:
        if not hasattr(array, "__dlpack__"):
            raise DTypeError(f"{error}; minitensor.tensor(...) makes a Tensor from lists and numbers") from None
        lib = backend.load("numpy" if array.__dlpack_device__()[0] == CPU else "cupy")
        array = lib.xp.from_dlpack(array)
    if lib.numpy_dtype(array).kind not in "biufc":
        raise DTypeError(f"as_tensor: elements of type {array.dtype} are not numbers")
    return wrap(array)


def _unwrapped(data: Any) -> Any:
    """Lists of Tensors as lists of arrays."""
    if isinstance(data, Tensor):
        return data.numpy()
    return [_unwrapped(part) for part in data] if isinstance(data, (list, tuple)) else data


def zeros(shape: int | Sequence[int], dtype: Any = None, *, like: Tensor | None = None) -> Tensor:
    """A tensor full of zeros.

    >>> zeros((2, 3)).tolist()
    [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    """
    return full(shape, 0, dtype or ("float64" if like is None else None), like=like)


def ones(shape: int | Sequence[int], dtype: Any = None, *, like: Tensor | None = None) -> Tensor:
    """A tensor full of ones.

    >>> ones(2, dtype="int64").tolist()
    [1, 1]
    """
    return full(shape, 1, dtype or ("float64" if like is None else None), like=like)


def full(shape: int | Sequence[int], value: Any, dtype: Any = None, *, like: Tensor | None = None) -> Tensor:
    """A tensor of one value everywhere; its dtype is that of the value unless given.

    >>> full((2, 1), 7).tolist()
    [[7], [7]]
    """
    lib, dtype = _made_like(like, dtype)
    try:
        sizes = tuple(map(operator.index, shape if isinstance(shape, Sequence) else (shape,)))
    except TypeError:
        sizes = (-1,)
    if any(size < 0 for size in sizes):
        raise ShapeError(f"a shape is made of integers that are not negative, not {shape}")
    with _explained(f"a tensor of shape {sizes} full of {value!r}"):
        number = np.asarray(value, dtype=dtype and checked_dtype(dtype))
        if np.asarray(value).dtype.kind in "fc" and number.dtype.kind in "biu":
            raise DTypeError(f"full: {number.dtype} elements cannot hold {value!r} unchanged")
        return wrap(lib.xp.full(sizes, number.item(), dtype=lib.dtype(number.dtype), **lib.on))


def arange(
    start: float, stop: float | None = None, step: float = 1, dtype: Any = None, *, like: Tensor | None = None
) -> Tensor:
    """The numbers from `start` up to, not including, `stop`; ``arange(n)`` counts from 0.

    >>> arange(3).tolist(), arange(1, 2, 0.25).tolist()
    ([0, 1, 2], [1.0, 1.25, 1.5, 1.75])
    """
    if step == 0:
        raise InputError(f"arange from {start} to {stop}: a step of 0 never arrives")
    lib, dtype = _made_like(like, dtype)
    kind = None if dtype is None else lib.dtype(dtype)
    with _explained(f"arange from {start} to {stop}"):
        return wrap(lib.xp.arange(start, stop, step, dtype=kind, **lib.on))


def linspace(start: float, stop: float, num: int, dtype: Any = None, *, like: Tensor | None = None) -> Tensor:
    """`num` evenly spaced numbers, both ends included.

    >>> linspace(0, 1, 5).tolist()
    [0.0, 0.25, 0.5, 0.75, 1.0]
    """
    lib, dtype = _made_like(like, dtype)
    with _explained(f"linspace of {num} numbers"):
        return wrap(lib.xp.linspace(start, stop, num, dtype=lib.dtype(dtype or "float64"), **lib.on))


def eye(rows: int, columns: int | None = None, dtype: Any = None, *, like: Tensor | None = None) -> Tensor:
    """Ones on the diagonal, zeros elsewhere.

    >>> eye(2, 3).tolist()
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    """
    lib, dtype = _made_like(like, dtype)
    with _explained(f"eye of {rows} rows"):
        return wrap(lib.xp.eye(rows, columns, dtype=lib.dtype(dtype or "float64"), **lib.on))
