"""Rules of operations that take elements from places and put them elsewhere: the shares go back to where they were."""

import math
from collections.abc import Sequence
from typing import Any

from minitensor import backend
from minitensor.core import door
from minitensor.core.counting import arange
from minitensor.core.creation import zeros
from minitensor.core.indexing import BASIC
from minitensor.core.tensor import Tensor, wrap
from minitensor.functions import argsort
from minitensor.ops import normalize_axes, normalize_axis


def put(g: Tensor, key: Any, shape: tuple[int, ...]) -> Tensor:
    """Zeros of this shape, with each element of g added where `key` took it from.

    Elements that are taken several times are added up in float64. Memory: the result, and for a key with integer
    tensors the number of each place.

    >>> import minitensor as mt
    >>> put(mt.tensor([1.0, 10.0, 100.0]), mt.tensor([2, 0, 2]), (3,)).tolist()
    [10.0, 0.0, 101.0]
    """
    if type(g) is not Tensor:
        return door.enter("put", put, (g, key, shape))
    if is_basic(g, key):
        out = zeros(shape, like=g)
        out[key] = g
        return out
    places = arange(math.prod(shape), like=g, dtype="int64").reshape(shape)[key]
    lib = backend.of(g.array)
    added = lib.scatter_add(places.reshape(-1).array, g.reshape(-1).array, math.prod(shape))
    return wrap(added).astype(g.dtype).reshape(shape)


def is_basic(x: Any, key: Any) -> bool:
    """Whether a key is made of ints, slices, ``...`` and None, so that it takes no element twice."""
    return BASIC.issuperset(map(type, key)) if type(key) is tuple else type(key) in BASIC


def of_take(g: Any, out: Any, x: Any, indices: Any, axis: int = 0) -> Any:
    return put(g, (slice(None),) * normalize_axis(axis, x.shape, "take") + (indices,), x.shape)


def of_sort(g: Any, out: Any, x: Any, axis: int = -1, descending: bool = False) -> Any:
    at = normalize_axis(axis, x.shape, "sort")
    order, after = argsort(x, axis=axis, descending=descending), x.shape[at + 1 :]
    here = arange(x.shape[at], like=order).reshape((x.shape[at],) + (1,) * len(after))
    places = arange(x.size, like=order).reshape(x.shape) + (order - here) * math.prod(after)
    return put(g.reshape(-1), places.reshape(-1), (x.size,)).reshape(x.shape)


def of_concat(place: int, g: Any, out: Any, tensors: Sequence[Any], axis: int = 0) -> Any:
    """What one of several tensors has given to `concat`."""
    at = normalize_axis(axis, g.shape, "concat")
    start = sum(x.shape[at] for x in tensors[:place])
    return g[(slice(None),) * at + (slice(start, start + tensors[place].shape[at]),)]


def of_stack(place: int, g: Any, out: Any, tensors: Sequence[Any], axis: int = 0) -> Any:
    return g[(slice(None),) * normalize_axis(axis, g.shape, "stack") + (place,)]


def of_permute_dims(g: Any, out: Any, x: Any, *axes: Any, **named: Any) -> Any:
    axes = tuple(named.values()) or axes
    order = normalize_axes(axes[0] if len(axes) == 1 and isinstance(axes[0], Sequence) else axes, x.shape, "")
    return g.permute_dims(tuple(sorted(range(len(order)), key=order.__getitem__)))
