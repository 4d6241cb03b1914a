"""Functions that put elements in order, and choose among them."""

from typing import Any

import numpy

from minitensor import backend, ops
from minitensor.core import checks, door, shaping
from minitensor.core.operations import Operand, method
from minitensor.core.tensor import Tensor, wrap
from minitensor.errors import DTypeError, ShapeError
from minitensor.functions.elementwise import together


@method(shaping.sort)
def sort(x: Tensor, axis: int = -1, descending: bool = False) -> Tensor:
    """The elements in order along `axis`.

    >>> import minitensor as mt
    >>> mt.sort(mt.tensor([3, 1, 2]), descending=True).tolist()
    [3, 2, 1]
    """


@method(shaping.argsort)
def argsort(x: Tensor, axis: int = -1, descending: bool = False) -> Tensor:
    """The positions (int64) that put the elements in order along `axis`; equal elements keep their order.

    >>> import minitensor as mt
    >>> mt.argsort(mt.tensor([3, 1, 3]), descending=True).tolist()
    [0, 2, 1]
    """


def searchsorted(ordered: Tensor, values: Tensor, side: str = "left") -> Tensor:
    """Where each of the values would go (int64) in a vector that is in order: before its equals, or after them.

    >>> import minitensor as mt
    >>> mt.searchsorted(mt.tensor([1, 3, 3]), mt.tensor([3, 9])).tolist()
    [1, 3]

    Raises ShapeError where `ordered` is not a vector, InputError for another side.
    """
    if not type(ordered) is Tensor is type(values):
        return door.enter("searchsorted", searchsorted, (ordered, values, side), need=2)
    if type(side) is not str or (side != "left" and side != "right"):  # NumPy would take "l" for left
        checks.choice("searchsorted: side", side, ("left", "right"))
    return wrap(backend.as_array(_searchsorted(ordered.array, values.array, side)))


def take(x: Tensor, indices: Tensor, axis: int = 0) -> Tensor:
    """The slices of `x` at the places `indices` (an integer tensor of any shape) along `axis`.

    >>> import minitensor as mt
    >>> mt.take(mt.tensor([10, 20, 30]), mt.tensor([2, 0])).tolist()
    [30, 10]
    """
    if not type(x) is Tensor is type(indices):
        return door.enter("take", take, (x, indices, axis), need=2)
    return wrap(backend.as_array(_take(x.array, indices.array, axis)))


def where(condition: Tensor, a: Operand, b: Operand) -> Tensor:
    """Elements of `a` where `condition` (bool) is true and of `b` elsewhere, all three broadcast.

    Their dtypes promote as in arithmetic, but int64 beside uint64 is refused: floats would not hold all of them.

    >>> import minitensor as mt
    >>> mt.where(mt.tensor([True, False]), mt.tensor([1, 2]), 0).tolist()
    [1, 0]
    """
    try:
        if type(condition) is Tensor is type(a) and type(b) is Tensor:
            chosen, x, y = condition.array, a.array, b.array
        else:
            chosen, x, y = together("where", condition, a, b)
        return wrap(backend.as_array(_where(chosen, x, y)))
    except Exception as error:
        return door.explain_function("where", where, (condition, a, b), error)


def _careful_searchsorted(ordered: Any, values: Any, side: str) -> Any:
    lib = shaping.one_backend("searchsorted", ordered, values)
    if ordered.ndim != 1:
        raise ShapeError(f"searchsorted: ordered has shape {tuple(ordered.shape)}; it must be a vector, such as a row")
    try:
        return lib.xp.searchsorted(ordered, values, side=side)
    except TypeError as error:
        kinds = f"{lib.numpy_dtype(ordered)} and {lib.numpy_dtype(values)}"
        raise DTypeError(f"searchsorted is not defined for {kinds}: {error}; cast one with .astype(...)") from None


def _careful_take(array: Any, indices: Any, axis: int) -> Any:
    shaping.one_backend("take", array, indices)
    before = (slice(None),) * ops.normalize_axis(axis, array.shape, "take")
    kind = backend.of(indices).numpy_dtype(indices)
    if kind.kind not in "iu":
        raise DTypeError(f"take: the indices are {kind}, not integers; use .astype('int64')")
    return wrap(array)[(*before, wrap(indices))].array


def _careful_where(condition: Any, a: Any, b: Any) -> Any:
    if not hasattr(condition, "dtype"):
        raise DTypeError(f"where: the condition is {condition!r:.60}, not a Tensor; write a if condition else b")
    kind = backend.of(condition).numpy_dtype(condition)
    if kind.kind != "b":
        raise DTypeError(f"where: the condition is {kind}, not bool; write condition != 0")
    lib = shaping.one_backend("where", *(x for x in (condition, a, b) if hasattr(x, "dtype")))
    shaping.refuse_integers_as_floats("where", a, b)
    if not hasattr(a, "dtype") and not hasattr(b, "dtype"):
        a = lib.asarray(a, numpy.result_type(type(a), type(b)))  # the standard wants one array
    return backend.as_array(lib.xp.where(condition, a, b))


_searchsorted = ops.primitive(_careful_searchsorted, "searchsorted")
_take, _where = ops.primitive(_careful_take, "take"), ops.primitive(_careful_where, "where")
