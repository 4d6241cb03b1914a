"""Rows and the groups they belong to: rows in order, distinct rows, sums and means by label, components."""

from minitensor import backend
from minitensor.core import door
from minitensor.core.counting import arange
from minitensor.core.creation import ones
from minitensor.core.tensor import Tensor, wrap
from minitensor.errors import DTypeError, InputError, ShapeError
from minitensor.functions import argsort, concat, cumsum, maximum, minimum, searchsorted, sort, stack


def rows_in_order(rows: Tensor, descending: bool = False) -> Tensor:
    """The positions, (n,) int64, that put the rows of an (n, d) tensor in order: by column 0, ties by column 1, …

    Equal rows keep their order. Time: O(d·n·log n). Memory: O(n).

    >>> import minitensor as mt
    >>> rows_in_order(mt.tensor([[2, 0], [1, 9], [1, 3]])).tolist()
    [2, 1, 0]

    Raises ShapeError where the rows are no table.
    """
    _check_table("rows", rows)
    order = numbered(rows)
    for column in reversed(range(rows.shape[1])):  # each sort keeps the order that the one before made
        order = order[argsort(rows[:, column][order], descending=descending)]
    return order


def distinct_rows(rows: Tensor) -> tuple[Tensor, Tensor]:
    """Every row once, in order, and how often each occurs: (m, d) of the same dtype, and (m,) int64.

    Time: O(d·n·log n). Memory: O(n·d).

    >>> import minitensor as mt
    >>> found, count = distinct_rows(mt.tensor([[2, 0], [1, 3], [2, 0]]))
    >>> found.tolist(), count.tolist()
    ([[1, 3], [2, 0]], [1, 2])

    Raises ShapeError where the rows are no table.
    """
    _check_table("rows", rows)
    n = rows.shape[0]
    ordered = rows[rows_in_order(rows)]
    numbers = arange(n + 1, dtype="int64", like=rows)
    starts = numbers[:n][is_new(ordered)]
    return ordered[starts], concat([starts, numbers[n:]])[1:] - starts


def numbered_rows(rows: Tensor) -> tuple[Tensor, int]:
    """The number of each row of (n, d) among the distinct rows in order, (n,) int64, and how many of these there are.

    Time: O(d·n·log n). Memory: O(n).

    >>> import minitensor as mt
    >>> number, count = numbered_rows(mt.tensor([[2, 0], [1, 3], [2, 0]]))
    >>> number.tolist(), count
    ([1, 0, 1], 2)

    Raises ShapeError where the rows are no table.
    """
    _check_table("rows", rows)
    number, count = numbered(rows) * 0, min(rows.shape[0], 1)
    for axis in range(rows.shape[1]):  # numbers of one more column, from 0 without a gap, so that keys stay small
        column = distinct(rows[:, axis])
        keys = number * column.shape[0] + searchsorted(column, rows[:, axis])
        known = distinct(keys)
        number, count = searchsorted(known, keys), known.shape[0]
    return number, count


def is_new(ordered: Tensor) -> Tensor:
    """Whether each row of (n, …), or each element of (n,), differs from the one before it; the first does: (n,) bool.

    >>> import minitensor as mt
    >>> is_new(mt.tensor([4, 4, 7])).tolist()
    [True, False, True]
    """
    first = ones(min(ordered.shape[0], 1), "bool", like=ordered)
    if ordered.shape[0] < 2:
        return first
    changed = ordered[1:] != ordered[:-1]
    return concat([first, changed if ordered.ndim == 1 else changed.any(tuple(range(1, ordered.ndim)))])


def distinct(keys: Tensor) -> Tensor:
    """Every key of (n,) once, in order. Time: O(n·log n). Memory: O(n).

    >>> import minitensor as mt
    >>> distinct(mt.tensor([7, 4, 7])).tolist()
    [4, 7]
    """
    ordered = sort(keys)
    return ordered[is_new(ordered)]


def among(keys: Tensor, held: Tensor) -> tuple[Tensor, Tensor]:
    """Where each key is among those held, of which there are some, in order; and whether it is there: (n,) int64, bool.

    Where it is not there its place means nothing. Time: O(n·log(held)).

    >>> import minitensor as mt
    >>> at, there = among(mt.tensor([7, 5]), mt.tensor([4, 7]))
    >>> at.tolist(), there.tolist()
    ([1, 1], [True, False])
    """
    at = minimum(searchsorted(held, keys), held.shape[0] - 1)
    return at, held[at] == keys


