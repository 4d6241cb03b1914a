"""Sections that a directive makes, under anchors of our choice: ``manual.html#race``, ``words.html#trap``."""

from typing import Any

from docutils import nodes
from sphinx.transforms import SphinxTransform


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
