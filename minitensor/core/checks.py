"""Checks that are needed before the work begins, each written once: points, pictures, matrices that fit, a number.

Each takes the name that its message begins with, and says what was given, what is wanted, and what to write instead.
"""

import math
import operator
from collections.abc import Iterable
from numbers import Real
from typing import Any

from minitensor import backend
from minitensor.core.intake import not_a_tensor
from minitensor.core.tensor import Tensor, wrap
from minitensor.errors import DeviceError, DTypeError, GradientError, InputError, ShapeError


def points(name: str, x: Any) -> None:
    """Raise unless x is a Tensor of floats (n, d), both sizes 1 or more, without NaN or infinity.

    name : what the message calls x: "mean_shift: the points", or "X". Time: O(n·d). Memory: n·d bools.

    >>> import minitensor as mt
    >>> points("mean_shift: the points", mt.tensor([[1.0, 2.0], [3.0, float("nan")]]))
    Traceback (most recent call last):
    minitensor.errors.InputError: mean_shift: the points hold NaN or infinity in 1 of 2 points, the first is
        points[1] = [3.0, nan]; leave them out

    Raises DTypeError, ShapeError or InputError.
    """
    word = name.rpartition(" ")[2]
    tensor(name, x)
    if x.dtype.kind != "f":
        raise DTypeError(f"{name} {_are(word)} {x.dtype}, not floats; use .astype('float64')")
    if x.ndim != 2:
        fix = f"{word}.reshape(-1, {word}.shape[-1]) for points along the last axis, such as the pixels of an image"
        if x.ndim < 2:
            fix = f"{word}.reshape(-1, 1) for points on a line, {word}.reshape(1, -1) for one point"
        raise ShapeError(f"{name} {_have(word)} shape {x.shape}, not (points, dimensions). Reshape your data: {fix}")
    if not x.size:
        what = "sample(s)" if not x.shape[0] else "feature(s)"
        raise InputError(f"{name} {_have(word)} 0 {what} (shape={x.shape}) while a minimum of 1 is required; give one")
    _finite(name, x, "points")


def pictures(name: str, x: Any, least: int = 1) -> None:
    """Raise unless x is a Tensor of pictures, one a row: (n, pixels), float32 or float64, without NaN or infinity.

    name : as for `points`; least : how many pictures there must be

    >>> import minitensor as mt
    >>> pictures("ideal_denoiser: the data", mt.zeros((10, 8, 8)))
    Traceback (most recent call last):
    minitensor.errors.ShapeError: ideal_denoiser: the data has shape (10, 8, 8), not (pictures, pixels); write
        data.reshape(len(data), -1)

    Raises DTypeError, ShapeError or InputError.
    """
    word = name.rpartition(" ")[2]
    tensor(name, x)
    if x.dtype not in ("float32", "float64"):
        wrong = "floats" if x.dtype.kind != "f" else "float32 or float64"
        raise DTypeError(f"{name} {_are(word)} {x.dtype}, not {wrong}; use .astype('float64')")
    if x.ndim != 2:
        fix = f"{word}[None] for one picture" if x.ndim < 2 else f"{word}.reshape(len({word}), -1)"
        raise ShapeError(f"{name} {_have(word)} shape {x.shape}, not (pictures, pixels); write {fix}")
    if x.shape[0] < least or not x.shape[1]:
        what = "pixels" if x.shape[0] >= least else "pictures"
        raise InputError(f"{name} {_have(word)} shape {x.shape}, which holds no {what}; give one at least")
    if x.size:
        _finite(name, x, "pictures")


def sides(name: str, shape: Any, images: Tensor) -> tuple[int, int]:
    """The rows and columns of pictures, (n, rows·columns), from what the caller says that they are.

    >>> import minitensor as mt
    >>> sides("measure: images", (8, 8), mt.zeros((10, 60)))
    Traceback (most recent call last):
    minitensor.errors.ShapeError: measure: images of shape (10, 60) have 60 pixels each, not 8 × 8; give their
        shape=(rows, columns)

    Raises ShapeError for what are no two sides or do not fit, InputError for sides that are not whole.
    """
    caller = name.partition(":")[0]
    try:
        rows, columns = shape
    except (TypeError, ValueError):
        raise ShapeError(f"{caller}: shape={shape!r:.60}; write (rows, columns)") from None
    rows, columns = whole(f"{caller}: rows", rows, 1), whole(f"{caller}: columns", columns, 1)
    if rows * columns != images.shape[1]:
        word = name.rpartition(" ")[2]
        raise ShapeError(
            f"{name} of shape {images.shape} {_have(word)} {images.shape[1]} pixels each, not {rows} × {columns}; give "
            "their shape=(rows, columns)"
        )
    return rows, columns


