"""Functions that give the same elements another shape or order, or put tensors together and take them apart."""

from collections.abc import Sequence
from typing import Any, Never

from minitensor import backend, ops
from minitensor.broadcasting import broadcast_shapes
from minitensor.core import checks, door, shaping, words
from minitensor.core.counting import arange
from minitensor.core.tensor import Tensor, wrap
from minitensor.errors import AxisError, DTypeError, InputError, ShapeError

reshape, permute_dims, expand = Tensor.reshape, Tensor.permute_dims, Tensor.expand
squeeze, expand_dims = Tensor.squeeze, Tensor.expand_dims


def broadcast_to(x: Tensor, /, shape: int | Sequence[int]) -> Tensor:
    """`expand` by the name that the standard has for it: a view of this shape, in which axes of size 1 are repeated.

    >>> import minitensor as mt
    >>> mt.broadcast_to(mt.tensor([1, 2]), (2, 2)).tolist()
    [[1, 2], [1, 2]]
    """
    return expand(x, shape)


def broadcast_arrays(*tensors: Tensor) -> tuple[Tensor, ...]:
    """Views of the tensors in the one shape that they broadcast to.

    >>> import minitensor as mt
    >>> [x.shape for x in mt.broadcast_arrays(mt.zeros((2, 1)), mt.ones(3))]
    [(2, 3), (2, 3)]

    Raises BroadcastError where they do not fit.
    """
    for number, x in enumerate(tensors):
        checks.tensor(f"broadcast_arrays: argument {number}", x)
    shape = broadcast_shapes(*(x.shape for x in tensors))
    return tuple(x.expand(shape) for x in tensors)


def moveaxis(x: Tensor, source: int | Sequence[int], destination: int | Sequence[int], /) -> Tensor:
    """The axes `source` at the places `destination`; the others keep their order.

    >>> import minitensor as mt
    >>> mt.moveaxis(mt.zeros((2, 3, 4)), 0, -1).shape
    (3, 4, 2)
    """
    checks.tensor("moveaxis: x", x)
    one = isinstance(source, Sequence), isinstance(destination, Sequence)
    whence = ops.normalize_axes(source, x.shape, "moveaxis")
    where = ops.normalize_axes(destination, x.shape, "moveaxis")
    if len(whence) != len(where) or one[0] != one[1]:
        raise AxisError(f"moveaxis: {source} and {destination} name {len(whence)} and {len(where)} axes; name as many")
    order = [axis for axis in range(x.ndim) if axis not in whence]
    for place, axis in sorted(zip(where, whence, strict=True)):
        order.insert(place, axis)
    return x.permute_dims(order)


def flip(x: Tensor, axis: ops.Axis = None) -> Tensor:
    """The elements in reverse order along some axes, or along all; a view where the backend can make one.

    >>> import minitensor as mt
    >>> mt.flip(mt.tensor([[1, 2], [3, 4]]), axis=1).tolist()
    [[2, 1], [4, 3]]
    """
    checks.tensor("flip: x", x)
    axes = ops.normalize_axes(axis, x.shape, "flip")
    return x[tuple(slice(None, None, -1) if at in axes else slice(None) for at in range(x.ndim))]


def roll(x: Tensor, shift: int | Sequence[int], axis: ops.Axis = None) -> Tensor:
    """The elements `shift` places on along some axes, the last coming first again; of all counted row by row if None.

    >>> import minitensor as mt
    >>> mt.roll(mt.tensor([1, 2, 3, 4]), 1).tolist()
    [4, 1, 2, 3]
    """
    checks.tensor("roll: x", x)
    if axis is None:
        return roll(x.reshape(-1), checks.whole("roll: shift", shift), 0).reshape(x.shape)
    axes = axis if isinstance(axis, Sequence) else (axis,)
    shifts = shift if isinstance(shift, Sequence) else (shift,) * len(axes)
    if len(shifts) != len(axes):
        raise AxisError(f"roll: {len(shifts)} shifts for {len(axes)} axes; give one for each, or one number for all")
    for by, one in zip(shifts, axes, strict=True):
        at = ops.normalize_axis(one, x.shape, "roll")
        before = (slice(None),) * at
        cut = x.shape[at] and -checks.whole("roll: shift", by) % x.shape[at]
        if cut:
            x = concat([x[(*before, slice(cut, None))], x[(*before, slice(0, cut))]], axis=at)
    return x.copy()


