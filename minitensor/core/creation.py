"""New tensors: from data, and from a shape; `counting.py` has numbers in a row."""

import math
import operator
from collections.abc import Sequence
from typing import Any, Never, NoReturn

import numpy as np

from minitensor import backend
from minitensor.backend.dtypes import checked_dtype, holds_number
from minitensor.core import checks, door, intake, words
from minitensor.core.operations import DType
from minitensor.core.tensor import Tensor, wrap
from minitensor.errors import DTypeError, InputError, MinitensorError, OutOfMemoryError, ShapeError
from minitensor.text.numbers import in_bytes

_INT64 = np.dtype("int64")
# The dtype of a tensor full of one Python number.
KINDS = {float: "float64", int: "int64", bool: "bool", complex: "complex128"}


def tensor(data: Any, dtype: DType | None = None, *, like: Tensor | None = None, device: Any = None) -> Tensor:
    """A new Tensor on the current backend, from numbers, nested lists, a Tensor, an array or anything with DLPack.

    Floats become float64 and ints int64, as in NumPy, unless `dtype` says otherwise. The numbers are copied.

    A number goes into another dtype unchanged or not at all, here and wherever elements are written; but it is rounded
    to the nearest float of the dtype, an integer too. So int64 300 goes into uint16 and not into uint8, 0 and 1 into
    bool; a float goes into no integer dtype; and 1e5 does not go into float16, in which it would be infinite.
    ``.astype(dtype)`` cuts what does not fit.

    >>> tensor([[1, 2, 3], [4, 5, 6]]).shape
    (2, 3)
    >>> tensor([2.7, 3.0], dtype="int64")
    Traceback (most recent call last):
    minitensor.errors.DTypeError: tensor: int64 elements cannot hold float64 values unchanged; cast one of them with
        .astype(...)

    Raises ShapeError for lists of unequal length, DTypeError for what is not a number or does not fit the dtype, and
    InputError for masked entries, sparse tables and tensors that require a gradient.
    """
    if type(data) is not Tensor and isinstance(data, Tensor) and (kind := door.overriding((data,))):
        return kind._operation("tensor", tensor, (data, dtype), {"like": like})
    lib, own = backend_and_dtype(dtype, like, None, device)
    if isinstance(data, Tensor) or intake.is_array(data):
        given = data.plain() if isinstance(data, Tensor) else wrap(intake.array("tensor", data))
        given = given.to(lib.name)
        if own is None or given.dtype == own:
            return given.copy()
    else:
        found = intake.read("tensor", data)
        if own is None:
            lib.refuse_new(found.dtype)
        given = wrap(lib.from_numpy(found))
    return given if own is None else wrap(intake.fitted("tensor: ", given.array, own))


def as_tensor(array: Any) -> Tensor:
    """A Tensor round an array of NumPy, CuPy or anything with DLPack, on its own backend: the memory is shared.

    Only numbers that must be converted, in an array of objects or of foreign byte order, are copied.

    >>> array = np.zeros(3)
    >>> as_tensor(array)[0] = 7
    >>> array[0].item()
    7.0

    Raises DTypeError for what is not an array of numbers, InputError for masked entries, sparse tables and tensors that
    require a gradient.
    """
    return array if isinstance(array, Tensor) else wrap(intake.array("as_tensor", array))


def zeros(
    shape: int | Sequence[int],
    dtype: DType | None = None,
    *sizes: Never,
    like: Tensor | None = None,
    device: Any = None,
) -> Tensor:
    """A tensor full of zeros.

    dtype : float64 if neither it nor `like` is given; like : a tensor whose backend and dtype the new one has
    device : the name of a backend, or the device of a tensor, if it shall be there

    >>> zeros((2, 3)).tolist()
    [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    """
    if sizes or isinstance(dtype, int):
        raise words.one_shape("zeros", shape, dtype, *sizes)
    return _filled(shape, 0, *backend_and_dtype(dtype, like, "float64", device))


