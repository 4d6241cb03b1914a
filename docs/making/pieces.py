"""What directives make pages of: sections under anchors of our choice (``manual.html#race``), paragraphs, tables."""

import re
from typing import Any

from docutils import nodes
from sphinx.transforms import SphinxTransform

from making.wide_tables import grid


def section(document: Any, title: list[Any], *anchors: str) -> Any:
    """An empty section under its title. Raises ValueError where the page has an anchor already."""
    made = nodes.section(ids=list(anchors), anchored=True)
    made += nodes.title("", "", *title)
    for anchor in anchors:
        if anchor in document.ids:
            raise ValueError(f"there are two places #{anchor} on one page")
        document.ids[anchor] = made
    return made


class Known(SphinxTransform):
    """Lets Markdown link to them, as ``[a race](manual.md#race)``: MyST knows the headings that it has read alone."""

    default_priority = 870  # before MyST resolves ``[a race](#race)``

    def apply(self, **options: Any) -> None:
        slugs = getattr(self.document, "myst_slugs", None)
        for made in self.document.findall(nodes.section):
            if slugs is not None and made.get("anchored"):
                for anchor in made["ids"]:
                    slugs[anchor] = (made.line or 0, anchor, made[0].astext())


def paragraph(text: str, *classes: str) -> Any:
    """A paragraph; what stands between backticks is code.

    >>> paragraph("Write `<`.").astext()
    'Write <.'
    """
    made = nodes.paragraph(classes=list(classes))
    for number, part in enumerate(text.split("`")):
        made += (nodes.literal if number % 2 else nodes.Text)(*((part, part) if number % 2 else (part,)))
    return made


def mending(text: str) -> Any:
    """A paragraph that begins with "Mend", which stands out."""
    word, _, rest = text.partition(" ")
    made = paragraph(f" {sentence(rest)}")
    made.insert(0, nodes.strong(word, word))
    return made


def sentence(text: str) -> str:
    """With a capital letter, but for one that begins with code.

    >>> sentence("one thread fetches twice"), sentence("cuda.syncthreads() between"), sentence("threadIdx counts")
    ('One thread fetches twice', 'cuda.syncthreads() between', 'threadIdx counts')
    """
    first = text.partition(" ")[0]
    return text if re.search(r"\w[.(\[_A-Z]\w", first) else text[:1].upper() + text[1:]


def exactly(text: str) -> Any:
    """A paragraph of a message, letter by letter: Sphinx makes other dots and quotes of plain words."""
    return nodes.paragraph("", "", nodes.literal(text, text), classes=["exactly"])


def table(headings: list[str], rows: list[list[Any]], *classes: str) -> Any:
    """A table. A cell is text, in which backticks mean code, or nodes."""
    head, *body = [
        [[paragraph(cell)] if isinstance(cell, str) else cell for cell in line] for line in (headings, *rows)
    ]
    return grid(head, body, *classes)


def code(text: str, language: str = "python") -> Any:
    return nodes.literal_block(text, text, language=language)
