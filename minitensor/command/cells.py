"""A lesson read as cells: its prose as Markdown, and its code."""

import ast
import re
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

BLOCK = re.compile(r"^( *)\.\. (math|code-block|container)::(?: (.*))?$")  # the three that lessons use
LINK = re.compile(r"`([^`<]+?)\s*<([^>]+)>`__?")


class Cell(NamedTuple):
    """Prose and the code below it.

    prose : Markdown, "" if there is none
    code : Python, "" if there is none
    line : how many lines of the script are above the code
    """

    prose: str
    code: str
    line: int

    @property
    def headings(self) -> list[str]:
        """The headings in its prose, in order.

        >>> Cell("# Tensors\\n\\nA picture.\\n\\n## A list\\n\\nMore.", "", 0).headings
        ['Tensors', 'A list']
        """
        return re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```", "", self.prose, flags=re.M | re.S), re.MULTILINE)


def cells(path: Path) -> list[Cell]:
    """The cells of a lesson: its docstring is the prose of the first, and each ``# %%`` begins another."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    first = ast.parse(text).body[0]
    words = ast.get_docstring(ast.parse(text)) or ""
    starts = [number for number, line in enumerate(lines) if line.startswith("# %%")]
    top = (first.end_lineno or 0) if words else 0
    out = [_cell(words.splitlines(), lines, top, min([*starts, len(lines)]))]
    for start, stop in pairwise([*starts, len(lines)]):
        end = next((n for n in range(start + 1, stop) if not lines[n].startswith("#")), stop)
        out.append(_cell([line[2:] for line in lines[start + 1 : end]], lines, end, stop))
    return out


def _cell(prose: list[str], lines: list[str], start: int, stop: int) -> Cell:
    while start < stop and not lines[start].strip():
        start += 1
    return Cell(markdown(prose), "\n".join(lines[start:stop]).rstrip(), start)


def markdown(lines: list[str]) -> str:
    """The few marks of reStructuredText that lessons use, in Markdown's.

    >>> print(markdown(["A list", "------", "It is ``flat``, see `NumPy <https://numpy.org>`_."]))
    ## A list
    It is `flat`, see [NumPy](https://numpy.org).
    """
    out: list[str] = []
    at = 0
    while at < len(lines):
        line, below = lines[at], lines[at + 1] if at + 1 < len(lines) else ""
        at += 1
        if block := BLOCK.match(line):
            inside = []
            while at < len(lines) and (not lines[at].strip() or lines[at].startswith(f"{block[1]}  ")):
                inside.append(lines[at])
                at += 1
            out += [*_block(block[2], block[3] or "", inside), ""]
        elif line and re.fullmatch(r"=+|-+", below) and len(below) >= len(line):
            out.append(f"{'#' if below[0] == '=' else '##'} {line}")
            at += 1
        else:
            out.append(LINK.sub(r"[\1](\2)", line).replace("``", "`"))
    return "\n".join(out).strip()


def _block(kind: str, argument: str, inside: list[str]) -> list[str]:
    indent = min((len(line) - len(line.lstrip()) for line in inside if line.strip()), default=0)
    body = [line[indent:] for line in "\n".join(inside).strip("\n").splitlines()]
    if kind == "math":
        return ["$$", *([argument] if argument else []), *body, "$$"]
    if kind == "code-block":
        return [f"```{argument}", *body, "```"]
    return [f"<details><summary>{argument}</summary>", "", markdown(body), "", "</details>"]
