"""Rows of a table: which are no numbers; in order like words in a dictionary, each only once, summed in groups."""

from minitensor import backend
from minitensor.core.creation import arange, ones
from minitensor.core.tensor import Tensor, wrap
from minitensor.functions import argsort, concat


def rows_in_order(rows: Tensor, descending: bool = False) -> Tensor:
    """The positions, (n,) int64, that put the rows of an (n, d) tensor in order: by column 0, ties by column 1, …

    Equal rows keep their order. Time: O(d·n·log n). Memory: O(n).

    >>> import minitensor as mt
    >>> rows_in_order(mt.tensor([[2, 0], [1, 9], [1, 3]])).tolist()
    [2, 1, 0]
    """
    with backend.use_backend(rows.backend):
        order = arange(rows.shape[0])
    for column in reversed(range(rows.shape[1])):  # each sort keeps the order that the one before has made
        order = order[argsort(rows[:, column][order], descending=descending)]
    return order


def not_finite(rows: Tensor) -> tuple[int, int] | None:
    """How many rows of an (n, d) tensor hold NaN or infinity, and the number of the first; None if none does.

    >>> import minitensor as mt
    >>> not_finite(mt.tensor([[0.0, 1.0], [float("nan"), 2.0]])), not_finite(mt.tensor([[0.0]]))
    ((1, 1), None)
    """
    finite = wrap(backend.of(rows.array).xp.isfinite(rows.array))
    if finite.all():
        return None
    wrong = ~finite.all(1)
    return wrong.sum().item(), wrong.argmax().item()


def distinct_rows(rows: Tensor) -> tuple[Tensor, Tensor]:
    """Every row once, in order, and how often each is there: (m, d) of the same dtype, and (m,) int64.

    Time: O(d·n·log n). Memory: O(n·d).

    >>> import minitensor as mt
    >>> found, count = distinct_rows(mt.tensor([[2, 0], [1, 3], [2, 0]]))
    >>> found.tolist(), count.tolist()
    ([[1, 3], [2, 0]], [1, 2])
    """
    n = rows.shape[0]
    with backend.use_backend(rows.backend):
        numbers, one = arange(n + 1), ones(1, dtype="bool")
    if not n:
        return rows, numbers[:0]
    ordered = rows[rows_in_order(rows)]
    first = concat([one, (ordered[1:] != ordered[:-1]).any(1)])
    starts = numbers[:-1][first]
    return ordered[first], concat([starts[1:], numbers[n:]]) - starts


def scatter_add(places: Tensor, values: Tensor, size: int) -> Tensor:
    """Sums of the values (n,) that go to the same of `size` places (n,), int64: (size,) float64. Time: O(n + size).

    >>> import minitensor as mt
    >>> scatter_add(mt.tensor([2, 0, 2]), mt.tensor([1.0, 5.0, 2.0]), 4).tolist()
    [5.0, 0.0, 3.0, 0.0]
    """
    return wrap(backend.of(places.array).scatter_add(places.array, values.array, size))
