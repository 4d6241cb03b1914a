"""Indexing of raw arrays: views for ints, slices, ``...`` and None, copies for masks and integer arrays."""

import operator
from itertools import accumulate
from types import EllipsisType, NoneType
from typing import Any

import numpy as np

from minitensor import backend
from minitensor.backend.dtypes import HOLDS
from minitensor.core import intake
from minitensor.errors import (
    BroadcastError,
    DeviceError,
    IndexingError,
    MinitensorError,
    ShapeError,
)

BASIC = {int, slice, NoneType, EllipsisType}


def getitem(array: Any, key: Any) -> Any:
    """Elements of `array`: a view for ints, slices, ``...`` and None; a copy for masks and integer arrays.

    One integer array may stand among slices and ints, and takes the place of its axis. Several must index every axis.
    """
    parts = key if type(key) is tuple else (key,)
    types = set(map(type, parts))
    try:
        if types <= BASIC:
            # The `...` makes NumPy return a view without axes where it would return a scalar.
            return array[parts if EllipsisType in types else (*parts, ...)]
        if (
            len(parts) == 1 and isinstance(parts[0], type(array)) and not parts[0].ndim and _is_mask(parts[0])
        ):  # a truth value: all of it once, or not at all
            whole = array[None, ...]
            return whole if bool(parts[0]) else whole[:0, ...]
        full = _parts(array, parts)
        if _is_mask(full[0]) and all(type(part) is slice and part == slice(None) for part in full[1:]):
            return array[full[0]]
        if any(_is_mask(part) and part.ndim > 1 for part in full):
            raise IndexError("a mask of several axes stands first, with nothing but ':' after it; index in two steps")
        full = _masks_to_integers(full)
        arrays_at = [i for i, part in enumerate(full) if hasattr(part, "dtype")]
        if not arrays_at:
            return array[(*full, ...)]
        if len(arrays_at) == 1:
            return _take(array, full, arrays_at[0])
        if any(isinstance(part, slice) or part is None for part in full):
            raise IndexError("several integer tensors must together index every axis; index in two steps instead")
        return backend.as_array(array[tuple(full)])
    except MinitensorError:
        raise
    except (IndexError, ValueError, TypeError) as error:
        raise IndexingError(f"{error} (the tensor has shape {tuple(array.shape)})") from None


def setitem(array: Any, key: Any, value: Any) -> None:
    """Write `value`, a raw array or a Python number, over the elements that `key` names.

    Where an integer array names a position twice, any of its values may be the one that stays.
    Raises before anything is written: DTypeError if the value would be cut to fit, BroadcastError if its shape does
    not fit, ShapeError if `array` is expanded.
    """
    lib, key = backend.of(array), raw(key)
    parts = key if type(key) is tuple else (key,)
    types = set(map(type, parts))
    value = _as_elements(lib, array, value)
    if not lib.protects_expanded:
        refuse_expanded(array)
    try:
        if types <= BASIC:
            lib.assign(array, parts if EllipsisType in types else (*parts, ...), value)
        else:
            full = _parts(array, parts)
            arrays_at = [i for i, part in enumerate(full) if hasattr(part, "dtype")]
            target = array
            if len(arrays_at) == 1:
                # NumPy would move what the one array selects to the front where an int stands apart from it.
                target, axis = _without(array, full, arrays_at[0])
                full = [slice(None)] * axis + [full[arrays_at[0]]]
            lib.assign(target, tuple(full), value)
    except MinitensorError:
        raise
    except (IndexError, TypeError) as error:
        raise IndexingError(f"{error} (the tensor has shape {tuple(array.shape)})") from None
    except ValueError as error:
        refuse_expanded(array, error)
        raise BroadcastError(f"the value does not fit what the index selects: {error}") from None


def _as_elements(lib: backend.Backend, array: Any, value: Any) -> Any:
    """`value` in the dtype of `array`: the standard assigns nothing else."""
    own = lib.numpy_dtype(array)
    if type(value) in HOLDS:
        return lib.asarray(intake.fitted_number(value, own), own)
    if isinstance(value, (list, tuple)):
        listed = intake.read("a[...] = b: b", value)
        on = {backend.of(each.array).name for each in intake.tensors_in(value)} - {lib.name}
        if on:
            raise DeviceError(f"a[...] = b: a is on {lib.name}, b lists tensors on {on.pop()}; write .to({lib.name!r})")
        value = lib.from_numpy(listed)
    elif isinstance(value, np.generic):
        value = lib.from_numpy(intake.read("a[...] = b: b", value))
    elif intake.is_array(value):
        try:
            there = backend.of(value)
        except TypeError:
            what = f"a[...] = b: b of shape {tuple(value.shape)} is {intake.not_a_tensor(value)}"
            raise DeviceError(f"{what}; write minitensor.tensor(b)") from None
        if there is not lib:
            raise DeviceError(
                f"a[...] = b: a is on {lib.name}, b of shape {tuple(value.shape)} is on {there.name}; "
                f"write b.to({lib.name!r})"
            )
        value = intake.array("a[...] = b: b", value)
    else:
        return intake.fitted_number(value, own)  # which refuses it
    return intake.fitted("", value, own)