def ones(
    shape: int | Sequence[int],
    dtype: DType | None = None,
    *sizes: Never,
    like: Tensor | None = None,
    device: Any = None,
) -> Tensor:
    """A tensor full of ones; `dtype` and `like` as for `zeros`.

    >>> ones(2, dtype="int64").tolist()
    [1, 1]
    """
    if sizes or isinstance(dtype, int):
        raise words.one_shape("ones", shape, dtype, *sizes)
    return _filled(shape, 1, *backend_and_dtype(dtype, like, "float64", device))


def full(
    shape: int | Sequence[int],
    fill_value: Any,
    dtype: DType | None = None,
    *,
    like: Tensor | None = None,
    device: Any = None,
) -> Tensor:
    """A tensor of one value everywhere; its dtype is that of the value unless `dtype` or `like` gives one.

    >>> full((2, 1), 7).tolist()
    [[7], [7]]

    Raises DTypeError where the value is not a number, or the dtype cannot hold it.
    """
    if isinstance(dtype, int):
        raise DTypeError(f"full: {dtype} is not a dtype; a shape is one argument, write full((2, 3), value)")
    default = KINDS.get(type(fill_value))
    if default == "int64" and not holds_number(_INT64, fill_value):
        default = None  # NumPy knows: uint64, or none at all
    return _filled(shape, fill_value, *backend_and_dtype(dtype, like, default, device))


def backend_and_dtype(dtype: Any, like: Tensor | None, default: Any, device: Any = None) -> tuple[backend.Backend, Any]:
    """The backend and the dtype of a new tensor. device : as in `backend.of_device`; it goes before `like`"""
    if like is None:
        name = default if dtype is None else dtype
        lib = backend.current() if device is None else backend.of_device(device)
        own = None if name is None else checked_dtype(name)
        if own is not None:
            lib.refuse_new(own)
        return lib, own
    try:
        lib = backend.of(like.array) if device is None else backend.of_device(device)
        return lib, like.dtype if dtype is None else checked_dtype(dtype)
    except AttributeError:
        raise DTypeError(
            f"like is of type {type(like).__name__}, not a Tensor; write like=minitensor.tensor(...), or leave it out"
        ) from None


def _filled(shape: Any, value: Any, lib: backend.Backend, dtype: Any) -> Tensor:
    one_bit = type(value) is int and 0 <= value <= 1  # which every dtype holds
    is_told = shape is not None and dtype is not None  # an older NumPy takes None for a shape
    if is_told and (one_bit or holds_number(dtype, value)):  # a library may cut what does not fit
        try:
            return wrap(lib.full(shape, value, dtype))
        except Exception:
            pass  # so that the explanation stands alone in a traceback
    sizes = as_sizes(shape)
    try:
        given = intake.read("full", value) if dtype is None or type(value) not in KINDS else np.asarray(value, object)
        number, own = given.item(), given.dtype if dtype is None else dtype
        if not holds_number(own, number):
            raise DTypeError(f"full: {own} elements cannot hold {value!s:.30} unchanged; write the dtype that can")
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
        amount = in_bytes(size) if size < 1e30 else "more bytes than any machine has"
        raise OutOfMemoryError(f"{call} takes {amount}, more than is free; make it smaller, or in parts") from None
    if isinstance(error, MinitensorError):
        raise error
    raise InputError(f"{call}: {error}") from None


def eye(
    rows: int,
    columns: int | None = None,
    dtype: DType | None = None,
    *,
    k: int = 0,
    like: Tensor | None = None,
    device: Any = None,
) -> Tensor:
    """Ones on the diagonal, or on the one k to the right of it, zeros elsewhere; `dtype` and `like` as for `zeros`.

    >>> eye(2, 3).tolist()
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    """
    lib, kind = backend_and_dtype(dtype, like, "float64", device)
    size = 0
    try:
        rows = operator.index(rows)  # NumPy's small integers would wrap in the steps of the diagonal
        columns = rows if columns is None else operator.index(columns)
        size = max(rows, 0) * max(columns, 0) * kind.itemsize
        return wrap(lib.eye(rows, columns, kind, k if type(k) is int else checks.whole("eye: k", k)))
    except (ValueError, TypeError, OverflowError, MemoryError) as error:
        explain(f"eye of {rows} rows", error, size)
