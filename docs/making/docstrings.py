"""The house's docstrings, read: prose, "name : meaning", Returns, Raises, Memory, Time, Source, examples. No Sphinx.

`read` gives the blocks of a docstring in their order, `inline` the code and the names in a line of it. No word is lost:
`words` of a docstring are those of its blocks.
"""

import inspect
import re
from dataclasses import dataclass

LABELS = ("Time and memory", "Returns", "Raises", "Memory", "Time", "Source")
_NAME = r"\*{0,2}[A-Za-z][\w/]*(?: [a-z]\w*)?"
_NAMES = rf"{_NAME}(?:, {_NAME})*"
_ENTRY = re.compile(rf"({_NAMES}) : ")
_LATER_ENTRY = re.compile(rf"(?<=[;.]) (?={_NAMES} : )")  # further on in the line: after a semicolon or a full stop
_LABEL = re.compile(
    r"(?:^|(?<=[.;:)`]) )((?:Time and memory|Memory|Time|Source)(?: if \w+)?): "
    r"|(?:^|(?<=[.;)`]) )(Returns|Raises|returns) "
)
_INLINE = re.compile(r"``(.+?)``|`([^`]+)`|\*\*(?=\S)(.+?)\*\*")


@dataclass(frozen=True)
class Prose:
    """A paragraph."""

    text: str


@dataclass(frozen=True)
class Entry:
    """``names : meaning``: what an argument, or an attribute, is."""

    names: tuple[str, ...]
    meaning: str


@dataclass(frozen=True)
class Label:
    """A line that begins with a word of `LABELS`, without that word."""

    name: str
    text: str


@dataclass(frozen=True)
class Bullet:
    """A line of a list."""

    text: str


@dataclass(frozen=True)
class Verbatim:
    """A formula or a drawing that stands indented; an example, as typed at Python's prompt, if it begins with >>>."""

    text: str


Block = Prose | Entry | Label | Bullet | Verbatim


def read(doc: str | None) -> list[Block]:
    """The blocks of a docstring, in its order."""
    blocks: list[Block] = []
    for kind, lines in _chunks(inspect.cleandoc(doc or "").splitlines()):
        if kind == "verbatim":
            text = "\n".join(lines)
            last = blocks[-1] if blocks else None
            if text.startswith(">>>") and isinstance(last, Verbatim) and last.text.startswith(">>>"):
                blocks[-1] = Verbatim(f"{last.text}\n\n{text}")
            else:
                blocks.append(Verbatim(inspect.cleandoc(text)))
        elif kind == "bullet":
            blocks.append(Bullet(_joined(lines)[2:]))
        else:
            blocks += _split(_joined(lines))
    return blocks


def _chunks(lines: list[str]):
    """(kind, lines) of each chunk: "verbatim", "bullet", "entry" or "prose"."""
    kind, held = "", []
    for line in [*lines, ""]:
        begins = _kind_of(line, kind, held)
        if begins is not None:
            if held:
                while not held[-1].strip():
                    held.pop()
                yield kind, held
            kind, held = begins, []
        if line or kind == "verbatim":
            held.append(line)
    if held:
        yield kind, held


def _kind_of(line: str, kind: str, held: list[str]) -> str | None:
    """The kind of the chunk that this line begins; None where it goes on with the one before, "" for none."""
    indented = line.startswith((" ", "\t"))
    if line.startswith(">>>"):
        return None if kind == "verbatim" and held[0].startswith(">>>") else "verbatim"
    if kind == "verbatim":
        if held[0].startswith(">>>"):  # an example ends with a blank line
            return None if line else ""
        return None if indented or not line else "entry" if _ENTRY.match(line) else "prose"
    if not line:
        return ""
    if indented:
        return None if held else "verbatim"
    if line.startswith("- "):
        return "bullet"
    if _ENTRY.match(line):
        return "entry"
    if kind == "bullet" or (kind == "entry" and not line[0].islower()):
        return "prose"
    return None if held else "prose"


def _joined(lines: list[str]) -> str:
    return " ".join(line.strip() for line in lines)


def _split(text: str) -> list[Block]:
    """A paragraph cut at its entries and its labels."""
    blocks: list[Block] = []
    for part in _LATER_ENTRY.split(_shielded(text)):
        if found := _ENTRY.match(part):
            names = tuple(_bare(found[1]).split(", "))
            meaning, *rest = _labelled(part[found.end() :])
            blocks += [Entry(names, _bare(meaning.text).rstrip(";").rstrip()), *rest]
        else:
            blocks += _labelled(part)
    return [_unshielded(block) for block in blocks if not (isinstance(block, Prose) and not block.text)]


def _labelled(text: str) -> list[Block]:
    """Text as Prose, which may be empty, and then a Label for each that stands in it at the start of a sentence."""
    found = list(_LABEL.finditer(text))
    ends = [each.start() for each in found[1:]] + [len(text)]
    first = text[: found[0].start()] if found else text
    blocks: list[Block] = [Prose(first.strip().removesuffix(";"))]
    for each, end in zip(found, ends, strict=False):
        name = each[1] or each[2].capitalize()
        blocks.append(Label(name, text[each.end() : end].strip().removesuffix(";")))
    return blocks


def _shielded(text: str) -> str:
    """The text with the spaces of its code replaced, so that nothing in code looks like an entry or a label."""
    return re.sub(r"``.+?``|`[^`]+`", lambda code: code[0].replace(" ", "\0"), text)


def _bare(text: str) -> str:
    return text.replace("\0", " ")


def _unshielded(block: Block) -> Block:
    if isinstance(block, Entry):
        return Entry(block.names, _bare(block.meaning))
    return type(block)(block.name, _bare(block.text)) if isinstance(block, Label) else type(block)(_bare(block.text))


def inline(text: str) -> list[tuple[str, str]]:
    """The runs of a line: ("text", ...), ("code", ...) in two backticks, ("name", ...) in one, ("strong", ...)."""
    runs, at = [], 0
    for found in _INLINE.finditer(text):
        if found.start() > at:
            runs.append(("text", text[at : found.start()]))
        kind = "code" if found[1] else "name" if found[2] else "strong"
        runs.append((kind, found[1] or found[2] or found[3]))
        at = found.end()
    if at < len(text):
        runs.append(("text", text[at:]))
    return runs


def summary(doc: str | None) -> str:
    """The first sentence, without a label or an entry."""
    first = next((block.text for block in read(doc) if isinstance(block, Prose)), "")
    return re.split(r"(?<=[.!?])\s+(?=[A-Z`0-9‖])", first)[0]


def words(what: str | list[Block]) -> list[str]:
    """The words of a docstring, or of the blocks of one, in their order, without its marks."""
    if not isinstance(what, str):
        what = " ".join(_as_text(block) for block in what)
    return re.sub(r"[`*:;]|(?:^|(?<=\s))- ", " ", what).casefold().split()


def _as_text(block: Block) -> str:
    match block:
        case Entry(names, meaning):
            return f"{', '.join(names)} : {meaning}"
        case Label(name, text):
            return f"{name} {text}"
    return block.text
