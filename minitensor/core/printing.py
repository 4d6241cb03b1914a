"""How a tensor looks: as text that never floods the screen, and as a table in a notebook."""

import html
import math
from typing import Any

import numpy

from minitensor import backend

THRESHOLD = 200  # elements printed whole
EDGE = 3  # elements shown at either end of an axis that is not
LINES = 24  # lines of text at most
MOST = 2_000  # elements that may be written to find these lines


def _corners(array: Any) -> numpy.ndarray:
    """`array` as NumPy, each long axis cut to its ends: a repr of a huge tensor moves a few numbers, not all."""
    lib = backend.of(array)
    if array.size > THRESHOLD:
        for axis, size in enumerate(array.shape):
            # One more at either end than is shown, so that NumPy sees an axis to shorten and writes its dots.
            ends = [*range(EDGE + 1), *range(size - EDGE - 1, size)]
            if size > len(ends):
                array = lib.xp.take(array, lib.asarray(ends), axis=axis)
    # Many short axes: the first block and the last have more lines than are shown.
    leading = 0
    while math.prod(array.shape[leading:]) > MOST:
        leading += 1
    if leading:
        first, last = (array[(*[slice(*end)] * leading, ...)] for end in ((None, 1), (-1, None)))
        array = lib.xp.concat([first, last], axis=0)
    return lib.to_numpy(array)


def to_text(array: Any, name: str = "tensor") -> str:
    """The repr: the numbers, then shape, dtype and backend. name : what stands before the bracket

    >>> import minitensor as mt
    >>> mt.tensor([[1.0, 2.0], [3.0, 4.5]])
    tensor([[1. , 2. ],
            [3. , 4.5]], shape (2, 2), float64, numpy)
    """
    lib = backend.of(array)
    numbers = numpy.array2string(
        _corners(array),
        separator=", ",
        prefix=f"{name}(",
        threshold=THRESHOLD if array.size <= THRESHOLD else 0,
        edgeitems=EDGE,
    )
    lines = numbers.split("\n")
    if len(lines) > LINES:
        half = LINES // 2
        lines = [*lines[:half], "       ... more lines left out ...", *lines[-half:]]
    return f"{name}({chr(10).join(lines)}, shape {tuple(array.shape)}, {lib.numpy_dtype(array)}, {lib.name})"


def to_html(array: Any) -> str:
    """A small table of the numbers for a notebook; with more than two axes the text of `to_text`."""
    lib = backend.of(array)
    caption = f"shape {tuple(array.shape)}, {lib.numpy_dtype(array)}, {lib.name}"
    if array.ndim > 2 or array.size == 0:
        return f"<pre>{html.escape(to_text(array))}</pre>"
    rows, columns = ((1,) * 2 + tuple(array.shape))[-2:]
    corner = _corners(array)
    corner = corner.reshape(-1, corner.shape[-1] if corner.ndim else 1)

    def shown(size: int, present: int) -> list[int | None]:
        """Which of the present positions to show; None stands for the dots."""
        return [*range(present)] if present == size else [*range(EDGE), None, *range(present - EDGE, present)]

    body = "".join(
        "<tr>"
        + "".join(
            f"<td>{'…' if row is None or column is None else html.escape(numpy.array2string(corner[row, column]))}</td>"
            for column in shown(columns, corner.shape[1])
        )
        + "</tr>"
        for row in shown(rows, corner.shape[0])
    )
    return f"<table><caption>{html.escape(caption)}</caption>{body}</table>"
