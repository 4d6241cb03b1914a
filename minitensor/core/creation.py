"""New tensors: from data, and from a shape."""

import math
import operator
from collections.abc import Sequence
from typing import Any, NoReturn

import numpy as np

from minitensor import backend
from minitensor.backend.dtypes import checked_dtype, holds_number
from minitensor.core import checks
from minitensor.core.operations import DType
from minitensor.core.tensor import Tensor, wrap
from minitensor.errors import DTypeError, InputError, MinitensorError, OutOfMemoryError, ShapeError
from minitensor.text.numbers import in_bytes

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

    Raises DTypeError where the value is not a number, or the dtype cannot hold it.
    """
    default = KINDS.get(type(value))
    if type(value) is int and abs(value) >= 2**63:
        default = None  # NumPy knows: uint64, or none at all
    return _filled(shape, value, *backend_and_dtype(dtype, like, default))


def backend_and_dtype(dtype: Any, like: Tensor | None, default: Any) -> tuple[backend.Backend, Any]:
    """The backend and the dtype of a new tensor."""
    if like is None:
        name = default if dtype is None else dtype
        return backend.current(), None if name is None else checked_dtype(name)
    try:
        return backend.of(like.array), like.dtype if dtype is None else checked_dtype(dtype)
    except AttributeError:
        raise DTypeError(
            f"like is of type {type(like).__name__}, not a Tensor; write like=minitensor.tensor(...), or leave it out"
        ) from None


def _filled(shape: Any, value: Any, lib: backend.Backend, dtype: Any) -> Tensor:
    if dtype is not None and (type(value) is int or holds_number(dtype, value)):  # a library may cut NaN to an integer
        try:
            return wrap(lib.full(shape, value, dtype))
        except Exception:
            pass  # so that the explanation stands alone in a traceback
    sizes = as_sizes(shape)
    try:
        given = np.asarray(value)
        if given.dtype.kind not in "biufc":  # before a dtype is asked for: float64 would take None for NaN
            raise DTypeError(
                f"full: elements of type {given.dtype} are not numbers: {value!r:.60}; write one such as 0.0"
            )
        number, own = given.item(), given.dtype if dtype is None else dtype
        if not holds_number(own, number) and not (own.kind == "b" and type(number) is int):
            raise DTypeError(f"full: {own} elements cannot hold {value!r} unchanged; write the dtype that can")
        return wrap(lib.full(sizes, own.type(number).item(), own))
    except (ValueError, TypeError, OverflowError, MemoryError) as error:
        size = math.prod(sizes) * (8 if dtype is None else dtype.itemsize)
        explain(f"a tensor of shape {sizes} full of {value!r}", error, size)


def as_sizes(shape: Any) -> tuple[int, ...]:
    """A shape as ints: from one size, or from a sequence or an array of them, Python's ints or others.

    >>> as_sizes(3), as_sizes(np.array([2, 3]))
    ((3,), (2, 3))

    Raises ShapeError for all else.
    """
    if type(shape) is int and shape >= 0:
        return (shape,)
    try:
        if hasattr(shape, "__len__") and getattr(shape, "shape", None) != ():
            sizes = tuple(map(operator.index, shape))
        else:
            sizes = (operator.index(shape),)
    except TypeError:
        sizes = (-1,)
    if isinstance(shape, str) or any(size < 0 for size in sizes):
        raise ShapeError(f"a shape is made of integers that are not negative, not {shape}")
    return sizes


def explain(call: str, error: Exception, size: float = 0) -> NoReturn:
    """Raise what a library said of bad arguments as an InputError that names the call; OutOfMemoryError for memory.

    size : how many bytes were wanted
    """
    if isinstance(error, MemoryError) or size >= 2**63:  # which a library may call a bad shape
        raise OutOfMemoryError(
            f"{call} takes {in_bytes(size)}, more than is free; make it smaller, or in parts"
        ) from None
    if isinstance(error, MinitensorError):
        raise error
    raise InputError(f"{call}: {error}") from None


def arange(
    start: float, stop: float | None = None, step: float = 1, dtype: DType | None = None, *, like: Tensor | None = None
) -> Tensor:
    """The numbers from `start` up to, not including, `stop`; ``arange(n)`` counts from 0.

    >>> arange(3).tolist(), arange(1, 2, 0.25).tolist()
    ([0, 1, 2], [1.0, 1.25, 1.5, 1.75])

    Raises InputError for what is not a number, and for integers that no dtype holds.
    """
    if step == 0:
        raise InputError(f"arange from {start} to {stop}: a step of 0 never arrives")
    lib, kind = backend_and_dtype(dtype, like, None)
    call = f"arange from {start} to {stop}"
    try:
        array = lib.xp.arange(start, stop, step, dtype=None if kind is None else lib.dtype(kind), **lib.on)
        fits = lib.numpy_dtype(array).kind in "biufc"  # NumPy falls back on Python's integers, of any length
    except (ValueError, TypeError, MemoryError) as error:
        first, last = (0, start) if stop is None else (start, stop)
        explain(call, error, 8 * (last - first) / step if isinstance(error, MemoryError) else 0)
    except (KeyError, OverflowError):
        fits = False
    if not fits:
        raise InputError(f"{call}: no integer dtype holds these numbers; write dtype='float64'")
    return wrap(array)


def linspace(start: float, stop: float, num: int, dtype: DType | None = None, *, like: Tensor | None = None) -> Tensor:
    """`num` evenly spaced numbers, both ends included; `dtype` and `like` as for `zeros`.

    >>> linspace(0, 1, 5).tolist()
    [0.0, 0.25, 0.5, 0.75, 1.0]

    Raises InputError for ends that are not real numbers, and where `num` is not a whole number, 0 or more.
    """
    if type(num) is not int or num < 0:
        num = checks.whole("linspace: num", num, 0)
    if {type(start), type(stop)} - {int, float} and "c" in (np.asarray(start).dtype.kind, np.asarray(stop).dtype.kind):
        raise InputError(
            f"linspace from {start} to {stop}: both ends must be real; "
            f"write start + (stop - start) * minitensor.linspace(0, 1, {num})"
        )
    lib, kind = backend_and_dtype(dtype, like, "float64")
    try:
        return wrap(lib.linspace(start, stop, num, kind))
    except (ValueError, TypeError, OverflowError, MemoryError) as error:
        explain(f"linspace of {num} numbers", error, num * kind.itemsize)


def eye(rows: int, columns: int | None = None, dtype: DType | None = None, *, like: Tensor | None = None) -> Tensor:
    """Ones on the diagonal, zeros elsewhere; `dtype` and `like` as for `zeros`.

    >>> eye(2, 3).tolist()
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    """
    lib, kind = backend_and_dtype(dtype, like, "float64")
    size = 0
    try:
        rows = operator.index(rows)  # NumPy's small integers would wrap in the steps of the diagonal
        columns = rows if columns is None else operator.index(columns)
        size = max(rows, 0) * max(columns, 0) * kind.itemsize
        return wrap(lib.eye(rows, columns, kind))
    except (ValueError, TypeError, OverflowError, MemoryError) as error:
        explain(f"eye of {rows} rows", error, size)
