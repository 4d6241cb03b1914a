"""Raw arrays in another shape, dtype, layout or order: views where the backend can make them."""

import operator
from collections.abc import Sequence
from typing import Any

import numpy

from minitensor import backend
from minitensor.backend.dtypes import checked_dtype
from minitensor.errors import AxisError, DeviceError, DTypeError, ShapeError
from minitensor.ops import Axis, normalize_axes, normalize_axis


def new_axis(axis: Any, shape: Sequence[int], what: str) -> int:
    """`axis` counted from the front, where a new axis is put into `shape`: one more place than there are axes."""
    ndim = len(shape)
    if hasattr(axis, "__index__") and -ndim - 1 <= operator.index(axis) <= ndim:
        return operator.index(axis) % (ndim + 1)
    raise AxisError(
        f"{what}: there is no place {axis!r} for a new axis; a tensor of shape {tuple(shape)} has the places "
        f"{-ndim - 1} to {ndim}"
    )


def _sizes(given: tuple[Any, ...]) -> tuple[int, ...]:
    """``f(2, 3)`` and ``f((2, 3))`` mean the same."""
    sizes: Sequence[Any] = given[0] if len(given) == 1 and isinstance(given[0], Sequence) else given
    try:
        return tuple(operator.index(size) for size in sizes)
    except TypeError:
        raise ShapeError(f"a shape, or an order of axes, is made of integers, not {given}") from None


def reshape(array: Any, *sizes: Any, shape: Any = None, copy: bool | None = None) -> Any:
    sizes, lib = _sizes(sizes if shape is None else (shape,)), backend.of(array)
    if any(size < -1 for size in sizes):
        raise ShapeError(f"reshape: {sizes} has a negative size; only -1 is allowed, once, and is worked out")
    try:
        found = lib.xp.reshape(array, sizes)
    except (ValueError, TypeError):
        raise ShapeError(
            f"reshape: {array.size} elements of shape {tuple(array.shape)} do not fill shape {sizes}; "
            "the products of the sizes must be equal (one size may be -1)"
        ) from None
    if copy is False and array.size and not lib.shares_memory(array, found):
        raise ShapeError(
            f"reshape: a tensor of shape {tuple(array.shape)} with strides {lib.strides(array)} cannot be seen as "
            f"{sizes} without a copy; leave out copy=False"
        )
    return lib.astype(found, found.dtype) if copy else found


def permute_dims(array: Any, *order: Any, axes: Any = None) -> Any:
    given = _sizes(order if axes is None else (axes,))
    order = normalize_axes(given, array.shape, "permute_dims")
    if len(order) != array.ndim:
        shape = tuple(array.shape)
        raise ShapeError(f"permute_dims: {given} names {len(order)} axes; shape {shape} has {array.ndim}")
    return backend.of(array).xp.permute_dims(array, order)


def transpose(array: Any) -> Any:
    return backend.of(array).xp.permute_dims(array, tuple(reversed(range(array.ndim))))


def matrix_transpose(array: Any) -> Any:
    if array.ndim < 2:
        raise ShapeError(f"mT needs two axes; shape {tuple(array.shape)} has {array.ndim}")
    return array.mT


def expand(array: Any, *sizes: Any, shape: Any = None) -> Any:
    sizes = _sizes(sizes if shape is None else (shape,))
    own = (1,) * (len(sizes) - array.ndim) + tuple(array.shape)
    if len(own) != len(sizes) or any(old not in (1, new) or new < 0 for old, new in zip(own, sizes, strict=True)):
        raise ShapeError(
            f"expand: shape {tuple(array.shape)} cannot become {sizes}; counted from the last axis, "
            "each size must stay, or be 1 before"
        )
    try:
        return backend.of(array).xp.broadcast_to(array, sizes)
    except (ValueError, OverflowError) as error:
        raise ShapeError(f"expand: shape {tuple(array.shape)} cannot become {sizes}: {error}") from None


