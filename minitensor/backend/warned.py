"""Warnings that point at the line of the user, and not at one in here.

NumPy warns, of a division by zero and the like, of the line that called it: with Tensors that is nearly always one in
`ops.py`, `core/operations.py` or `backend/reductions.py`. So in these, and only where nobody has said what is to become
of such warnings, they are raised; the operation then fails as it does for any mistake, and is computed anew in a
`pointing` block. What needs no warning pays nothing.
"""

import sys
import warnings
from typing import Any

import numpy

warnings.filterwarnings(
    "error", category=RuntimeWarning, module=r"minitensor\.(core\.operations|ops|backend\.reductions)\Z", append=True
)


def warn(message: str, category: type[Warning]) -> None:
    """Warn of the line outside of this package that led here."""
    frame, level = sys._getframe(1), 2
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] == "minitensor":
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)


class pointing:
    """A block in which what NumPy would warn of is collected, and at the end warned of at the user's line.

    name : of the operation. What `numpy.errstate` ignores, raises or prints stays so.

    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     with pointing("log"):
    ...         _ = numpy.log(numpy.zeros(2))
    >>> str(caught[0].message)
    'divide by zero encountered in log'
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.found: list[str] = []

    def __enter__(self) -> None:
        modes: Any = {kind: "call" for kind, mode in numpy.geterr().items() if mode == "warn"}
        self.state = numpy.errstate(**modes, call=lambda kind, flag: self.found.append(kind))
        self.state.__enter__()

    def __exit__(self, kind: Any, *others: Any) -> None:
        self.state.__exit__(kind, *others)
        if kind is None:
            for found in dict.fromkeys(self.found):
                warn(f"{found} encountered in {self.name}", RuntimeWarning)
