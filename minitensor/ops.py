"""The primitive operations on raw arrays: array in, array out, on whichever backend the array belongs to.

Each is written once in the standard's terms, with every check beforehand and a message for every mistake. A backend may
have a shortcut, which checks nothing and may fail. So a `primitive` tries the shortcut at once, and only where that
failed runs what is here, which then says why.
"""

import operator
from collections.abc import Callable, Sequence
from typing import Any

from minitensor import backend
from minitensor.errors import AxisError, DeviceError, DTypeError, InputError, ShapeError

Axis = int | Sequence[int] | None


class Table(dict[type, Callable[..., Any]]):
    """By type of array the quickest function for one operation, looked up when first asked for."""

    def __init__(self, name: str, careful: Callable[..., Any]) -> None:
        self.name, self.careful = name, careful

    def __missing__(self, kind: type) -> Callable[..., Any]:
        self[kind] = backend.of_type(kind).shortcut(self.name) or self.careful
        return self[kind]


def primitive(careful: Callable[..., Any], name: str = "") -> Callable[..., Any]:
    """The operation that tries the shortcut of the array's backend, and where that failed runs the careful function.

    >>> import numpy
    >>> primitive(reshape)(numpy.zeros((2, 3)), (3, 2)).shape
    (3, 2)
    """
    table = Table(name or careful.__name__, careful)

    def run(array: Any, *arguments: Any) -> Any:
        try:
            return table[type(array)](array, *arguments)
        except Exception:
            pass  # so that the explanation stands alone in a traceback
        return careful(array, *arguments)

    return run


def elementwise(name: str, symbol: str = "") -> Callable[[Any], Any]:
    """The function of one array that has this name in the standard.

    >>> import numpy
    >>> elementwise("exp")(numpy.zeros(2)).tolist()
    [1.0, 1.0]
    """

    def function(array: Any) -> Any:
        lib = backend.of(array)
        try:
            return getattr(lib.xp, name)(array)
        except TypeError as error:
            kind = lib.numpy_dtype(array)
            raise DTypeError(f"{symbol or name} is not defined for {kind}: {error}; cast with .astype(...)") from None

    return _called(name, function)


def _called(name: str, function: Any) -> Any:
    function.__name__ = function.__qualname__ = name
    return function


# --- axes ----------------------------------------------------------------------------------------------------------


def normalize_axis(axis: Any, shape: Sequence[int], what: str) -> int:
    """`axis` counted from the front.

    >>> normalize_axis(-1, (2, 3), "sum")
    1
    """
    ndim = len(shape)
    try:
        index = operator.index(axis)
    except TypeError:
        raise AxisError(f"{what}: an axis is an int, not {axis!r}") from None
    if not -ndim <= index < ndim:
        has = f"axes {-ndim} to {ndim - 1}" if ndim else "no axes"
        raise AxisError(f"{what}: there is no axis {index}; a tensor of shape {tuple(shape)} has {has}")
    return index % ndim


def normalize_axes(axis: Axis, shape: Sequence[int], what: str) -> tuple[int, ...]:
    """Every axis named by `axis`, counted from the front; None names them all."""
    if axis is None:
        return tuple(range(len(shape)))
    axes = tuple(normalize_axis(one, shape, what) for one in (axis if isinstance(axis, Sequence) else (axis,)))
    if len(set(axes)) < len(axes):
        raise AxisError(f"{what}: {axis} names an axis twice; each may be named once")
    return axes


def new_axis(axis: Any, shape: Sequence[int], what: str) -> int:
    """`axis` counted from the front, where a new axis is put into `shape`: one more place than there are axes."""
    ndim = len(shape)
    if hasattr(axis, "__index__") and -ndim - 1 <= operator.index(axis) <= ndim:
        return operator.index(axis) % (ndim + 1)
    raise AxisError(
        f"{what}: there is no place {axis!r} for a new axis; a tensor of shape {tuple(shape)} has the places "
        f"{-ndim - 1} to {ndim}"
    )


# --- shape: views where the backend can make them --------------------------------------------------------------------


def _sizes(given: tuple[Any, ...]) -> tuple[int, ...]:
    """``f(2, 3)`` and ``f((2, 3))`` mean the same."""
    sizes: Sequence[Any] = given[0] if len(given) == 1 and isinstance(given[0], Sequence) else given
    try:
        return tuple(operator.index(size) for size in sizes)
    except TypeError:
        raise ShapeError(f"a shape, or an order of axes, is made of integers, not {given}") from None


def reshape(array: Any, *shape: Any) -> Any:
    sizes = _sizes(shape)
    try:
        return backend.of(array).xp.reshape(array, sizes)
    except (ValueError, TypeError):
        raise ShapeError(
            f"reshape: {array.size} elements of shape {tuple(array.shape)} do not fill shape {sizes}; "
            "the products of the sizes must be equal (one size may be -1)"
        ) from None


def permute_dims(array: Any, *axes: Any) -> Any:
    order = normalize_axes(_sizes(axes), array.shape, "permute_dims")
    if len(order) != array.ndim:
        shape = tuple(array.shape)
        raise ShapeError(f"permute_dims: {axes} names {len(order)} axes; shape {shape} has {array.ndim}")
    return backend.of(array).xp.permute_dims(array, order)


