"""The distinct elements of a tensor, in ascending order, and where they stand; NaN is distinct from NaN."""

from typing import Any, NamedTuple

from minitensor import backend
from minitensor.core import checks
from minitensor.core.tensor import Tensor, wrap


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

    >>> import minitensor as mt
    >>> [found.tolist() for found in mt.unique_all(mt.tensor([3, 1, 3]))]
    [[1, 3], [1, 0], [1, 0, 1], [1, 2]]
    """
    return UniqueAll(*map(wrap, _found("unique_all", x)))


def unique_counts(x: Tensor, /) -> UniqueCounts:
    """The distinct elements, and how often each is there.

    >>> import minitensor as mt
    >>> [found.tolist() for found in mt.unique_counts(mt.tensor([3, 1, 3]))]
    [[1, 3], [1, 2]]
    """
    return UniqueCounts(*map(wrap, _found("unique_counts", x)))


def unique_inverse(x: Tensor, /) -> UniqueInverse:
    """The distinct elements, and which of them each element is: ``values[inverse_indices]`` is x.

    >>> import minitensor as mt
    >>> [found.tolist() for found in mt.unique_inverse(mt.tensor([3, 1, 3]))]
    [[1, 3], [1, 0, 1]]
    """
    return UniqueInverse(*map(wrap, _found("unique_inverse", x)))


def unique_values(x: Tensor, /) -> Tensor:
    """The distinct elements, (k,).

    >>> import minitensor as mt
    >>> mt.unique_values(mt.tensor([3, 1, 3])).tolist()
    [1, 3]
    """
    return unique_counts(x).values


def _found(name: str, x: Any) -> Any:
    checks.tensor(f"{name}: x", x)
    checks.no_gradient(name, x)
    return getattr(backend.of(x.array).xp, name)(x.array)
