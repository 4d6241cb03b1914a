"""The distinct elements of a tensor, in ascending order, and where they stand; NaN is distinct from NaN."""

from typing import NamedTuple

from minitensor.core import checks
from minitensor.core.creation import full, ones
from minitensor.core.tensor import Tensor
from minitensor.functions.choosing import argsort, nonzero, take
from minitensor.functions.reductions import cumsum
from minitensor.functions.shapes import concat


class UniqueAll(NamedTuple):
    """values (k,); indices (k,), where each is first, counted row by row; inverse_indices, of x's shape, which of the
    values each element is; counts (k,). All but the values are int64."""

    values: Tensor
    indices: Tensor
    inverse_indices: Tensor
    counts: Tensor


class UniqueCounts(NamedTuple):
    """values (k,) and how often each is there, (k,) int64."""

    values: Tensor
    counts: Tensor


class UniqueInverse(NamedTuple):
    """values (k,), and inverse_indices, of x's shape, int64: which of the values each element is."""

    values: Tensor
    inverse_indices: Tensor


def unique_all(x: Tensor, /) -> UniqueAll:
    """The distinct elements, where each is first, which of them each element is, and how often each is there.

    Time and memory are those of two sorts.

    >>> import minitensor as mt
    >>> [found.tolist() for found in mt.unique_all(mt.tensor([3, 1, 3]))]
    [[1, 3], [1, 0], [1, 0, 1], [1, 2]]
    """
    checks.tensor("unique_all: x", x)
    checks.no_gradient("unique_all", x)
    flat = x.reshape(-1)
    order = argsort(flat)  # of equals the first comes first
    ordered = take(flat, order)
    begins = concat([ones(1, "bool", like=x), ordered[1:] != ordered[:-1]]) if x.size else flat != flat
    (starts,) = nonzero(begins)
    number = cumsum(begins.astype("int64")) - 1
    ends = concat([starts, full((1,), x.size, "int64", like=x)])
    return UniqueAll(
        take(ordered, starts), take(order, starts), take(number, argsort(order)).reshape(x.shape), ends[1:] - ends[:-1]
    )


def unique_counts(x: Tensor, /) -> UniqueCounts:
    """The distinct elements, and how often each is there.

    >>> import minitensor as mt
    >>> [found.tolist() for found in mt.unique_counts(mt.tensor([3, 1, 3]))]
    [[1, 3], [1, 2]]
    """
    found = unique_all(x)
    return UniqueCounts(found.values, found.counts)


def unique_inverse(x: Tensor, /) -> UniqueInverse:
    """The distinct elements, and which of them each element is: ``values[inverse_indices]`` is x.

    >>> import minitensor as mt
    >>> [found.tolist() for found in mt.unique_inverse(mt.tensor([3, 1, 3]))]
    [[1, 3], [1, 0, 1]]
    """
    found = unique_all(x)
    return UniqueInverse(found.values, found.inverse_indices)


def unique_values(x: Tensor, /) -> Tensor:
    """The distinct elements, (k,).

    >>> import minitensor as mt
    >>> mt.unique_values(mt.tensor([3, 1, 3])).tolist()
    [1, 3]
    """
    return unique_all(x).values