def together(name: str, x: Tensor, other: str, y: Tensor) -> None:
    """Raise DeviceError unless x and y are on one backend; x is what moves.

    >>> import minitensor as mt
    >>> together("guided_by_data: match", mt.zeros(1).to("strict"), "the data", mt.zeros(1).to("numpy"))
    Traceback (most recent call last):
    minitensor.errors.DeviceError: guided_by_data: match is on strict, but the data is on numpy; write
        match.to('numpy')
    """
    if x.backend != y.backend:
        word = name.rpartition(" ")[2]
        raise DeviceError(
            f"{name} {_are(word)} on {x.backend}, but {other} {_are(other)} on {y.backend}; write "
            f"{word}.to({y.backend!r})"
        )


def matrices(
    name: str,
    a: Tensor,
    b: Tensor,
    *,
    words: tuple[str, str] = ("a", "b"),
    rows: bool = False,
    dtype: str | None = None,
) -> tuple[int, int, int]:
    """The sizes m, k, n of two matrices of floats on one backend that fit: (m, k) and (k, n).

    name : of the function that asks; words : what the message calls the two
    rows : whether rows meet rows, as queries (m, k) and points (n, k) do
    dtype : the one dtype that both must have; any floats if None

    >>> import minitensor as mt
    >>> matrices("matmul", mt.zeros((2, 3)), mt.zeros((3, 5)))
    (2, 3, 5)
    >>> matrices("update", mt.zeros((2, 3)), mt.zeros((5, 4)), words=("queries", "points"), rows=True)
    Traceback (most recent call last):
    minitensor.errors.ShapeError: update: queries of shape (2, 3) have 3 on axis 1, points of shape (5, 4) have 4
        on axis 1; they must be equal

    Raises DTypeError for what is not a Tensor or has another dtype, ShapeError for what does not fit, and DeviceError
    for two backends.
    """
    left, right = words
    for word, x in ((left, a), (right, b)):
        tensor(f"{name}: {word}", x)
        if x.ndim != 2:
            raise ShapeError(f"{name}: {word} {_have(word)} shape {x.shape}; a matrix has two axes")
        if x.dtype.kind != "f" or (dtype and x.dtype != dtype):
            raise DTypeError(
                f"{name}: {word} {_are(word)} {x.dtype}, not {dtype or 'floats'}; use .astype({dtype or 'float32'!r})"
            )
    (m, k), inner = a.shape, 1 if rows else 0
    if k != b.shape[inner]:
        raise ShapeError(
            f"{name}: {left} of shape {a.shape} {_have(left)} {k} on axis 1, {right} of shape {b.shape} {_have(right)} "
            f"{b.shape[inner]} on axis {inner}; they must be equal"
        )
    if a.backend != b.backend:
        raise DeviceError(
            f"{name}: {left} {_are(left)} on {a.backend}, {right} on {b.backend}; write {right}.to({a.backend!r})"
        )
    return m, k, b.shape[1 - inner]


def tensor(name: str, x: Any) -> None:
    """Raise DTypeError unless x is a Tensor."""
    if not isinstance(x, Tensor):
        word = name.rpartition(" ")[2]
        raise DTypeError(f"{name} {_are(word)} {not_a_tensor(x)}; write minitensor.tensor({word})")


def no_gradient(name: str, *given: Any) -> None:
    """Raise GradientError where one is a Tensor that records what is computed with it, which what follows would not do.

    >>> import minitensor as mt
    >>> no_gradient("mean_shift", mt.variable([1.0]))
    Traceback (most recent call last):
    minitensor.errors.GradientError: mean_shift has no gradient, so what is asked of it here would be lost; write
        .plain() to leave the variable
    """
    if any(getattr(type(x), "_operation", None) for x in given):
        raise GradientError(
            f"{name} has no gradient, so what is asked of it here would be lost; write .plain() to leave the variable"
        )


def number(name: str, value: Any, least: float = -math.inf, most: float = math.inf) -> float:
    """`value` as a Python float: a finite number from `least` to `most`, of Python, NumPy or a Tensor without axes.

    >>> import numpy as np
    >>> number("mean_shift: tol", np.float32(0.5), 0)
    0.5
    >>> number("mean_shift: tol", True, 0)
    Traceback (most recent call last):
    minitensor.errors.InputError: mean_shift: tol=True; it must be a number, 0 or more

    Raises InputError for all else; a bool is not a number.
    """
    found = _real(value)
    if not (least <= found <= most and math.isfinite(found)):
        raise InputError(f"{name}={_shown(value)}; it must be a number{_range(least, most)}")
    return found


