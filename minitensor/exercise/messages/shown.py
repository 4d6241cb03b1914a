"""Calls and values as a terminal shows them: whole where they are small, else what is wrong in them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from minitensor.core.tensor import Tensor
from minitensor.exercise.comparing import numbers, right
from minitensor.exercise.outcomes import WIDTH

ROWS = 4  # of an array that are shown whole
WHOLE = 32  # numbers at most of what is shown whole
FIRST = 3  # of the wrong elements of a larger one


def call(name: str, parameters: Sequence[str], arguments: Sequence[Any]) -> str:
    """``dot([1.0, 2.0], [3.0, 4.0])``, or ``matmul(a (5, 7), b (7, 3))`` where the values are many."""
    values = [value(each, 30) for each in arguments]
    if all(values):
        text = f"{name}({', '.join(values)})"  # type: ignore[arg-type]
        if len(text) <= WIDTH - 20:
            return text
    return f"{name}({', '.join(map(_argument, parameters, arguments))})"


def _argument(name: str, x: Any) -> str:
    if isinstance(x, (Tensor, np.ndarray)):
        return f"{name} {shape(x.shape)}"
    if isinstance(x, (list, tuple)) and len(repr(x)) > 24:
        return f"{name} with {len(x)} items"
    return f"{name}={value(x, 24) or type(x).__name__}"


def shape(sizes: Sequence[int]) -> str:
    return str(tuple(map(int, sizes)))


def value(x: Any, width: int) -> str | None:
    """A value in one line, or None where it is wider."""
    if isinstance(x, (Tensor, np.ndarray)):
        text = nested(numbers(x)) if x.size <= WHOLE else ""
        if not x.size:
            text = f"no numbers, shape {shape(x.shape)}"
    elif isinstance(x, (tuple, list)):
        parts = [value(each, width) for each in x]
        inside = ", ".join(each or "..." for each in parts)
        text = f"({inside}{',' * (len(parts) == 1)})" if isinstance(x, tuple) else f"[{inside}]"
    elif isinstance(x, dict):
        text = "{" + ", ".join(f"{key!r}: {value(each, width) or '...'}" for key, each in x.items()) + "}"
    else:
        text = number(x) if isinstance(x, (int, float)) and not isinstance(x, bool) else repr(x)
    return text if 0 < len(text) <= width else None


def nested(x: np.ndarray) -> str:
    if x.ndim == 0:
        return number(x.item())
    return "[" + ", ".join(map(nested, x)) + "]"


def number(x: Any) -> str:
    """Six digits at most, and a point where it is a float.

    >>> number(0.1 + 0.2), number(3), number(2.0), number(1e200)
    ('0.3', '3', '2.0', '1e+200')
    """
    if not isinstance(x, float):
        return str(x)
    text = f"{x:.6g}"
    return text if any(c in text for c in ".en") else f"{text}.0"


def side_by_side(expected: Any, yours: Any, digits: float | None = None, name: str = "") -> list[str]:
    """The expected value above yours, whole or where they differ first."""
    one, other = value(expected, WIDTH - 12), value(yours, WIDTH - 12)
    if one == other and not isinstance(expected, (Tensor, np.ndarray)):
        one, other = repr(expected), repr(yours)  # with all their digits
    if one and other and (one != other or not isinstance(expected, (Tensor, np.ndarray))):
        return [f"  expected  {one}", f"  yours     {other}"]
    if getattr(expected, "shape", None) != getattr(yours, "shape", ...):
        return [f"  expected  {one or _kind(expected)}", f"  yours     {other or _kind(yours)}"]
    e, y = numbers(expected), numbers(yours)
    off = ~right(e, y, digits)
    if e.ndim == 2 and e.shape[0] <= ROWS and (rows := _rows(e, y)):
        return rows
    lines = []
    for at in np.argwhere(off)[:FIRST].tolist():
        place = f"{name or 'result'}{[*at] if at else ''}"
        lines += [f"  {place:<14} expected  {_exact(e[tuple(at)], y[tuple(at)])}"]
        lines += [f"  {'':<14} yours     {_exact(y[tuple(at)], e[tuple(at)])}"]
    return lines


def _rows(e: np.ndarray, y: np.ndarray) -> list[str]:
    texts = [[value(row, WIDTH - 12) for row in x] for x in (e, y)]
    if None in texts[0] + texts[1] or texts[0] == texts[1]:
        return []
    heads = ["  expected  ", "  yours     "]
    return [(head if not at else " " * 12) + str(row) for head, rows in zip(heads, texts, strict=True) for at, row in
            enumerate(rows)]  # fmt: skip


def _exact(x: Any, other: Any) -> str:
    """As many digits as tell the two apart."""
    a, b = x.item(), other.item()
    return number(a) if number(a) != number(b) else repr(a)


def _kind(x: Any) -> str:
    if isinstance(x, (Tensor, np.ndarray)):
        return f"{'a Tensor' if isinstance(x, Tensor) else 'an array'} of shape {shape(x.shape)}, {x.dtype}"
    return f"{type(x).__name__} {str(x)[:40]}"
