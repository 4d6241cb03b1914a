"""Whether a result is the one that is expected, and if not, what of it: its type, its shape, its dtype, its numbers."""

from typing import Any, NamedTuple

import numpy as np

from minitensor.core.tensor import Tensor

ROUNDING = 64  # eps of the largest number of a result: what some sums may be off by


class Difference(NamedTuple):
    """What is not as expected. The first that is found, in the order in which things are compared.

    word : "wrong-type", "wrong-shape", "wrong-dtype", "not-a-number" or, for numbers that are wrong, ""
    where : which part of the result, such as "[0]" of a tuple or the name of an array; "" for all of it
    expected, yours : the parts themselves
    """

    word: str
    where: str
    expected: Any
    yours: Any


def difference(expected: Any, yours: Any, digits: float | None = None, where: str = "") -> Difference | None:
    """The first thing of `yours` that is not as expected, or None.

    digits : how many of a float must be right, relative to the largest number; if None, all but the rounding of some
        sums, `ROUNDING` eps of the dtype

    >>> difference(2.0, 2.0 + 1e-15), difference(2.0, 3.0).expected, difference((2, 3), [2, 3]).word
    (None, 2.0, 'wrong-type')
    """
    if isinstance(expected, (tuple, list, dict)):
        return _of_parts(expected, yours, digits, where)
    if isinstance(expected, (Tensor, np.ndarray)):
        return _of_arrays(expected, yours, digits, where)
    if isinstance(expected, bool) or not isinstance(expected, (int, float)):
        same = type(expected) is type(yours) and expected == yours
        word = "" if type(expected) is type(yours) else "wrong-type"
        return None if same else Difference(word, where, expected, yours)
    if isinstance(yours, bool) or not isinstance(yours, int if isinstance(expected, int) else (int, float)):
        return Difference("wrong-type", where, expected, yours)
    if isinstance(expected, int):
        return None if expected == yours else Difference("", where, expected, yours)
    return None if _near(np.asarray(expected), np.asarray(yours), digits).all() else _of_numbers(where, expected, yours)


def _of_parts(expected: Any, yours: Any, digits: float | None, where: str) -> Difference | None:
    if type(expected) is not type(yours):
        return Difference("wrong-type", where, expected, yours)
    if len(expected) != len(yours) or (isinstance(expected, dict) and expected.keys() != yours.keys()):
        return Difference("wrong-shape", where, expected, yours)
    keys = expected if isinstance(expected, dict) else range(len(expected))
    parts = (difference(expected[key], yours[key], digits, f"{where}[{key!r}]") for key in keys)
    found = next((each for each in parts if each), None)
    if found and not found.word and not isinstance(found.expected, (Tensor, np.ndarray)):  # all are shown, as few
        return found._replace(where=where, expected=expected, yours=yours)
    return found


def _of_arrays(expected: Any, yours: Any, digits: float | None, where: str) -> Difference | None:
    if isinstance(expected, Tensor) != isinstance(yours, Tensor) or not isinstance(yours, (Tensor, np.ndarray)):
        return Difference("wrong-type", where, expected, yours)
    if expected.shape != yours.shape:
        return Difference("wrong-shape", where, expected, yours)
    if str(expected.dtype) != str(yours.dtype):
        return Difference("wrong-dtype", where, expected, yours)
    return None if right(expected, yours, digits).all() else _of_numbers(where, expected, yours)


def _of_numbers(where: str, expected: Any, yours: Any) -> Difference:
    lost = np.isnan(numbers(yours)) & ~np.isnan(numbers(expected)) if numbers(yours).dtype.kind in "fc" else np.empty(0)
    return Difference("not-a-number" if lost.any() else "", where, expected, yours)


def right(expected: Any, yours: Any, digits: float | None = None) -> np.ndarray:
    """Which elements are right, of two arrays of one shape."""
    return _near(numbers(expected), numbers(yours), digits)


def numbers(x: Any) -> np.ndarray:
    return x.numpy() if isinstance(x, Tensor) else np.asarray(x)


def _near(expected: np.ndarray, yours: np.ndarray, digits: float | None) -> np.ndarray:
    if expected.dtype.kind not in "fc":
        return np.asarray(expected == yours)
    with np.errstate(all="ignore"):
        finite = np.abs(expected[np.isfinite(expected)])
        largest = float(finite.max()) if finite.size else 0.0
        eps = float(np.finfo(expected.dtype).eps)
        allowed = (max(10.0**-digits, ROUNDING * eps) if digits is not None else ROUNDING * eps) * largest
        same = (expected == yours) | ((expected != expected) & (yours != yours))
        return np.asarray(same | (np.abs(expected - yours) <= allowed))


def alike(x: Any, y: Any) -> bool:
    """Whether two values are the same to the last bit."""
    if isinstance(x, (Tensor, np.ndarray)):
        a, b = numbers(x), numbers(y)
        return a.shape == b.shape and a.dtype == b.dtype and bool(((a == b) | ((a != a) & (b != b))).all())
    if isinstance(x, (list, tuple)):
        return len(x) == len(y) and all(map(alike, x, y))
    if isinstance(x, dict):
        return x.keys() == y.keys() and all(alike(value, y[key]) for key, value in x.items())
    return bool(x is y or x == y)
