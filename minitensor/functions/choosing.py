"""Functions that put elements in order, and choose among them."""

from typing import Any, Never

import numpy

from minitensor import backend, ops
from minitensor.backend.dtypes import holds_number
from minitensor.broadcasting import broadcast_shapes
from minitensor.core import checks, door, shaping, words
from minitensor.core.counting import arange
from minitensor.core.creation import full
from minitensor.core.operations import Operand, method
from minitensor.core.tensor import Tensor, wrap
from minitensor.errors import DTypeError, ShapeError
from minitensor.functions.making import together


@method(shaping.sort)
def sort(x: Tensor, axis: int = -1, descending: bool = False, stable: bool = True) -> Tensor:
    """The elements in order along `axis`; equal ones keep theirs, whether that is asked for by `stable` or not.

    >>> import minitensor as mt
    >>> mt.sort(mt.tensor([3, 1, 2]), descending=True).tolist()
    [3, 2, 1]
    """


@method(shaping.argsort)
def argsort(x: Tensor, axis: int = -1, descending: bool = False, stable: bool = True) -> Tensor:
    """The positions (int64) that put the elements in order along `axis`; equal elements keep their order.

    >>> import minitensor as mt
    >>> mt.argsort(mt.tensor([3, 1, 3]), descending=True).tolist()
    [0, 2, 1]
    """


def searchsorted(x1: Tensor, x2: Tensor | float, /, side: str = "left", sorter: Tensor | None = None) -> Tensor:
    """Where each of the values x2 would go (int64) in a vector x1 that is in order: before its equals, or after them.

    sorter : the positions that put x1 in order, as `argsort` finds them, if it is not

    >>> import minitensor as mt
    >>> mt.searchsorted(mt.tensor([1, 3, 3]), mt.tensor([3, 9])).tolist()
    [1, 3]

    Raises ShapeError where x1 is not a vector, InputError for another side.
    """
    if sorter is not None:
        x1 = take(x1, sorter)
    if type(x1) is Tensor and isinstance(x2, (int, float)) and not isinstance(x2, bool):
        x2 = full((), x2, like=None if holds_number(x1.dtype, x2) is False else x1)
    if not type(x1) is Tensor is type(x2):
        return door.enter("searchsorted", searchsorted, (x1, x2, side), need=2)
    if type(side) is not str or (side != "left" and side != "right"):  # NumPy would take "l" for left
        checks.choice("searchsorted: side", side, ("left", "right"))
    return wrap(backend.as_array(_searchsorted(x1.array, x2.array, side)))


def take(x: Tensor, indices: Tensor, axis: int | None = 0, **others: Never) -> Tensor:
    """The slices of `x` at the places `indices` (an integer tensor of any shape) along `axis`; a vector need name none.

    >>> import minitensor as mt
    >>> mt.take(mt.tensor([10, 20, 30]), mt.tensor([2, 0])).tolist()
    [30, 10]
    """
    if others and (error := words.no_argument("take", others, ("axis",))):
        raise error
    if axis is None:
        checks.tensor("take: x", x)
        if x.ndim != 1:
            raise ShapeError(f"take: x has shape {x.shape}; name one of its axes, axis=0, or take x.reshape(-1)")
        axis = 0
    if not type(x) is Tensor is type(indices):
        return door.enter("take", take, (x, indices, axis), need=2)
    return wrap(backend.as_array(_take(x.array, indices.array, axis)))


def take_along_axis(x: Tensor, indices: Tensor, /, axis: int = -1) -> Tensor:
    """For each place the element of `x` at the index that stands there, counted along `axis`; the other axes broadcast.

    indices : integers, with as many axes as `x`; what `argsort` finds puts `x` in order

    >>> import minitensor as mt
    >>> x = mt.tensor([[3, 1, 2], [4, 6, 5]])
    >>> mt.take_along_axis(x, mt.argsort(x)).tolist()
    [[1, 2, 3], [4, 5, 6]]

    Raises IndexingError for an index outside of the axis.
    """
    checks.tensor("take_along_axis: x", x)
    checks.tensor("take_along_axis: indices", indices)
    at = ops.normalize_axis(axis, x.shape, "take_along_axis")
    if indices.dtype.kind not in "iu":
        raise DTypeError(f"take_along_axis: the indices are {indices.dtype}, not integers; use .astype('int64')")
    if indices.ndim != x.ndim:
        raise ShapeError(
            f"take_along_axis: x of shape {x.shape} and indices of shape {indices.shape} must have as many axes; "
            "reshape the indices"
        )
    rest = [tuple(1 if one == at else size for one, size in enumerate(each.shape)) for each in (x, indices)]
    shape = broadcast_shapes(*rest)
    x, indices = (each.expand((*shape[:at], each.shape[at], *shape[at + 1 :])) for each in (x, indices))
    key = [
        indices if one == at else arange(size, like=indices, dtype="int64").reshape((-1, *(1,) * (x.ndim - one - 1)))
        for one, size in enumerate(x.shape)
    ]
    return x[tuple(each.expand(indices.shape) for each in key)]


def nonzero(x: Tensor, /) -> tuple[Tensor, ...]:
    """Where the elements are not 0: for each axis the indices along it (int64), counted row by row.

    >>> import minitensor as mt
    >>> [at.tolist() for at in mt.nonzero(mt.tensor([[0, 5], [7, 0]]))]
    [[0, 1], [1, 0]]
    """
    checks.tensor("nonzero: x", x)
    checks.no_gradient("nonzero", x)
    if not x.ndim:
        raise ShapeError("nonzero: one number has no places; write x != 0, or x.reshape(1)")
    return tuple(map(wrap, backend.of(x.array).xp.nonzero(x.array)))


def isin(x1: Operand, x2: Operand, /, *, invert: bool = False) -> Tensor:
    """Whether each element of x1 is among those of x2; of `invert`, whether it is not.

    >>> import minitensor as mt
    >>> mt.isin(mt.tensor([1, 2, 3]), mt.tensor([3, 1])).tolist()
    [True, False, True]
    """
    try:
        a, b = (x1.array, x2.array) if type(x1) is Tensor is type(x2) else together("isin", x1, x2)
        lib = shaping.one_backend("isin", *(x for x in (a, b) if hasattr(x, "dtype")))
        shaping.refuse_integers_as_floats("isin", a, b)
        found = backend.as_array(lib.xp.isin(a, b))
        # array-api-strict does not listen to `invert`.
        return wrap(lib.xp.logical_not(found) if checks.flag("isin: invert", invert) else found)
    except Exception as error:
        return door.explain_function("isin", isin, (x1, x2), error)


def where(condition: Tensor, a: Operand, b: Operand, /) -> Tensor:
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
        raise ShapeError(f"searchsorted: x1 has shape {tuple(ordered.shape)}; it must be a vector, such as a row")
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