def whole(name: str, value: Any, least: float = -math.inf, most: float = math.inf) -> int:
    """`value` as a Python int: a whole number from `least` to `most`, of Python, NumPy or a Tensor without axes.

    >>> import numpy as np
    >>> whole("segment: steps", np.int64(3), 1)
    3
    >>> whole("segment: steps", 2.5, 1)
    Traceback (most recent call last):
    minitensor.errors.InputError: segment: steps=2.5; it must be a whole number, 1 or more

    Raises InputError for all else: 2.0 is not a whole number in type, and a bool is not a number.
    """
    try:
        found = None if type(value).__name__ == "bool" else operator.index(value)  # Python's or NumPy's
    except TypeError:
        found = None
    if found is None or not least <= found <= most:
        raise InputError(f"{name}={_shown(value)}; it must be a whole number{_range(least, most)}")
    return found


def distance(name: str, value: Any) -> float:
    """`value` as a Python float: positive and finite, as the bandwidth of a kernel must be.

    >>> distance("mean_shift: bandwidth", 0)
    Traceback (most recent call last):
    minitensor.errors.InputError: mean_shift: bandwidth=0; it is a distance and must be positive and finite

    Raises InputError for all else.
    """
    return positive(name, value, "it is a distance and must be")


def positive(name: str, value: Any, wanted: str = "it must be") -> float:
    """`value` as a Python float: positive and finite.

    >>> import minitensor as mt
    >>> positive("segment: lightness", mt.tensor(2))
    2.0

    Raises InputError for all else.
    """
    found = _real(value)
    if not 0 < found < math.inf:
        raise InputError(f"{name}={_shown(value)}; {wanted} positive and finite")
    return found


def choice(name: str, value: Any, known: Iterable[str]) -> None:
    """Raise InputError unless `value` is one of the words that are known.

    >>> choice("mean_shift: kernel", "round", ("flat", "gaussian"))
    Traceback (most recent call last):
    minitensor.errors.InputError: mean_shift: there is no kernel 'round'; choose one of flat, gaussian
    """
    if not (isinstance(value, str) and value in known):
        caller, _, word = name.rpartition(" ")
        raise InputError(f"{caller} there is no {word} {value!r}; choose one of {', '.join(known)}".strip())


def flag(name: str, value: Any) -> bool:
    """`value` as a Python bool: True or False, of Python or NumPy, or a whole number, which is True unless it is 0.

    >>> flag("MeanShift: verbose", 2), flag("MeanShift: verbose", False)
    (True, False)
    >>> flag("MeanShift: cluster_all", "no")
    Traceback (most recent call last):
    minitensor.errors.InputError: MeanShift: cluster_all='no'; it must be True or False

    Raises InputError for all else.
    """
    if type(value).__name__ in ("bool", "bool_") and not getattr(value, "shape", ()):
        return bool(value)
    try:
        return operator.index(value) != 0
    except TypeError:
        raise InputError(f"{name}={_shown(value)}; it must be True or False") from None


def _finite(name: str, x: Tensor, rows: str) -> None:
    """Raise InputError where x, (n, d), holds NaN or infinity."""
    finite = wrap(backend.of(x.array).xp.isfinite(x.array))
    if not finite.all():
        word, wrong = name.rpartition(" ")[2], ~finite.all(1)
        first = wrong.argmax().item()
        raise InputError(
            f"{name} {'hold' if word.endswith('s') else 'holds'} NaN or infinity in {wrong.sum().item()} of "
            f"{x.shape[0]} {rows}, the first is {word}[{first}] = {x[first].tolist()!s:.80}; leave them out"
        )


def _real(value: Any) -> float:
    """A real number as a float, NaN if it is none."""
    if isinstance(value, Tensor) and type(value)._operation is None and not value.shape and value.dtype.kind in "iuf":
        value = value.item()
    if not isinstance(value, Real) or isinstance(value, bool):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _shown(value: Any) -> str:
    """A value in a message, text in quotes: '3' is not 3."""
    return f"{value!r:.60}" if isinstance(value, (str, bytes)) else f"{value!s:.60}"


def _range(least: float, most: float) -> str:
    if most < math.inf:
        return f" from {least} to {most}"
    return f", {least} or more" if least > -math.inf else ""


def _are(word: str) -> str:
    return "are" if word.endswith("s") else "is"


def _have(word: str) -> str:
    return "have" if word.endswith("s") else "has"