def sorted_keys(keys: Tensor) -> tuple[Tensor, Tensor]:
    """Keys (n,) int64, 0 or more, in order, and where each was, int64; equal keys keep their order.

    Where key and place fit into one integer together, these are sorted, which takes a quarter of the time that sorting
    places by their keys takes (tests/benchmarks/claims.py). Time: O(n·log n). Memory: O(n).

    >>> import minitensor as mt
    >>> ordered, order = sorted_keys(mt.tensor([7, 4, 7]))
    >>> ordered.tolist(), order.tolist()
    ([4, 7, 7], [1, 0, 2])
    """
    bits = max(keys.shape[0] - 1, 1).bit_length()
    if not keys.shape[0] or keys.max().item() >= 2 ** (62 - bits):
        order = argsort(keys)
        return keys[order], order
    both = keys << bits
    both |= numbered(keys)
    both = sort(both)
    return both >> bits, both & (2**bits - 1)


def owners(held: Tensor) -> Tensor:
    """The number of each run as many times as it holds something: (total,) int64; held : (runs,) int64, 0 or more.

    >>> import minitensor as mt
    >>> owners(mt.tensor([2, 0, 3])).tolist()
    [0, 0, 2, 2, 2]
    """
    return repeat(numbered(held), held)


def repeat(numbers: Tensor, times: Tensor) -> Tensor:
    """Each number of (n,) so many times in a row: (total,), in their dtype; times : (n,) int64, 0 or more.

    >>> import minitensor as mt
    >>> repeat(mt.tensor([7, 8, 9]), mt.tensor([2, 0, 1])).tolist()
    [7, 7, 9]
    """
    if not type(numbers) is Tensor is type(times):
        return door.enter("repeat", repeat, (numbers, times), need=2)
    return wrap(backend.of(numbers.array).repeat(numbers.array, times.array))


def least_of_runs(values: Tensor, starts: Tensor) -> Tensor:
    """The least of each run of the values (n,): where each run begins, (runs,) int64, the first at 0, none empty.

    >>> import minitensor as mt
    >>> least_of_runs(mt.tensor([3.0, 1.0, 2.0]), mt.tensor([0, 2])).tolist()
    [1.0, 2.0]
    """
    if not type(values) is Tensor is type(starts):
        return door.enter("least_of_runs", least_of_runs, (values, starts), need=2)
    return wrap(backend.of(values.array).least_of_runs(values.array, starts.array))


def scatter_add(places: Tensor, values: Tensor, size: int) -> Tensor:
    """The sum of the values (n,) that go to each of `size` places; places is (n,) int64, the sums (size,) float64.

    That each place is from 0 to size - 1 is not checked.

    >>> import minitensor as mt
    >>> scatter_add(mt.tensor([2, 0, 2]), mt.tensor([1.0, 5.0, 2.0]), 4).tolist()
    [5.0, 0.0, 3.0, 0.0]
    """
    if not type(places) is Tensor is type(values):
        return door.enter("scatter_add", scatter_add, (places, values, size), need=2)
    return wrap(backend.of(places.array).scatter_add(places.array, values.array, size))


def counts(labels: Tensor, size: int) -> Tensor:
    """How often each number below `size` is among the labels (n,), int64: (size,) float64.

    >>> import minitensor as mt
    >>> counts(mt.tensor([2, 0, 2]), 4).tolist()
    [1.0, 0.0, 2.0, 0.0]

    Raises InputError for a label that is not from 0 to size - 1, ShapeError and DTypeError for what is no label.
    """
    _check_labels(labels, size)
    return scatter_add(labels, ones(labels.shape, "float64", like=labels), size)


def sums(values: Tensor, labels: Tensor, size: int) -> Tensor:
    """The sum of the rows of `values` (n, k) with each label, (size, k) float64; labels : (n,) int64, below `size`.

    Time: O(k·(n + size)).

    >>> import minitensor as mt
    >>> sums(mt.tensor([[1.0, 2.0], [3.0, 4.0]]), mt.tensor([1, 1]), 2).tolist()
    [[0.0, 0.0], [4.0, 6.0]]

    Raises ShapeError for values that are no table with a row for each label, and the errors of `counts`.
    """
    _check_table("values", values)
    _check_labels(labels, size)
    if labels.shape[0] != values.shape[0]:
        raise ShapeError(f"{values.shape[0]} rows of values have {labels.shape[0]} labels; give each row one")
    return stack([scatter_add(labels, values[:, column], size) for column in range(values.shape[1])], axis=1)