def raw(key: Any) -> Any:
    """A key with the arrays of its Tensors."""
    if type(key) is tuple:
        return tuple(part.array if hasattr(type(part), "_operation") else part for part in key)
    return key.array if hasattr(type(key), "_operation") else key


def refuse_expanded(array: Any, error: Exception | None = None) -> None:
    """Raise ShapeError if one number stands for many positions, so that writing one would change the others.

    `error` is what NumPy said; it protects every part of an expanded array, even one without a repeated number.
    """
    strides = backend.of(array).strides(array)
    # The strides of an array without elements mean nothing, and NumPy makes them 0.
    if array.size and any(stride == 0 and size > 1 for stride, size in zip(strides, array.shape, strict=True)):
        raise ShapeError(
            f"this tensor of shape {tuple(array.shape)} is expanded: its strides {strides} have a 0, so one number "
            "stands for many positions and cannot be written alone\nfix: write to its .copy()"
        )
    if "read-only" in str(error):
        raise ShapeError(
            f"this tensor of shape {tuple(array.shape)} is read-only: it shares memory that may not be written through "
            "it, as a part of an expanded tensor does, or an array that was read-only elsewhere\n"
            "fix: write to its .copy()"
        )


def _parts(array: Any, key: tuple[Any, ...]) -> list[Any]:
    """The key with ``...`` spelled out and lists made integer arrays, each part checked."""
    lib = backend.of(array)
    parts = [_listed(lib, part) if isinstance(part, list) else part for part in key]
    for i, part in enumerate(parts):
        if isinstance(part, bool):
            raise IndexError(f"{part} is not an index; a mask is a tensor of bool")
        if isinstance(part, lib.array_type):
            parts[i] = part = intake.array("an index", part)
            if lib.numpy_dtype(part).kind not in "biu":
                raise IndexError(f"an index tensor is int or bool, not {lib.numpy_dtype(part)}; use .astype('int64')")
            if _is_mask(part) and array.shape and not parts[i].shape:
                raise IndexError("a mask without axes masks nothing; write .expand(...) to the shape that it masks")
        elif type(part) not in BASIC:
            try:
                parts[i] = operator.index(part)
            except TypeError:
                if hasattr(part, "__dlpack__"):
                    raise DeviceError(
                        f"the index of shape {tuple(part.shape)} belongs to {type(part).__module__.partition('.')[0]}, "
                        f"the tensor of shape {tuple(array.shape)} is on {lib.name}; write .to({lib.name!r})"
                    ) from None
                raise IndexError(f"{part!r} is not an index") from None
    # An array in the key has an `==` of its own, so the ellipsis is found by identity.
    dots = [i for i, part in enumerate(parts) if part is ...]
    if len(dots) > 1:
        raise IndexError("an index may hold only one '...'")
    axes = [0 if part is None or part is ... else part.ndim if _is_mask(part) else 1 for part in parts]
    if sum(axes) > array.ndim:
        raise IndexError(f"{sum(axes)} axes are indexed, but there are {array.ndim}")
    at = dots[0] if dots else len(parts)
    parts[at : at + 1] = [slice(None)] * (array.ndim - sum(axes))
    axes[at : at + 1] = [1] * (array.ndim - sum(axes))
    for part, axis in zip(parts, accumulate(axes, initial=0), strict=False):
        if _is_mask(part):
            if part.shape != array.shape[axis : axis + part.ndim]:
                raise IndexError(f"a mask of shape {part.shape} does not fit {array.shape[axis : axis + part.ndim]}")
        elif hasattr(part, "dtype"):
            lib.check_bounds(part, array.shape[axis], axis)
    return parts


def _listed(lib: backend.Backend, part: list[Any]) -> Any:
    """A list as an array of indices, or as a mask."""
    return lib.from_numpy(intake.read("an index", part)) if part else lib.asarray([], "int64")


def _is_mask(part: Any) -> bool:
    return hasattr(part, "dtype") and backend.of(part).numpy_dtype(part).kind == "b"


def _masks_to_integers(parts: list[Any]) -> list[Any]:
    """Each mask as the integer arrays of the places where it is true, one for each of its axes."""
    result: list[Any] = []
    for part in parts:
        result.extend(backend.of(part).xp.nonzero(part) if _is_mask(part) else [part])
    return result


def _take(array: Any, parts: list[Any], at: int) -> Any:
    """Index with the one integer array ``parts[at]`` in the place of its axis, and with the rest as usual."""
    indices = parts[at]
    rest, axis = _without(array, parts, at)
    xp = backend.of(array).xp
    taken = xp.take(rest, xp.reshape(indices, (-1,)), axis=axis)
    return xp.reshape(taken, (*rest.shape[:axis], *indices.shape, *rest.shape[axis + 1 :]))


def _without(array: Any, parts: list[Any], at: int) -> tuple[Any, int]:
    """The view that all but the array ``parts[at]`` choose, and the first of its axes that the array will index."""
    axes = parts[at].ndim if _is_mask(parts[at]) else 1
    view = array[(*parts[:at], *[slice(None)] * axes, *parts[at + 1 :], ...)]
    return view, sum(not isinstance(part, int) for part in parts[:at])
