"""How wrong numbers relate to the right ones, where that tells what went wrong."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from minitensor.exercise.comparing import numbers, right

SIZES = 1_000  # the largest factor that is looked for
FEWEST = 3  # numbers; what holds of fewer may be chance
WORDS = (
    "transposed",
    "n-times",
    "one-nth",
    "shifted",
    "modulo-256",
    "off-by-less-than-one",
    "old-content",
    "added-to-old",
    "inexact",
)


def relation(expected: Any, yours: Any, before: Any = None, digits: float | None = None) -> tuple[str, str]:
    """The first relation that holds, as its word and its sentence; two empty ones if none does.

    expected, yours : arrays, Tensors or numbers; before : what an output held before, if it is one

    >>> relation(np.asarray([2.0, 3.0, 5.0]), np.asarray([6.0, 9.0, 15.0]))
    ('n-times', 'Each number is 3 times what is expected.')
    """
    e, y = numbers(expected), numbers(yours)
    if e.dtype.kind not in "iuf" or y.dtype.kind not in "iuf" or e.size < FEWEST:
        return "", ""

    def same(a: np.ndarray, b: np.ndarray) -> bool:
        return a.shape == b.shape and bool(right(a.astype(e.dtype), b.astype(e.dtype), digits).all())

    with np.errstate(all="ignore"):
        held = None if before is None else numbers(before)
        found: Iterator[tuple[str, str]] = (each for look in LOOKS for each in look(e, y, held, same))
        return next(found, ("", ""))


Same = Callable[[np.ndarray, np.ndarray], bool]


def _transposed(e: np.ndarray, y: np.ndarray, before: Any, same: Same) -> Iterator[tuple[str, str]]:
    if e.ndim >= 2 and same(e.swapaxes(-1, -2), y) and not same(e, y):
        yield "transposed", "The numbers are right and lie transposed: rows are where columns should be."


def _old(e: np.ndarray, y: np.ndarray, before: Any, same: Same) -> Iterator[tuple[str, str]]:
    if before is None or before.shape != y.shape or e.shape != y.shape or (before != before.flat[0]).any():
        return  # numbers of their own may be written where the same stood before
    off = ~right(e, y)
    if off.any() and bool((y == before)[off].all()):
        yield "old-content", f"{off.sum():,} of {e.size:,} elements hold what they held before: nobody wrote them."


def _added(e: np.ndarray, y: np.ndarray, before: Any, same: Same) -> Iterator[tuple[str, str]]:
    if before is not None and before.shape == y.shape == e.shape and before.any() and same(e + before, y):
        yield "added-to-old", "Each number is the right one added to what stood there before: write it with =, not +=."


def _factor(e: np.ndarray, y: np.ndarray, before: Any, same: Same) -> Iterator[tuple[str, str]]:
    if e.shape != y.shape or not (np.isfinite(e).all() and np.isfinite(y).all()) or not e.any() or not y.any():
        return
    at = int(np.abs(e).argmax())
    ratio = float(y.reshape(-1)[at]) / float(e.reshape(-1)[at])
    if 1.5 < ratio < SIZES and same(e * round(ratio), y):
        yield "n-times", f"Each number is {round(ratio)} times what is expected."
    if 0 < ratio < 0.67 and 1 / ratio < SIZES and e.dtype.kind == "f" and same(e / round(1 / ratio), y):
        yield "one-nth", f"Each number is 1/{round(1 / ratio)} of what is expected."


def _shifted(e: np.ndarray, y: np.ndarray, before: Any, same: Same) -> Iterator[tuple[str, str]]:
    if e.shape != y.shape:
        return
    for axis in range(e.ndim):
        a, b = np.moveaxis(e, axis, 0), np.moveaxis(y, axis, 0)
        if len(a) > 2:
            along = f" along axis {axis}" if e.ndim > 1 else ""
            if same(a[:-1], b[1:]):
                yield "shifted", f"The numbers are right and shifted by one{along}: each stands one place too far."
            if same(a[1:], b[:-1]):
                yield "shifted", f"The numbers are right and shifted by one{along}: each stands one place too early."


def _modulo(e: np.ndarray, y: np.ndarray, before: Any, same: Same) -> Iterator[tuple[str, str]]:
    if e.shape == y.shape and e.dtype.kind in "iu" and (e != y).any():
        apart = e.astype(np.int64) - y.astype(np.int64)
        if (apart % 256 == 0).all() and (y >= 0).all() and (y < 256).all():
            yield "modulo-256", "The numbers are right modulo 256: they were kept in a uint8, which holds 0 to 255."
        elif (np.abs(apart) <= 1).all() and (e > 2).any():
            yield "off-by-less-than-one", "All are off by one at most: a fraction was cut off, or rounded twice."


def _whole(e: np.ndarray, y: np.ndarray, before: Any, same: Same) -> Iterator[tuple[str, str]]:
    if e.shape != y.shape or e.dtype.kind != "f" or y.dtype.kind != "f":
        return
    near = np.abs(e - y)
    if (near < 1).all() and (y == np.trunc(y)).all() and (np.abs(e) > 2).any():
        yield "off-by-less-than-one", "All are off by less than one: fractions were cut off, or rounded."
    spread = float(e.max() - e.min()) if np.isfinite(e).all() else 0.0  # far from 0 all are near each other
    if spread and np.isfinite(y).all() and bool((near <= 5e-3 * spread).all()):
        yield "inexact", "The first digits are right and the last are not: somewhere too few digits were kept."


LOOKS = (_transposed, _old, _added, _factor, _shifted, _modulo, _whole)
