"""The primitive operations on raw arrays: array in, array out, on whichever backend the array belongs to.

Each is written once in the standard's terms, with every check beforehand and a message for every mistake. A backend may
have a shortcut, which checks nothing and may fail. So a `primitive` tries the shortcut first, and runs the careful
function only where that failed: it then says why.
"""

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

from minitensor import backend
from minitensor.backend import kinds
from minitensor.backend.moments import moment
from minitensor.backend.warned import pointing
from minitensor.errors import AxisError, DTypeError, InputError, MinitensorError, OutOfMemoryError, ShapeError

Axis = int | Sequence[int] | None


class Table(dict[type, Callable[..., Any]]):
    """The fastest function for one operation, by the type of the array; looked up when first asked for."""

    def __init__(self, name: str, careful: Callable[..., Any]) -> None:
        self.name, self.careful = name, careful

    def __missing__(self, kind: type) -> Callable[..., Any]:
        self[kind] = backend.of_type(kind).shortcut(self.name) or self.careful
        return self[kind]


def primitive(careful: Callable[..., Any], name: str = "") -> Callable[..., Any]:
    """The operation that tries the shortcut of the array's backend, and runs the careful function where that failed.

    >>> import numpy
    >>> primitive(reduction("sum"))(numpy.ones((2, 3)), 0).tolist()
    [2.0, 2.0, 2.0]
    """
    table = Table(name or careful.__name__, careful)

    def run(array: Any, *arguments: Any) -> Any:
        try:
            return table[type(array)](array, *arguments)
        except Exception:
            pass  # so that the explanation stands alone in a traceback
        return explained(table.name, careful, array, *arguments)

    return run


def explained(name: str, careful: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """What a careful function returns; what it raises is an error of this library, whatever a backend said."""
    try:
        return careful(*args, **options)
    except MinitensorError:
        raise
    except RuntimeWarning:  # NumPy's, see `warned.py`
        with pointing(name):
            return careful(*args, **options)
    except MemoryError as error:
        raise OutOfMemoryError(f"{name}: {error}") from None
    except (TypeError, OverflowError) as error:
        raise DTypeError(f"{name}: {error}") from None
    except (ValueError, IndexError) as error:
        raise InputError(f"{name}: {error}") from None


def elementwise(name: str, symbol: str = "") -> Callable[[Any], Any]:
    """The function of one array that has this name in the standard; of integers, floats are float64.

    >>> import numpy
    >>> elementwise("exp")(numpy.zeros(2)).tolist()
    [1.0, 1.0]
    """

    def function(array: Any) -> Any:
        lib = backend.of(array)
        if name == "logical_not":
            kinds.check_truth(name, lib, array)
        elif name in kinds.FLOATS:
            (array,) = kinds.as_floats(lib, array)
        elif name in kinds.WHOLE and lib.numpy_dtype(array).kind in "biu":
            return lib.astype(array, array.dtype)
        try:
            result = getattr(lib.xp, name)(array)
            return lib.xp.asarray(result, copy=True) if name in ("real", "imag") else result  # which may be views
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


# --- reductions ----------------------------------------------------------------------------------------------------

# The mean, or the largest, of nothing is not a number; the sum of nothing is 0.
NEED_ELEMENTS = {"mean", "var", "std", "max", "min", "argmax", "argmin"}


def reduction(name: str) -> Callable[..., Any]:
    """One of sum, mean, var, std, max, min, any, all over ``axis`` (all axes if None).

    Integers and booleans are summed as int64 (unsigned ones as uint64) and averaged as float64; float32 stays float32,
    and is as accurate as `Backend.sum`. Products are not: BLAS has few running sums, so that a dot product of a million
    equal float32 is 2,000 eps off, and a matrix-vector product 30,000; of random ones 3 and 23.
    Raises AxisError for a wrong axis and ShapeError where there is nothing to reduce.
    """

    def reduce(array: Any, axis: Axis = None, keepdims: bool = False, correction: float = 0) -> Any:
        lib, keepdims = backend.of(array), truth(name, keepdims)
        axes = normalize_axes(axis, array.shape, name)
        count = 1
        for one in axes:
            count *= array.shape[one]
        if count == 0 and name in NEED_ELEMENTS:
            raise ShapeError(f"{name} over {_named(axes)} of shape {tuple(array.shape)}: there is no element to reduce")
        kind = lib.numpy_dtype(array).kind
        if name in ("mean", "var", "std") and kind in "biu":
            array = lib.astype(array, lib.dtype("float64"))
        elif name == "sum":
            return backend.as_array(lib.sum(kinds.widened(lib, array), axes, keepdims))
        if name not in ("mean", "var", "std"):
            standard = {"max": "any", "min": "all"}.get(name, name) if kind == "b" else name
            return backend.as_array(getattr(lib.xp, standard)(array, axis=axes, keepdims=keepdims))
        try:
            correction = float(correction)
        except (TypeError, ValueError, OverflowError):
            raise InputError(f"{name}: correction={correction!r:.60} is not a number") from None
        if not 0 < count - correction < math.inf:
            raise InputError(
                f"{name}: {count} elements are too few for correction={correction:g}; it divides by their difference"
            )
        made = moment(lib, name, array, axes, count, correction)
        return backend.as_array(made if keepdims else lib.xp.squeeze(made, axis=axes))

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
        return backend.as_array(getattr(lib.xp, name)(array, axis=one, keepdims=truth(name, keepdims)))

    return _called(name, reduce)


def truth(name: str, keepdims: Any) -> bool:
    if type(keepdims).__name__ not in ("bool", "bool_"):
        raise InputError(f"{name}: keepdims={keepdims!r:.60} is neither True nor False; several axes are one tuple")
    return bool(keepdims)


def _named(axes: Sequence[int]) -> str:
    return f"axis {axes[0]}" if len(axes) == 1 else f"axes {tuple(axes)}"