def means(values: Tensor, labels: Tensor, size: int) -> Tensor:
    """The mean of the rows of `values` (n, k) with each label, as in `sums`; 0 for a label that does not occur.

    Time: O(k·(n + size)).

    >>> import minitensor as mt
    >>> means(mt.tensor([[1.0], [3.0]]), mt.tensor([1, 1]), 2).tolist()
    [[0.0], [2.0]]
    """
    return sums(values, labels, size) / maximum(counts(labels, size), 1.0)[:, None]


def _check_table(name: str, x: Tensor) -> None:
    if x.ndim != 2:
        raise ShapeError(
            f"the {name} have shape {x.shape}, not (rows, columns); write {name}.reshape(-1, 1) for numbers"
        )


def _check_labels(labels: Tensor, size: int) -> None:
    if labels.ndim != 1:
        raise ShapeError(f"the labels have shape {labels.shape}, not (n,); write labels.reshape(-1)")
    if labels.dtype.kind not in "iu":
        raise DTypeError(f"the labels are {labels.dtype}, not integers; use .astype('int64')")
    if not labels.shape[0]:
        return
    for end in (labels.min().item(), labels.max().item()):
        if not 0 <= end < size:
            raise InputError(f"the label {end} is not from 0 to {size - 1}; leave it out, or make size larger")


def by_size(labels: Tensor, size: int) -> tuple[Tensor, Tensor]:
    """Groups numbered anew by size, the largest first, those of one size by their first member.

    labels : (n,) int64 below `size`. Returns the new labels, (n,), and which group each was before, (size,).
    Time: O(n + size·log(size)), and a sort of the labels where two groups are of one size. Memory: O(n).

    >>> import minitensor as mt
    >>> new, before = by_size(mt.tensor([0, 2, 2, 1]), 3)
    >>> new.tolist(), before.tolist()
    ([1, 0, 0, 2], [2, 0, 1])
    """
    of_each = counts(labels, size)
    order = arange(size, dtype="int64", like=labels)
    if not is_new(sort(of_each)).all():
        begins = (cumsum(of_each) - of_each).astype("int64")
        firsts = argsort(labels)[minimum(begins, labels.shape[0] - 1)]  # for an empty group any will do
        order = argsort(firsts)
    order = order[argsort(of_each[order], descending=True)]
    return argsort(order)[labels], order


def connected(count: int, a: Tensor, b: Tensor) -> Tensor:
    """The smallest number in the component of each of `count` nodes, (count,) int64; ``a[i]`` and ``b[i]`` are joined.

    Every root that has a smaller neighbour is hung below one of these (any of them: the numbers fall, so no cycle can
    arise), and every node is lifted to its root. This halves the roots or better in each round (Shiloach and Vishkin
    1982). Time: O((count + edges)·log(count)) as arrays. Memory: O(count + edges).

    >>> import minitensor as mt
    >>> connected(5, mt.tensor([3, 4]), mt.tensor([1, 3])).tolist()
    [0, 1, 2, 1, 1]
    """
    parent = arange(count, dtype="int64", like=a)
    while a.size:
        parent[maximum(a, b)] = minimum(a, b)
        above = parent[parent]
        while (above != parent).any():
            parent, above = above, above[above]
        a, b = parent[a], parent[b]
        apart = a != b
        a, b = a[apart], b[apart]
    return parent


def dense(roots: Tensor) -> Tensor:
    """Components numbered from 0 without a gap, in the order of their roots, which are given for each node.

    >>> import minitensor as mt
    >>> dense(mt.tensor([0, 1, 0, 3])).tolist()
    [0, 1, 0, 2]
    """
    return (cumsum((roots == numbered(roots)).astype("int64")) - 1)[roots]


def numbered(rows: Tensor) -> Tensor:
    """0, 1, 2 and so on, one for each row, int64.

    >>> import minitensor as mt
    >>> numbered(mt.tensor([7.0, 9.0])).tolist()
    [0, 1]
    """
    return arange(rows.shape[0], dtype="int64", like=rows)