def squeeze(array: Any, axis: Axis = None) -> Any:
    shape = tuple(array.shape)
    if axis is None:
        axis = tuple(i for i, size in enumerate(shape) if size == 1)
    axes = normalize_axes(axis, shape, "squeeze")
    for one in axes:
        if shape[one] != 1:
            raise ShapeError(f"squeeze: axis {one} of shape {shape} has size {shape[one]}, not 1")
    return backend.of(array).xp.squeeze(array, axis=axes)


def expand_dims(array: Any, axis: Any) -> Any:
    if isinstance(axis, Sequence):
        wide = (1,) * (array.ndim + len(axis))
        for at in sorted(normalize_axes(axis, wide, "expand_dims")):
            array = expand_dims(array, at)
        return array
    return backend.of(array).xp.expand_dims(array, axis=new_axis(axis, array.shape, "expand_dims"))


def astype(array: Any, dtype: Any, copy: bool = True, device: Any = None) -> Any:
    lib = backend.of(array)
    if device is not None and (there := backend.of_device(device)) is not lib:
        array, lib, copy = there.from_numpy(lib.to_numpy(array)), there, False
    own = lib.dtype(dtype)
    if lib.numpy_dtype(array).kind == "c" and checked_dtype(dtype).kind != "c":
        name = checked_dtype(dtype)
        raise DTypeError(f"astype: {name} would drop the imaginary parts; write minitensor.real(x) to take the others")
    return array if not copy and array.dtype == own else lib.astype(array, own)


def copied(array: Any) -> Any:
    return backend.of(array).astype(array, array.dtype)


copied.__name__ = "copy"  # as the operation is called


def contiguous(array: Any) -> Any:
    return backend.of(array).contiguous(array)


def sort(array: Any, axis: int = -1, descending: bool = False, stable: bool = True) -> Any:
    lib, at = backend.of(array), normalize_axis(axis, array.shape, "sort")
    xp = lib.xp
    if lib.numpy_dtype(array).kind == "b":  # the standard orders numbers alone
        return lib.astype(sort(lib.astype(array, lib.dtype("uint8")), at, descending), lib.dtype("bool"))
    ordered = xp.sort(array, axis=at)
    return xp.flip(ordered, axis=at) if descending else ordered


def argsort(array: Any, axis: int = -1, descending: bool = False, stable: bool = True) -> Any:
    lib, at = backend.of(array), normalize_axis(axis, array.shape, "argsort")
    if lib.numpy_dtype(array).kind == "b":
        array = lib.astype(array, lib.dtype("uint8"))
    if not descending:
        return lib.argsort(array, at)
    # Backwards twice: once so that the order falls, once so that equal elements keep theirs.
    backwards = lib.argsort(lib.xp.flip(array, axis=at), at)
    return lib.xp.flip(array.shape[at] - 1 - backwards, axis=at)


def one_backend(name: str, *arrays: Any) -> backend.Backend:
    """The backend that all these arrays are on. Raises DeviceError where they are on several."""
    lib = backend.of(arrays[0])
    for number, array in enumerate(arrays):
        other = backend.of(array)
        if other is not lib:
            raise DeviceError(
                f"{name}: argument 0 is on {lib.name}, argument {number} of shape {tuple(array.shape)} is on "
                f"{other.name}; write .to({lib.name!r})"
            )
    return lib


def refuse_integers_as_floats(name: str, *operands: Any) -> None:
    """Raise DTypeError where integer arrays would be put together as floats, as int64 and uint64 are in NumPy."""
    dtypes = {backend.of(x).numpy_dtype(x) for x in operands if hasattr(x, "dtype")}
    if dtypes and all(dtype.kind in "biu" for dtype in dtypes) and numpy.result_type(*dtypes).kind == "f":
        raise DTypeError(f"{name}: no integer dtype holds both uint64 and int64; cast one with .astype(...)")
