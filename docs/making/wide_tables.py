"""Tables built as nodes, which scroll inside themselves where they are wider than the page."""


def grid(headings, rows, *classes):
    """A table alone. A cell is a list of paragraphs and other blocks."""
    from docutils import nodes

    group = nodes.tgroup("", *(nodes.colspec(colwidth=1) for _ in headings), cols=len(headings))
    for part, lines in ((nodes.thead, [headings]), (nodes.tbody, rows)):
        group += part("", *(nodes.row("", *(nodes.entry("", *cell) for cell in line)) for line in lines))
    return nodes.table("", group, classes=list(classes))


def table(headings, rows, caption="", classes=()):
    """A table below its title. A cell is text, or a list of inline nodes."""
    from docutils import nodes

    # The title stands above the table, not in it: it would be as wide as the table, and be cut off on a phone.
    title = [nodes.paragraph("", "", nodes.strong(caption, caption), classes=["table-title"])] if caption else []
    return nodes.container("", *title, grid(_row(headings), map(_row, rows), "fitting", *classes))


def code(text):
    from docutils import nodes

    return nodes.literal(text, text)


def words(text, *classes):
    from docutils import nodes

    return nodes.inline(text, text, classes=list(classes))


def prose(text):
    """Inline nodes of a text with code in `backticks`, one or two."""
    import re

    parts = re.split(r"``(.+?)``|`(.+?)`", text)
    return [words(part) if at % 3 == 0 else code(part) for at, part in enumerate(parts) if part]


def _row(cells):
    from docutils import nodes

    each = [[words(cell)] if isinstance(cell, str) else cell for cell in cells]
    return [[nodes.paragraph("", "", *cell)] for cell in each]
