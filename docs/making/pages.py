"""Which page of docs/reference documents which name: its directives, read and carried out on names alone. No Sphinx.

``{api}`` documents the names it is given, ``{family}`` those that one file makes, ``{room}`` those of one module, and
``{values}`` constants, in a table.
"""

import re
from pathlib import Path

from making import public

_DIRECTIVE = re.compile(
    r"^(`{3,}|:{3,})\{(api|family|room|values)\}([^\n]*)\n(.*?)^\1[ \t]*$", re.MULTILINE | re.DOTALL
)


def documented(folder: Path) -> dict[str, list[str]]:
    """For each page, by its name without ending, the full names that it documents, in its order."""
    return {page.stem: names_on(page.read_text(encoding="utf-8")) for page in sorted(folder.glob("*.md"))}


def names_on(text: str) -> list[str]:
    """The names that a page documents.

    >>> names_on("```{api} minitensor.mean\\nminitensor.sum\\n```")
    ['minitensor.mean', 'minitensor.sum']
    """
    found = []
    for _, kind, given, body in _DIRECTIVE.findall(text):
        options = dict(re.findall(r"^:([\w-]+):[ \t]*(.*)$", body, re.MULTILINE))
        listed = [*given.split(), *re.sub(r"^:.*$", "", body, flags=re.MULTILINE).split()]
        found += expanded(kind, listed, options)
    return found


def expanded(kind: str, listed: list[str], options: dict[str, str]) -> list[str]:
    """The full names that a directive documents."""
    if kind == "family":
        found = [full for each in listed for full in public.from_file(each, options.get("under", "minitensor"))]
    elif kind == "room":
        found = [full for full in public.catalogue()[0] if full.rpartition(".")[0] in listed]
    else:
        return listed
    left_out = {name for name in found if name.rpartition(".")[2] in options.get("skip", "").split()}
    return [full for full in found if full not in left_out]


def first_sentence(text: str) -> str:
    """What a page says of itself first under its title.

    >>> first_sentence("# Norms\\n\\nHow long\\na vector is. And more.\\n")
    'How long a vector is.'
    """
    after = re.split(r"^# .+$", text, maxsplit=1, flags=re.MULTILINE)[1]
    return re.split(r"(?<=[.!?])\s", " ".join(after.split()), maxsplit=1)[0]


def title(text: str) -> str:
    return re.search(r"^# (.+)$", text, re.MULTILINE)[1]
