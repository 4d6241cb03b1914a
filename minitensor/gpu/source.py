"""Where a kernel is written: its lines, the places in them that touch an array, and what its names mean."""

import inspect
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

from minitensor.errors import KernelError


class Site(NamedTuple):
    """A place in the source that touches an array. kind: "load", "store" or "atomic"."""

    line: int
    array: str
    kind: str


APART = 1_000_000  # between the numbers of lines of a kernel and of the device functions that it calls


class Source(NamedTuple):
    """The text of a kernel. line : the number of its first line in the file

    called : the device functions that it calls; the lines of the first are counted from `APART` on, and so on
    """

    file: str
    line: int
    lines: list[str]
    called: tuple["Source", ...] = ()

    def at(self, line: int) -> str:
        """``kernels.py:12: total += a[row, inner]``; in a notebook ``cell:12: ...``."""
        if line >= APART:
            return self.called[line // APART - 1].at(line % APART)
        folder, _, name = self.file.replace("\\", "/").rpartition("/")
        name = "cell" if "/ipykernel_" in folder else name
        return f"{name}:{self.numbered(line)}"

    def numbered(self, line: int) -> str:
        """``12: total += a[row, inner]``."""
        if line >= APART:
            return self.called[line // APART - 1].numbered(line % APART)
        return f"{line}: {self.lines[line - self.line].strip()}"


def source_of(function: Callable[..., Any]) -> Source:
    """Where a function is written. Raises KernelError where its text was not kept."""
    lines: list[str] = []
    first = 0
    with suppress(OSError, TypeError):
        lines, first = inspect.getsourcelines(function)
    # Python finds text by file and line: for what was typed in, it may find other text, such as that of `python -c`.
    if not re.search(rf"^\s*def {re.escape(function.__name__)}\b", "".join(lines), re.MULTILINE):
        raise KernelError(
            f"{function.__name__}: its source cannot be read; write kernels in a file or a notebook, "
            "not at Python's own prompt"
        )
    return Source(inspect.getsourcefile(function) or "", first, [line.rstrip("\n") for line in lines])


def names_seen_by(function: Callable[..., Any]) -> dict[str, Any]:
    """What the names in a function mean that are not its own."""
    return function.__globals__ | dict(inspect.getclosurevars(function).nonlocals)
