"""Functions that make many elements into few: sums, means, extremes; and running totals, and what they are made of."""

from typing import Any

from minitensor import backend
from minitensor.backend import kinds
from minitensor.core import checks, totals
from minitensor.core.creation import full
from minitensor.core.operations import DType, method
from minitensor.core.tensor import Tensor
from minitensor.errors import ShapeError
from minitensor.functions.shapes import concat
from minitensor.ops import Axis, normalize_axis

sum, mean, max, min = Tensor.sum, Tensor.mean, Tensor.max, Tensor.min
var, std, any, all = Tensor.var, Tensor.std, Tensor.any, Tensor.all
argmax, argmin = Tensor.argmax, Tensor.argmin


def count_nonzero(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """How many elements are not 0 (int64).

    >>> import minitensor as mt
    >>> mt.count_nonzero(mt.tensor([[0, 1], [2, 3]]), axis=0).tolist()
    [1, 2]
    """
    checks.tensor("count_nonzero: x", x)
    return (x if x.dtype == "bool" else x != 0).sum(axis, keepdims)


@method(totals.prod)
def prod(x: Tensor, axis: Axis = None, keepdims: bool = False, dtype: DType | None = None) -> Tensor:
    """The product of the elements; booleans and small integers are multiplied as int64, as `sum` adds them.

    dtype : of the result

    >>> import minitensor as mt
    >>> mt.prod(mt.tensor([[1, 2], [3, 4]]), axis=0).tolist()
    [3, 8]

    Raises DTypeError where a product of integers does not fit.
    """


@method(totals.cumsum)
def cumsum(x: Tensor, axis: int = -1) -> Tensor:
    """Running totals along `axis`.

    >>> import minitensor as mt
    >>> mt.cumsum(mt.tensor([1, 2, 3])).tolist()
    [1, 3, 6]
    """


def cumulative_sum(
    x: Tensor, axis: int | None = None, dtype: DType | None = None, include_initial: bool = False
) -> Tensor:
    """`cumsum` by the name that the standard has for it: running totals along an axis, which a vector need not name.

    dtype : of the totals, as for `sum`; include_initial : whether the total of nothing, 0, comes first

    >>> import minitensor as mt
    >>> mt.cumulative_sum(mt.tensor([1, 2, 3]), include_initial=True).tolist()
    [0, 1, 3, 6]
    """
    return _cumulative("cumulative_sum", cumsum, 0, x, axis, dtype, include_initial)


def cumulative_prod(
    x: Tensor, axis: int | None = None, dtype: DType | None = None, include_initial: bool = False
) -> Tensor:
    """Running products along an axis, which a vector need not name; integers are multiplied as int64.

    dtype : of the products, as for `sum`; include_initial : whether the product of nothing, 1, comes first

    >>> import minitensor as mt
    >>> mt.cumulative_prod(mt.tensor([1, 2, 3, 4])).tolist()
    [1, 2, 6, 24]

    Raises DTypeError where a product of integers does not fit.
    """
    return _cumulative("cumulative_prod", _running_products, 1, x, axis, dtype, include_initial)


@method(totals.cumulative_prod)
def _running_products(x: Tensor, axis: int = -1) -> Tensor:
    """Running products along `axis`."""


def _cumulative(
    name: str, run: Any, first: int, x: Tensor, axis: int | None, dtype: DType | None, include_initial: bool
) -> Tensor:
    checks.tensor(f"{name}: x", x)
    if axis is None and x.ndim != 1:
        raise ShapeError(f"{name}: x has shape {x.shape}; name one of its axes, axis=0, or take x.reshape(-1)")
    if not x.ndim:
        raise ShapeError(f"{name}: one number has no axis; write x.reshape(1)")
    at = normalize_axis(0 if axis is None else axis, x.shape, name)
    lib = backend.of(x.array)
    wide = kinds.wide_dtype(lib, x.dtype, dtype)
    made = run(x if wide == x.dtype else x.astype(wide), at)
    if dtype is not None:
        kept = kinds.in_dtype(name, lib, made.array, dtype)
        made = made if kept is made.array else made.astype(dtype)
    if not include_initial:
        return made
    return concat([full((*x.shape[:at], 1, *x.shape[at + 1 :]), first, like=made), made], axis=at)


def diff(x: Tensor, n: int = 1, axis: int = -1, prepend: Tensor | None = None, append: Tensor | None = None) -> Tensor:
    """What each element is more than the one before it along `axis`, n times over.

    prepend, append : tensors to be put before and after the elements first

    >>> import minitensor as mt
    >>> mt.diff(mt.tensor([1, 4, 9, 16])).tolist(), mt.diff(mt.tensor([1, 4, 9, 16]), n=2).tolist()
    ([3, 5, 7], [2, 2])
    """
    checks.tensor("diff: x", x)
    at = normalize_axis(axis, x.shape, "diff")
    parts = [each for each in (prepend, x, append) if each is not None]
    x = concat(parts, axis=at) if len(parts) > 1 else x
    before = (slice(None),) * at
    times, made = checks.whole("diff: n", n, 0), x.copy()
    for _ in range(times if times < x.shape[at] else x.shape[at]):  # `min` is a function of Tensors here
        made = made[(*before, slice(1, None))] - made[(*before, slice(None, -1))]
    return made