def repeat(x: Tensor, repeats: int | Tensor, axis: int | None = None) -> Tensor:
    """Each slice along `axis` so many times in a row; each element, counted row by row, if it is None.

    repeats : one number for all, or an integer tensor with one for each slice

    >>> import minitensor as mt
    >>> mt.repeat(mt.tensor([1, 2]), mt.tensor([1, 3])).tolist()
    [1, 2, 2, 2]

    Raises InputError for a negative number, ShapeError where there is not one for each.
    """
    checks.tensor("repeat: x", x)
    if axis is None:
        return repeat(x.reshape(-1), repeats, 0)
    at, lib = ops.normalize_axis(axis, x.shape, "repeat"), backend.of(x.array)
    size = x.shape[at]
    if isinstance(repeats, Tensor) and repeats.shape == (1,):
        repeats = repeats[0]
    if isinstance(repeats, Tensor) and repeats.ndim:
        shaping.one_backend("repeat", x.array, repeats.array)
        if repeats.shape != (size,):
            raise ShapeError(f"repeat: axis {at} of x has {size} slices, but repeats has shape {repeats.shape}")
        if repeats.dtype.kind not in "iu":
            raise DTypeError(f"repeat: repeats is {repeats.dtype}, not integers; use .astype('int64')")
        if size and int(repeats.min()) < 0:
            raise InputError(f"repeat: repeats holds {int(repeats.min())}; a slice cannot be there less than 0 times")
        numbers = arange(size, like=x, dtype="int64")
        places = wrap(lib.repeat(numbers.array, repeats.astype("int64").array))
    else:
        times = checks.whole("repeat: repeats", repeats, 0)
        places = arange(size, like=x, dtype="int64")[:, None].expand(size, times).reshape(size * times)
    return x[((slice(None),) * at + (places,))]


def tile(x: Tensor, repetitions: Sequence[int], /) -> Tensor:
    """The tensor as a tile, so many times along each axis; axes that one of the two lacks are put in front.

    >>> import minitensor as mt
    >>> mt.tile(mt.tensor([1, 2]), (2, 2)).tolist()
    [[1, 2, 1, 2], [1, 2, 1, 2]]
    """
    checks.tensor("tile: x", x)
    given = repetitions if isinstance(repetitions, Sequence) else (repetitions,)
    times = [checks.whole("tile: repetitions", each, 0) for each in given]
    ndim = max(len(times), x.ndim)
    times, shape = [1] * (ndim - len(times)) + times, [1] * (ndim - x.ndim) + list(x.shape)
    wide = [size for pair in zip(times, shape, strict=True) for size in pair]
    apart = [size for each in shape for size in (1, each)]
    sizes = [count * size for count, size in zip(times, shape, strict=True)]
    return x.reshape(apart).expand(wide).reshape(sizes).copy()


def unstack(x: Tensor, axis: int = 0) -> tuple[Tensor, ...]:
    """The slices along an axis, without it: what `stack` puts together.

    >>> import minitensor as mt
    >>> [row.tolist() for row in mt.unstack(mt.tensor([[1, 2], [3, 4]]))]
    [[1, 2], [3, 4]]
    """
    checks.tensor("unstack: x", x)
    before = (slice(None),) * ops.normalize_axis(axis, x.shape, "unstack")
    return tuple(x[(*before, place)] for place in range(x.shape[len(before)]))


def concat(tensors: Sequence[Tensor], axis: int | None = 0, **others: Never) -> Tensor:
    """Tensors one after another along an axis that they have; the other axes must agree.

    axis : None for all elements in one row. The dtypes promote as in arithmetic, but int64 beside uint64 is refused,
    here and by `stack`: floats would not hold all of them.

    >>> import minitensor as mt
    >>> mt.concat([mt.zeros((2, 3)), mt.ones((1, 3))]).shape
    (3, 3)
    """
    if others or isinstance(axis, Tensor):
        raise words.no_argument("concat", others, ("axis",)) or DTypeError("concat: write one list, concat([a, b])")
    tensors = _listed("concat", tensors)
    if axis is None:
        tensors, axis = [reshape(x, (-1,)) for x in tensors], 0
    arrays = [x.array for x in tensors if type(x) is Tensor]
    if len(arrays) < len(tensors) or not arrays:
        return door.enter("concat", concat, (tensors, axis), need=0)
    return wrap(_concat(arrays[0], arrays, axis))


def stack(tensors: Sequence[Tensor], axis: int = 0, **others: Never) -> Tensor:
    """Tensors of one shape side by side along a new axis.

    >>> import minitensor as mt
    >>> mt.stack([mt.zeros(3), mt.ones(3)], axis=1).shape
    (3, 2)
    """
    if others or isinstance(axis, Tensor):
        raise words.no_argument("stack", others, ("axis",)) or DTypeError("stack: write one list, stack([a, b])")
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