def transpose(array: Any) -> Any:
    return backend.of(array).xp.permute_dims(array, tuple(reversed(range(array.ndim))))


def matrix_transpose(array: Any) -> Any:
    if array.ndim < 2:
        raise ShapeError(f"mT needs two axes; shape {tuple(array.shape)} has {array.ndim}")
    return array.mT


def expand(array: Any, *shape: Any) -> Any:
    sizes = _sizes(shape)
    own = (1,) * (len(sizes) - array.ndim) + tuple(array.shape)
    if len(own) != len(sizes) or any(old not in (1, new) or new < 0 for old, new in zip(own, sizes, strict=True)):
        raise ShapeError(
            f"expand: shape {tuple(array.shape)} cannot become {sizes}; counted from the last axis, "
            "each size must stay, or be 1 before"
        )
    return backend.of(array).xp.broadcast_to(array, sizes)


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
    return backend.of(array).xp.expand_dims(array, axis=new_axis(axis, array.shape, "expand_dims"))


# --- dtype and layout ------------------------------------------------------------------------------------------------


def astype(array: Any, dtype: Any) -> Any:
    lib = backend.of(array)
    return lib.astype(array, lib.dtype(dtype))


def copy(array: Any) -> Any:
    return backend.of(array).astype(array, array.dtype)


def contiguous(array: Any) -> Any:
    return backend.of(array).contiguous(array)


# --- reductions ----------------------------------------------------------------------------------------------------

# The mean, or the largest, of nothing is not a number; the sum of nothing is 0.
NEED_ELEMENTS = {"mean", "var", "std", "max", "min", "argmax", "argmin"}


def reduction(name: str) -> Callable[..., Any]:
    """One of sum, mean, var, std, max, min, any, all over ``axis`` (all axes if None).

    Integers and booleans are summed as int64 (unsigned ones as uint64) and averaged as float64; float32 stays float32.
    Raises AxisError for a wrong axis and ShapeError where there is nothing to reduce.
    """

    def reduce(array: Any, axis: Axis = None, keepdims: bool = False, correction: float = 0) -> Any:
        lib = backend.of(array)
        axes = normalize_axes(axis, array.shape, name)
        count = 1
        for one in axes:
            count *= array.shape[one]
        if count == 0 and name in NEED_ELEMENTS:
            raise ShapeError(f"{name} over {_named(axes)} of shape {tuple(array.shape)}: there is no element to reduce")
        kind = lib.numpy_dtype(array).kind
        if name in ("mean", "var", "std") and kind in "biu":
            array = lib.astype(array, lib.dtype("float64"))
        elif name == "sum" and kind == "b":
            array = lib.astype(array, lib.dtype("int64"))
        if name not in ("var", "std"):
            return backend.as_array(getattr(lib.xp, name)(array, axis=axes, keepdims=keepdims))
        # The namespaces spell the correction differently, and the definition is short.
        if count <= correction:
            raise InputError(
                f"{name}: {count} elements are too few for correction={correction}; it divides by their difference"
            )
        distance = lib.xp.abs(array - lib.xp.mean(array, axis=axes, keepdims=True))
        var = lib.xp.mean(distance * distance, axis=axes, keepdims=keepdims) * (count / (count - correction))
        return backend.as_array(var if name == "var" else lib.xp.sqrt(var))

    return _called(name, reduce)


def arg_reduction(name: str) -> Callable[..., Any]:
    """argmax or argmin: the position (int64) of the first largest or smallest element along one axis, or of all."""

    def reduce(array: Any, axis: int | None = None, keepdims: bool = False) -> Any:
        one = None if axis is None else normalize_axis(axis, array.shape, name)
        if (array.size if one is None else array.shape[one]) == 0:
            raise ShapeError(f"{name} of shape {tuple(array.shape)}: there is no element to choose")
        lib = backend.of(array)
        if lib.numpy_dtype(array).kind == "b":
            array = lib.astype(array, lib.dtype("uint8"))
        return backend.as_array(getattr(lib.xp, name)(array, axis=one, keepdims=keepdims))

    return _called(name, reduce)


def _named(axes: Sequence[int]) -> str:
    return f"axis {axes[0]}" if len(axes) == 1 else f"axes {tuple(axes)}"


# --- order -----------------------------------------------------------------------------------------------------------


def sort(array: Any, axis: int = -1, descending: bool = False) -> Any:
    xp, at = backend.of(array).xp, normalize_axis(axis, array.shape, "sort")
    ordered = xp.sort(array, axis=at)
    return xp.flip(ordered, axis=at) if descending else ordered


def argsort(array: Any, axis: int = -1, descending: bool = False) -> Any:
    lib, at = backend.of(array), normalize_axis(axis, array.shape, "argsort")
    if not descending:
        return lib.argsort(array, at)
    # Backwards twice: once so that the order falls, once so that equal elements keep theirs.
    backwards = lib.argsort(lib.xp.flip(array, axis=at), at)
    return lib.xp.flip(array.shape[at] - 1 - backwards, axis=at)


def cumsum(array: Any, axis: int = -1) -> Any:
    return backend.of(array).cumulative_sum(array, normalize_axis(axis, array.shape, "cumsum"))


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
