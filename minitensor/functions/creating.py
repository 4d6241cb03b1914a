"""New tensors made of others, or like others, by the standard's names."""

from collections.abc import Sequence
from typing import Any

from minitensor import backend
from minitensor.backend.dtypes import checked_dtype
from minitensor.core import checks, words
from minitensor.core.counting import arange
from minitensor.core.creation import as_tensor, full, tensor, zeros
from minitensor.core.intake import is_array
from minitensor.core.operations import DType
from minitensor.core.tensor import Tensor
from minitensor.errors import DeviceError, InputError, ShapeError
from minitensor.functions.choosing import where
from minitensor.functions.shapes import broadcast_arrays


def asarray(
    obj: Any, /, dtype: DType | None = None, *, device: Any = None, copy: bool | None = None, like: Tensor | None = None
) -> Tensor:
    """A Tensor of numbers, lists or an array of any library; what is an array already is shared if it can be.

    dtype : numbers go into another unchanged or not at all, as in `tensor`; but floats that are whole become integers
    device : the name of a backend, or another tensor's device; where an array is, or else where new tensors are made
    copy : True for a copy always, False for none: InputError where one is needed

    >>> import minitensor as mt
    >>> x = mt.tensor([1, 2])
    >>> mt.asarray(x) is x, mt.asarray([1, 2]).tolist()
    (True, [1, 2])

    Raises what `tensor` raises.
    """
    if not (isinstance(obj, Tensor) or is_array(obj)):
        if copy is False:
            raise InputError(f"asarray: a {type(obj).__name__} is no array, so its numbers are copied; leave out copy")
        return tensor(obj, dtype, like=like, device=device)
    given = as_tensor(obj)
    there = backend.of(given.array) if device is None and like is None else _place(device, like, given)
    stays = there is backend.of(given.array) and (dtype is None or given.dtype == dtype)
    if copy is False and not stays:
        raise InputError(f"asarray: another dtype or device than {given.dtype} on {given.backend} takes a copy")
    if stays:
        return given.copy() if copy else given
    return tensor(_whole(given, dtype), given.dtype if dtype is None else dtype, device=there.name)


def _whole(given: Tensor, dtype: DType | None) -> Tensor:
    """Floats that are whole as integers, where integers are asked for: they are unchanged."""
    if dtype is None or given.dtype.kind != "f" or checked_dtype(dtype).kind not in "iu":
        return given
    as_integers = where(given.abs() < 2.0**63, given, 0.0).astype("int64")
    return as_integers if (as_integers.astype(given.dtype) == given).all() else given


def from_dlpack(x: Any, /, *, device: Any = None, copy: bool | None = None) -> Tensor:
    """A Tensor round anything that exchanges arrays by DLPack; the memory is shared if it can be.

    device, copy : as for `asarray`

    >>> import minitensor as mt, numpy as np
    >>> mt.from_dlpack(np.ones(2)).tolist()
    [1.0, 1.0]

    Raises DTypeError for what does not.
    """
    if not hasattr(x, "__dlpack__"):
        raise DeviceError(f"from_dlpack: a {type(x).__name__} has no __dlpack__; write minitensor.tensor(...)")
    return asarray(x, device=device, copy=copy)


def empty(
    shape: int | Sequence[int], dtype: DType | None = None, *, like: Tensor | None = None, device: Any = None
) -> Tensor:
    """A tensor to be written to. What is in it before is 0: what nobody wrote should not be another's numbers.

    >>> import minitensor as mt
    >>> mt.empty((2, 3)).shape
    (2, 3)
    """
    if isinstance(dtype, int):
        raise words.one_shape("empty", shape, dtype)
    return zeros(shape, dtype, like=like, device=device)


def zeros_like(x: Tensor, /, dtype: DType | None = None, *, device: Any = None) -> Tensor:
    """Zeros in the shape of x, of its dtype and on its backend if no others are given.

    >>> import minitensor as mt
    >>> mt.zeros_like(mt.tensor([1, 2])).tolist()
    [0, 0]
    """
    return full_like(x, 0, dtype, device=device)


