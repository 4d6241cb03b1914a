"""New tensors: from data, and from a shape."""

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from minitensor import backend
from minitensor.backend.dtypes import checked_dtype
from minitensor.core.operations import DType
from minitensor.core.tensor import Tensor, wrap
from minitensor.errors import DTypeError, InputError, MinitensorError, ShapeError

CPU = 1  # the processor's memory, as DLPack numbers devices


# The dtype of a tensor full of one Python number.
KINDS = {float: "float64", int: "int64", bool: "bool", complex: "complex128"}


def tensor(data: Any, dtype: DType | None = None, *, like: Tensor | None = None) -> Tensor:
    """A new Tensor on the current backend, from numbers, nested lists, a Tensor, an array or anything with DLPack.

    Floats become float64 and ints int64, as in NumPy, unless `dtype` says otherwise. The numbers are copied.

    >>> tensor([[1, 2, 3], [4, 5, 6]]).shape
    (2, 3)

    Raises ShapeError for lists of unequal length and DTypeError for what is not a number.
    """
    lib, dtype = backend_and_dtype(dtype, like, None)
    if isinstance(data, Tensor) or hasattr(data, "__dlpack__"):
        there = as_tensor(data).to(lib.name)
        return there.astype(dtype or there.dtype)
    try:
        array = np.array(_unwrapped(data))
        if array.dtype.kind not in "biufc":  # before a dtype is asked for: float64 would take None for NaN
            raise DTypeError(f"tensor: elements of type {array.dtype} are not numbers: {data!r:.60}")
        if dtype is not None:
            array = np.array(_unwrapped(data), dtype=dtype)
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

    Raises DTypeError for what is not an array of numbers.
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


def zeros(shape: int | Sequence[int], dtype: DType | None = None, *, like: Tensor | None = None) -> Tensor:
    """A tensor full of zeros.

    dtype : float64 if neither it nor `like` is given; like : a tensor whose backend and dtype the new one has

    >>> zeros((2, 3)).tolist()
    [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    """
    return _filled(shape, 0, *backend_and_dtype(dtype, like, "float64"))


def ones(shape: int | Sequence[int], dtype: DType | None = None, *, like: Tensor | None = None) -> Tensor:
    """A tensor full of ones; `dtype` and `like` as for `zeros`.

    >>> ones(2, dtype="int64").tolist()
    [1, 1]
    """
    return _filled(shape, 1, *backend_and_dtype(dtype, like, "float64"))


def full(shape: int | Sequence[int], value: Any, dtype: DType | None = None, *, like: Tensor | None = None) -> Tensor:
    """A tensor of one value everywhere; its dtype is that of the value unless `dtype` or `like` gives one.

    >>> full((2, 1), 7).tolist()
    [[7], [7]]
    """
    return _filled(shape, value, *backend_and_dtype(dtype, like, KINDS.get(type(value))))


def backend_and_dtype(dtype: Any, like: Tensor | None, default: Any) -> tuple[backend.Backend, Any]:
    """The backend and the dtype of a new tensor."""
    if like is None:
        name = default if dtype is None else dtype
        return backend.current(), None if name is None else checked_dtype(name)
    return backend.of(like.array), like.dtype if dtype is None else checked_dtype(dtype)


def _filled(shape: Any, value: Any, lib: backend.Backend, dtype: Any) -> Tensor:
    try:
        return wrap(lib.full(shape, value, dtype))
    except Exception:
        pass  # so that the explanation stands alone in a traceback
    try:
        sizes = tuple(map(operator.index, shape if isinstance(shape, Sequence) else (shape,)))
    except TypeError:
        sizes = (-1,)
    if any(size < 0 for size in sizes):
        raise ShapeError(f"a shape is made of integers that are not negative, not {shape}")
    try:
        number = np.asarray(value, dtype=dtype)
        if np.asarray(value).dtype.kind in "fc" and number.dtype.kind in "biu":
            raise DTypeError(f"full: {number.dtype} elements cannot hold {value!r} unchanged")
        return wrap(lib.full(sizes, number.item(), number.dtype))
    except (ValueError, TypeError, OverflowError) as error:
        raise _explained(f"a tensor of shape {sizes} full of {value!r}", error) from None


def _explained(call: str, error: Exception) -> Exception:
    """What a library said of bad arguments, as an InputError that names the call."""
    return error if isinstance(error, MinitensorError) else InputError(f"{call}: {error}")


def arange(
    start: float, stop: float | None = None, step: float = 1, dtype: DType | None = None, *, like: Tensor | None = None
) -> Tensor:
    """The numbers from `start` up to, not including, `stop`; ``arange(n)`` counts from 0.

    >>> arange(3).tolist(), arange(1, 2, 0.25).tolist()
    ([0, 1, 2], [1.0, 1.25, 1.5, 1.75])
    """
    if step == 0:
        raise InputError(f"arange from {start} to {stop}: a step of 0 never arrives")
    lib, kind = backend_and_dtype(dtype, like, None)
    try:
        return wrap(lib.xp.arange(start, stop, step, dtype=None if kind is None else lib.dtype(kind), **lib.on))
    except (ValueError, TypeError, OverflowError) as error:
        raise _explained(f"arange from {start} to {stop}", error) from None


def linspace(start: float, stop: float, num: int, dtype: DType | None = None, *, like: Tensor | None = None) -> Tensor:
    """`num` evenly spaced numbers, both ends included; `dtype` and `like` as for `zeros`.

    >>> linspace(0, 1, 5).tolist()
    [0.0, 0.25, 0.5, 0.75, 1.0]
    """
    lib, kind = backend_and_dtype(dtype, like, "float64")
    try:
        return wrap(lib.linspace(start, stop, num, kind))
    except (ValueError, TypeError, OverflowError) as error:
        raise _explained(f"linspace of {num} numbers", error) from None


def eye(rows: int, columns: int | None = None, dtype: DType | None = None, *, like: Tensor | None = None) -> Tensor:
    """Ones on the diagonal, zeros elsewhere; `dtype` and `like` as for `zeros`.

    >>> eye(2, 3).tolist()
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    """
    lib, kind = backend_and_dtype(dtype, like, "float64")
    try:
        return wrap(lib.eye(rows, columns, kind))
    except (ValueError, TypeError, OverflowError) as error:
        raise _explained(f"eye of {rows} rows", error) from None
