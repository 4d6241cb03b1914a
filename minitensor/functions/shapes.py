"""Functions that give the same elements another shape, or put tensors together."""

from collections.abc import Sequence
from typing import Any

from minitensor import ops
from minitensor.core import door, shaping
from minitensor.core.tensor import Tensor, wrap
from minitensor.errors import DTypeError, ShapeError

reshape, permute_dims, expand = Tensor.reshape, Tensor.permute_dims, Tensor.expand
squeeze, expand_dims = Tensor.squeeze, Tensor.expand_dims


def concat(tensors: Sequence[Tensor], axis: int = 0) -> Tensor:
    """Tensors one after another along an axis that they have; the other axes must agree.

    Their dtypes promote as in arithmetic, but int64 beside uint64 is refused, here and by `stack`: floats would not
    hold all of them.

    >>> import minitensor as mt
    >>> mt.concat([mt.zeros((2, 3)), mt.ones((1, 3))]).shape
    (3, 3)
    """
    tensors = _listed("concat", tensors)
    arrays = [x.array for x in tensors if type(x) is Tensor]
    if len(arrays) < len(tensors) or not arrays:
        return door.enter("concat", concat, (tensors, axis), need=0)
    return wrap(_concat(arrays[0], arrays, axis))


def stack(tensors: Sequence[Tensor], axis: int = 0) -> Tensor:
    """Tensors of one shape side by side along a new axis.

    >>> import minitensor as mt
    >>> mt.stack([mt.zeros(3), mt.ones(3)], axis=1).shape
    (3, 2)
    """
    tensors = _listed("stack", tensors)
    arrays = [x.array for x in tensors if type(x) is Tensor]
    if len(arrays) < len(tensors) or not arrays:
        return door.enter("stack", stack, (tensors, axis), need=0)
    return wrap(_stack(arrays[0], arrays, axis))


def _listed(name: str, tensors: Any) -> list[Tensor]:
    if not hasattr(tensors, "__iter__") or getattr(tensors, "shape", None) == ():
        raise DTypeError(f"{name}: the tensors are of type {type(tensors).__name__}, not a list; write {name}([a, b])")
    return list(tensors)


def _careful_concat(array: Any, arrays: Sequence[Any], axis: int) -> Any:
    lib, first = shaping.one_backend("concat", *arrays), tuple(array.shape)
    at = ops.normalize_axis(axis, first, "concat")
    for number, each in enumerate(arrays):
        shape = tuple(each.shape)
        # What a tensor must share with the first is its shape with the size on the axis blotted out.
        if (*shape[:at], None, *shape[at + 1 :]) != (*first[:at], None, *first[at + 1 :]) or len(shape) != len(first):
            raise ShapeError(
                f"concat: tensor {number} has shape {shape}, tensor 0 has {first}; they may differ on axis {at} only"
            )
    shaping.refuse_integers_as_floats("concat", *arrays)
    return lib.xp.concat(arrays, axis=at)


def _careful_stack(array: Any, arrays: Sequence[Any], axis: int) -> Any:
    lib, first = shaping.one_backend("stack", *arrays), tuple(array.shape)
    at = shaping.new_axis(axis, first, "stack")
    for number, each in enumerate(arrays):
        if tuple(each.shape) != first:
            raise ShapeError(
                f"stack: tensor {number} has shape {tuple(each.shape)}, tensor 0 has {first}; make them equal"
            )
    shaping.refuse_integers_as_floats("stack", *arrays)
    return lib.xp.stack(arrays, axis=at)


_concat, _stack = ops.primitive(_careful_concat, "concat"), ops.primitive(_careful_stack, "stack")
