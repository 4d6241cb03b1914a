"""Named functions over Tensors. Many are methods of `Tensor` too; these are the spellings that read as a formula."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from minitensor import backend, ops
from minitensor.broadcasting import broadcast_shapes
from minitensor.core.failures import NotAnOperandError, operand
from minitensor.core.tensor import Tensor, wrap
from minitensor.errors import BroadcastError, DeviceError, DTypeError, InputError, ShapeError


def _method(name: str) -> Callable[..., Tensor]:
    """The method of that name as a function."""
    method = getattr(Tensor, name)

    @wraps(method)
    def function(x: Tensor, *args: Any, **options: Any) -> Tensor:
        _home(name, x)
        return method(x, *args, **options)

    return function


def _unary(name: str) -> Callable[[Tensor], Tensor]:
    """The function of that name, of each element, as the standard has it."""

    def function(x: Tensor) -> Tensor:
        home = _home(name, x)
        return wrap(backend.as_array(getattr(home.xp, name)(x.array)))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"`{name}` of every element, as the Array API standard has it."
    return function


floor, ceil, round, isfinite, isnan = (_unary(name) for name in ("floor", "ceil", "round", "isfinite", "isnan"))
conj, real, imag = (_unary(name) for name in ("conj", "real", "imag"))
exp, log, sqrt, abs, tanh = (_method(name) for name in ("exp", "log", "sqrt", "abs", "tanh"))
sum, mean, max, min = (_method(name) for name in ("sum", "mean", "max", "min"))
var, std, any, all = (_method(name) for name in ("var", "std", "any", "all"))
argmax, argmin = _method("argmax"), _method("argmin")
reshape, permute_dims, expand = _method("reshape"), _method("permute_dims"), _method("expand")
squeeze, expand_dims, astype = _method("squeeze"), _method("expand_dims"), _method("astype")


def maximum(a: Any, b: Any) -> Tensor:
    """The larger of each pair of elements, broadcast; one of the two may be a Python number.

    >>> import minitensor as mt
    >>> mt.maximum(mt.tensor([-1.0, 2.0]), 0.0).tolist()
    [0.0, 2.0]
    """
    return _together("maximum", a, b)


def minimum(a: Any, b: Any) -> Tensor:
    """The smaller of each pair of elements, broadcast; one of the two may be a Python number."""
    return _together("minimum", a, b)


def where(condition: Tensor, a: Any, b: Any) -> Tensor:
    """Elements of `a` where `condition` (bool) is true and of `b` elsewhere, all three broadcast.

    >>> import minitensor as mt
    >>> mt.where(mt.tensor([True, False]), mt.tensor([1, 2]), 0).tolist()
    [1, 0]
    """
    _home("where", condition)
    if condition.dtype.kind != "b":
        raise DTypeError(f"where: the condition is {condition.dtype}, not bool; write condition != 0")
    return _together("where", condition, a, b)


def clip(x: Tensor, low: float | None = None, high: float | None = None) -> Tensor:
    """Every element moved to the nearest number from `low` to `high`; None leaves that side open.

    >>> import minitensor as mt
    >>> mt.clip(mt.tensor([-5, 0, 5]), 0, 2).tolist()
    [0, 0, 2]
    """
    _home("clip", x)
    for limit in (low, high):
        if not (limit is None or isinstance(limit, (int, float))) or limit != limit:
            raise InputError(f"clip: {limit!r} is no limit; write a number, or maximum and minimum for tensors")
    if low is not None and high is not None and low > high:
        raise InputError(f"clip: low={low} is above high={high}; swap them")
    if low is None and high is None:
        return x
    return wrap(backend.as_array(backend.of(x.array).xp.clip(x.array, low, high)))


def concat(tensors: Sequence[Tensor], axis: int = 0) -> Tensor:
    """Tensors one after another along an axis that they have; the other axes must agree.

    >>> import minitensor as mt
    >>> mt.concat([mt.zeros((2, 3)), mt.ones((1, 3))]).shape
    (3, 3)
    """
    tensors = list(tensors)
    home = _home("concat", *tensors)
    first = tensors[0].shape
    at = ops.normalize_axis(axis, first, "concat")
    for i, x in enumerate(tensors):
        # What a tensor must share with the first is its shape with the size on the axis blotted out.
        if (*x.shape[:at], None, *x.shape[at + 1 :]) != (*first[:at], None, *first[at + 1 :]) or x.ndim != len(first):
            raise ShapeError(
                f"concat: tensor {i} has shape {x.shape}, tensor 0 has {first}; they may differ on axis {at} only"
            )
    return wrap(home.xp.concat([x.array for x in tensors], axis=at))


def stack(tensors: Sequence[Tensor], axis: int = 0) -> Tensor:
    """Tensors of one shape side by side along a new axis.

    >>> import minitensor as mt
    >>> mt.stack([mt.zeros(3), mt.ones(3)], axis=1).shape
    (3, 2)
    """
    tensors = list(tensors)
    home = _home("stack", *tensors)
    at = ops.normalize_new_axis(axis, tensors[0].shape, "stack")
    for i, x in enumerate(tensors):
        if x.shape != tensors[0].shape:
            raise ShapeError(f"stack: tensor {i} has shape {x.shape}, tensor 0 has {tensors[0].shape}; make them equal")
    return wrap(home.xp.stack([x.array for x in tensors], axis=at))


def sort(x: Tensor, axis: int = -1, descending: bool = False) -> Tensor:
    """The elements in order along `axis`.

    >>> import minitensor as mt
    >>> mt.sort(mt.tensor([3, 1, 2]), descending=True).tolist()
    [3, 2, 1]
    """
    home = _home("sort", x)
    at = ops.normalize_axis(axis, x.shape, "sort")
    ordered = home.xp.sort(x.array, axis=at)
    return wrap(home.xp.flip(ordered, axis=at) if descending else ordered)


def argsort(x: Tensor, axis: int = -1, descending: bool = False) -> Tensor:
    """The positions (int64) that put the elements in order along `axis`; equal elements keep their order.

    >>> import minitensor as mt
    >>> mt.argsort(mt.tensor([3, 1, 3]), descending=True).tolist()
    [0, 2, 1]
    """
    home = _home("argsort", x)
    at = ops.normalize_axis(axis, x.shape, "argsort")
    if not descending:
        return wrap(home.argsort(x.array, at))
    # Backwards twice: once so that the order falls, once so that equal elements keep theirs.
    backwards = home.argsort(home.xp.flip(x.array, axis=at), at)
    return wrap(home.xp.flip(x.shape[at] - 1 - backwards, axis=at))


def cumsum(x: Tensor, axis: int = -1) -> Tensor:
    """Running totals along `axis`.

    >>> import minitensor as mt
    >>> mt.cumsum(mt.tensor([1, 2, 3])).tolist()
    [1, 3, 6]
    """
    home = _home("cumsum", x)
    return wrap(home.cumulative_sum(x.array, ops.normalize_axis(axis, x.shape, "cumsum")))


def searchsorted(ordered: Tensor, values: Tensor, side: str = "left") -> Tensor:
    """Where each of the values would go in a vector that is in order: (int64), before its equals, or after them.

    >>> import minitensor as mt
    >>> mt.searchsorted(mt.tensor([1, 3, 3]), mt.tensor([3, 9])).tolist()
    [1, 3]
    """
    home = _home("searchsorted", ordered, values)
    return wrap(backend.as_array(home.xp.searchsorted(ordered.array, values.array, side=side)))


def take(x: Tensor, indices: Tensor, axis: int = 0) -> Tensor:
    """The slices of `x` at the places `indices` (an integer tensor of any shape) along `axis`.

    >>> import minitensor as mt
    >>> mt.take(mt.tensor([10, 20, 30]), mt.tensor([2, 0])).tolist()
    [30, 10]
    """
    _home("take", x, indices)
    before = (slice(None),) * ops.normalize_axis(axis, x.shape, "take")
    if indices.dtype.kind not in "iu":
        raise DTypeError(f"take: the indices are {indices.dtype}, not integers; use .astype('int64')")
    return x[(*before, indices)]


def _home(name: str, *tensors: Any) -> backend.Backend:
    """The one backend that all are on. Raises where one is no Tensor or they are on several."""
    if not tensors:
        raise InputError(f"{name}: there must be one tensor at least")
    for i, x in enumerate(tensors):
        if not isinstance(x, Tensor):
            raise DTypeError(f"{name}: argument {i} is no Tensor but {type(x).__name__}; write minitensor.tensor(...)")
        if x.backend != tensors[0].backend:
            raise DeviceError(
                f"{name}: argument 0 is on {tensors[0].backend}, argument {i} of shape {x.shape} is on {x.backend}; "
                f"write .to({tensors[0].backend!r})"
            )
    return backend.of(tensors[0].array)


def _together(name: str, *operands: Any) -> Tensor:
    """An elementwise function of the array namespace on Tensors, of which some may be Python numbers."""
    home = _home(name, *(x for x in operands if isinstance(x, Tensor)))
    first = next(x.array for x in operands if isinstance(x, Tensor))
    try:
        arrays = [x.array if isinstance(x, Tensor) else operand(x, first) for x in operands]
        for x, other in zip(operands[-2:], reversed(operands[-2:]), strict=True):
            whole = type(x) is int and isinstance(other, Tensor) and other.dtype.kind in "iu"
            if whole and not backend.can_hold(other.array, x):
                raise DTypeError(f"{name}: {x} does not fit into {other.dtype}; cast with .astype('int64')")
        return wrap(backend.as_array(getattr(home.xp, name)(*arrays)))
    except NotAnOperandError:
        kinds = ", ".join(type(x).__name__ for x in operands)
        raise DTypeError(f"{name} takes Tensors and numbers, not {kinds}; write minitensor.tensor(...)") from None
    except ValueError:
        try:
            broadcast_shapes(*(getattr(x, "shape", ()) for x in operands))
        except BroadcastError as picture:
            raise BroadcastError(f"{name}: the shapes do not fit\n{picture}") from None
        raise
