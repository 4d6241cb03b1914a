"""A lesson read as cells: its prose as Markdown, and its code."""

import ast
import re
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from minitensor.errors import InputError

BLOCK = re.compile(r"^( *)\.\. (math|code-block|container)::(?: (.*))?$")  # the three that lessons use
LINK = re.compile(r"`([^`<]+?)\s*<([^>]+)>`__?")
RULE = re.compile(r"=+(?: +=+)+")  # above, below and inside a table
FACTS = re.compile(r"About (\d+) minutes\. Needs (.+)\.")

# What a picture shows, for the site: the comment above the statement that draws it, continued by "#" and two spaces.
ALT = re.compile(r"^( *)# alt: *(.*)\n?((?:\1#  .*(?:\n|$))*)", re.MULTILINE)


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


def facts(path: Path) -> tuple[int, str]:
    """The minutes that a lesson takes, and what it needs: the last paragraph of its docstring.

    Raises InputError where a lesson does not say it.

    >>> from minitensor.exercise.files import lessons_folder
    >>> facts(lessons_folder() / "02_matmul_loops.py")
    (20, 'lesson 1')
    """
    words = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    found = FACTS.fullmatch(" ".join(words.rpartition("\n\n")[2].split()))
    if not found:
        raise InputError(f"the docstring of {path.name} must end with a paragraph: About 30 minutes. Needs lesson 2.")
    return int(found[1]), found[2]


def _cell(prose: list[str], lines: list[str], start: int, stop: int) -> Cell:
    while start < stop and not lines[start].strip():
        start += 1
    return Cell(markdown(prose), "\n".join(lines[start:stop]).rstrip(), start)


def markdown(lines: list[str]) -> str:
    """The few marks of reStructuredText that lessons use, in Markdown's.

    An address that is relative leads to a page of the site, and from a notebook or a terminal nowhere: its words stay.

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
        elif RULE.fullmatch(line):
            rows = []
            while at < len(lines) and lines[at].strip():
                rows.append(lines[at])
                at += 1
            out += _table([span.span() for span in re.finditer("=+", line)], rows)
        elif line and re.fullmatch(r"=+|-+", below) and len(below) >= len(line):
            out.append(f"{'#' if below[0] == '=' else '##'} {line}")
            at += 1
        else:
            out.append(_inline(line))
    return "\n".join(out).strip()


def _inline(line: str) -> str:
    return LINK.sub(lambda link: f"[{link[1]}]({link[2]})" if ":" in link[2] else link[1], line).replace("``", "`")


def _table(columns: list[tuple[int, int]], rows: list[str]) -> list[str]:
    ends = [end for _, end in columns[:-1]] + [None]  # the last column has no end
    places = [slice(start, end) for (start, _), end in zip(columns, ends, strict=True)]
    head, *body = [
        f"| {' | '.join(_inline(row[place].strip()) for place in places)} |" for row in rows if not RULE.fullmatch(row)
    ]
    return [head, "| --- " * len(columns) + "|", *body]


def _block(kind: str, argument: str, inside: list[str]) -> list[str]:
    indent = min((len(line) - len(line.lstrip()) for line in inside if line.strip()), default=0)
    body = [line[indent:] for line in "\n".join(inside).strip("\n").splitlines()]
    if kind == "math":
        return ["$$", *([argument] if argument else []), *body, "$$"]
    if kind == "code-block":
        return [f"```{argument}", *body, "```"]
    return [f"<details><summary>{argument}</summary>", "", markdown(body), "", "</details>"]
