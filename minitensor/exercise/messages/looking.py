"""A fault of a kernel, looked at: its facts, and the launch seen once more."""

import re
from functools import cached_property
from typing import Any

import numpy as np

from minitensor.exercise.kinds import Case
from minitensor.gpu.facts import Facts
from minitensor.gpu.where import At, Element
from minitensor.gpu.witness import Touches, Witness, witness

HARD = "\xa0"  # a space at which no line is broken

Told = tuple[list[str], str]  # lines, and a word


class Look:
    """One error of the simulator. kernel, case : what was launched, where that is known"""

    def __init__(self, facts: Facts, error: Exception, kernel: Any = None, case: Case | None = None):
        self.facts, self.error, self.kernel, self.case = facts, error, kernel, case

    def one(self) -> tuple[At, Element, str]:
        """Of a fault of one thread: where it is, what it touches, and what it does there."""
        at, element = self.facts.at, self.facts.element
        assert at is not None
        assert element is not None
        return at, element, self.facts.does

    def two(self) -> tuple[At, At]:
        """Of a barrier or a shuffle: who waits, and for whom."""
        at, other = self.facts.at, self.facts.other
        assert at is not None
        assert other is not None
        return at, other

    @cached_property
    def seen(self) -> Witness | None:
        """The launch once more, as far as it goes."""
        if self.kernel is None or self.case is None or self.case.grid is None:
            return None
        return witness(self.kernel, self.case.grid, self.case.block, self.case.arguments)

    def touches(self, array: str, *kinds: str) -> list[Touches]:
        """What was done to an array. kinds : "load", "store" or "atomic" """
        return [each for each in self.seen.touches if each.array == array and each.kind in kinds] if self.seen else []

    def values(self, at: At, *texts: str) -> str:
        """`` with i = 70, n = 70``: what the names in pieces of the kernel's text were for a thread."""
        if self.seen is None:
            return ""
        known = self.seen.variables(at)
        names = dict.fromkeys(name for text in texts for name in re.findall(r"(?<![\w.])[^\W\d]\w*", text))
        shown = [f"{name} = {_number(known[name])}".replace(" ", HARD) for name in names if name in known]
        return " with " + ", ".join(shown) if shown else ""

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Of the arrays that the kernel was given."""
        if self.kernel is None or self.case is None:
            return {}
        given = zip(self.kernel.parameters, self.case.arguments, strict=True)
        return {name: tuple(value.shape) for name, value in given if getattr(value, "ndim", 0)}


def quoted(at: At) -> str:
    """``line 12: total += a[row, inner]``."""
    return f"line {at.source.numbered(at.line)}"


def line_of(at: At) -> str:
    """``line 12``."""
    return quoted(at).partition(":")[0].replace(" ", HARD)


def listed(parts: list[str]) -> str:
    """``0, 1 and 2``.

    >>> listed(["0", "1", "2"]), listed(["0"])
    ('0, 1 and 2', '0')
    """
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def sentence(text: str) -> str:
    """With a capital letter at its beginning."""
    return text[:1].upper() + text[1:]


def places(addresses: np.ndarray, shape: tuple[int, ...], name: str) -> str:
    """``out[0] .. out[31]`` for elements of an array, in the order of memory: one after another, a box, or a list.

    >>> places(np.array([3, 1, 2]), (8,), "x"), places(np.array([0, 1, 4, 5]), (3, 4), "a")
    ('x[1] .. x[3]', 'a[0, 0] .. a[1, 1]')
    >>> places(np.array([0, 2, 6]), (8,), "x"), places(np.arange(0, 40, 3), (40,), "x")
    ('x[0], x[2], x[6]', 'x[0], x[3] .. x[39]')
    """
    index = np.array(np.unravel_index(np.unique(addresses), shape)).T
    shown = [f"{name}[{', '.join(map(str, each))}]" for each in index.tolist()]
    box = int(np.prod(index.max(0) - index.min(0) + 1))
    if box == len(shown) and len(shown) > 2:
        return f"{shown[0]} .. {shown[-1]}"
    return ", ".join(shown) if len(shown) <= 4 else f"{', '.join(shown[:2])} .. {shown[-1]}"


def _number(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