def ones_like(x: Tensor, /, dtype: DType | None = None, *, device: Any = None) -> Tensor:
    """Ones in the shape of x; see `zeros_like`.

    >>> import minitensor as mt
    >>> mt.ones_like(mt.tensor([1, 2])).tolist()
    [1, 1]
    """
    return full_like(x, 1, dtype, device=device)


def empty_like(x: Tensor, /, dtype: DType | None = None, *, device: Any = None) -> Tensor:
    """A tensor to be written to, in the shape of x; see `empty` and `zeros_like`.

    >>> import minitensor as mt
    >>> mt.empty_like(mt.tensor([1, 2])).shape
    (2,)
    """
    return full_like(x, 0, dtype, device=device)


def full_like(x: Tensor, /, fill_value: Any, dtype: DType | None = None, *, device: Any = None) -> Tensor:
    """One number everywhere in the shape of x; see `zeros_like`.

    >>> import minitensor as mt
    >>> mt.full_like(mt.tensor([1, 2]), 7).tolist()
    [7, 7]
    """
    checks.tensor("full_like: x", x)
    if device is None:
        return full(x.shape, fill_value, dtype, like=x.plain())
    return full(x.shape, fill_value, x.dtype if dtype is None else dtype, device=device)


def meshgrid(*tensors: Tensor, indexing: str = "xy") -> tuple[Tensor, ...]:
    """The coordinates of every point of a grid, from those along each axis: views in the shape of the grid.

    indexing : "ij" for an axis each in order; "xy", as pictures have it, for the first two changed

    >>> import minitensor as mt
    >>> rows, columns = mt.meshgrid(mt.arange(2), mt.arange(3), indexing="ij")
    >>> rows.tolist(), columns.tolist()
    ([[0, 0, 0], [1, 1, 1]], [[0, 1, 2], [0, 1, 2]])
    """
    checks.choice("meshgrid: indexing", indexing, ("xy", "ij"))
    for number, x in enumerate(tensors):
        checks.tensor(f"meshgrid: argument {number}", x)
        if x.ndim > 1:
            raise ShapeError(f"meshgrid: argument {number} has shape {x.shape}; coordinates are vectors, x.reshape(-1)")
    count = len(tensors)
    axes = list(range(count))
    if indexing == "xy" and count > 1:
        axes[:2] = 1, 0
    return broadcast_arrays(
        *(
            x.reshape(tuple(-1 if at == axis else 1 for at in range(count)))
            for axis, x in zip(axes, tensors, strict=True)
        )
    )


def tril(x: Tensor, /, *, k: int = 0) -> Tensor:
    """The matrix, or stack of matrices, with 0 above its diagonal, or above the one k to the right of it.

    >>> import minitensor as mt
    >>> mt.tril(mt.tensor([[1, 2], [3, 4]])).tolist()
    [[1, 0], [3, 4]]
    """
    return where(_below("tril", x, k), x, full((), 0, like=x.plain()))


def triu(x: Tensor, /, *, k: int = 0) -> Tensor:
    """The matrix, or stack of matrices, with 0 below its diagonal, or below the one k to the right of it.

    >>> import minitensor as mt
    >>> mt.triu(mt.tensor([[1, 2], [3, 4]])).tolist()
    [[1, 2], [0, 4]]
    """
    return where(_below("triu", x, k - 1), full((), 0, like=x.plain()), x)


def _below(name: str, x: Any, k: int) -> Tensor:
    """Which elements of a matrix lie on the k-th diagonal, or below it."""
    checks.tensor(f"{name}: x", x)
    if x.ndim < 2:
        raise ShapeError(f"{name}: x has shape {x.shape}; a matrix has two axes, so write x.reshape(1, -1)")
    rows, columns = (arange(size, like=x.plain(), dtype="int64") for size in x.shape[-2:])
    return columns <= rows[:, None] + checks.whole(f"{name}: k", k)


def _place(device: Any, like: Tensor | None, given: Tensor) -> backend.Backend:
    if device is None and like is not None:
        return backend.of(like.array)
    return backend.of_device(device, backend.of(given.array))
