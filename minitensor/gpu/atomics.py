"""Atomic operations: each thread changes an element in one step, one thread after another."""

from collections.abc import Callable, Sequence

import numpy as np

from minitensor.gpu.arithmetic import flushed

Change = Callable[..., np.ndarray]


def _compare_and_swap(old: np.ndarray, compared: np.ndarray, new: np.ndarray) -> np.ndarray:
    return np.where(old == compared, new, old)


# What is there afterwards, given what was there and what the thread brings.
CHANGES: dict[str, Change] = {
    "add": lambda old, x: flushed(old + x),
    "sub": lambda old, x: old - x,
    "exch": lambda old, x: x,
    "min": np.minimum,
    "max": np.maximum,
    "inc": lambda old, x: np.where(old >= x, 0, old + 1).astype(old.dtype),
    "dec": lambda old, x: np.where((old == 0) | (old > x), x, old - 1).astype(old.dtype),
    "cas": _compare_and_swap,
    "and": np.bitwise_and,
    "or": np.bitwise_or,
    "xor": np.bitwise_xor,
}


def atomic(
    op: str, data: np.ndarray, at: np.ndarray, values: Sequence[np.ndarray], turn: np.ndarray | None, used: bool
) -> tuple[np.ndarray, int]:
    """Change data[at] by the values, one thread after another: what each found there, and how many had to wait.

    op : a name in CHANGES; at : (n,); values : each (n,); turn : (n,), whose turn it is, or None: that of the threads
    used : whether what was found is wanted; whole numbers that are added need no order otherwise

    >>> data = np.array([10, 20])
    >>> atomic("add", data, np.array([0, 1, 0]), [np.array([1, 1, 5])], None, True)[0].tolist(), data.tolist()
    ([10, 20, 11], [16, 21])
    """
    n = at.size
    order = np.argsort(at, kind="stable") if turn is None else turn[np.argsort(at[turn], kind="stable")]
    ordered = at[order]
    begins = np.flatnonzero(np.diff(ordered, prepend=-1))
    lengths = np.diff(begins, append=n)
    old = np.zeros(n, data.dtype)
    if not used and op == "add" and data.dtype.kind in "iu":
        np.add.at(data, at, values[0])
        return old, n - len(begins)
    for number in range(int(lengths.max(initial=0))):  # the first of each element, then the second, …
        who = order[begins[lengths > number] + number]
        old[who] = data[at[who]]
        data[at[who]] = CHANGES[op](old[who], *(each[who] for each in values))
    return old, n - len(begins)
