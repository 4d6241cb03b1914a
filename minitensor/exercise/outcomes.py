"""What came of a check: right, wrong or not done yet, and what to say about it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from textwrap import wrap
from typing import Any

WIDTH = 88  # letters of a line of a message


def wrapped(line: str) -> list[str]:
    """A line in pieces that fit a terminal, those after the first indented as it is."""
    indent = " " * (len(line) - len(line.lstrip()))
    return wrap(line, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False) or [""]


@dataclass(frozen=True, repr=False)
class Outcome:
    """What came of checking an exercise; printed, it is the message.

    status : "right", "wrong" or "undone"
    lines : the message; word : the page of ``minitensor explain`` that tells more, "" if there is none
    stars : whether each second goal was reached
    counts : what was counted: for each word, yours and the solution's
    line : where to go on in the learner's file, 0 if that is not known
    """

    number: int
    name: str
    status: str
    lines: tuple[str, ...]
    word: str = ""
    stars: tuple[bool, ...] = ()
    counts: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    line: int = 0

    @property
    def text(self) -> str:
        """The message, its word printed last."""
        more = (f"(more: `minitensor explain {self.word}`)",) if self.word else ()
        return "\n".join(piece for line in (*self.lines, *more) for piece in wrapped(line))

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__

    def asdict(self) -> dict[str, Any]:
        """All of it, of types that JSON has."""
        return asdict(self) | {"lines": list(self.lines), "stars": list(self.stars), "counts": dict(self.counts)}
