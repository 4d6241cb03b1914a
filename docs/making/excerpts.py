"""Lines of a stored measurement, as they were printed: what a page says of speed stands beside them."""

import re
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "measurements"


def excerpt(text: str, patterns: list[str]) -> list[str]:
    """The lines of a text in which one of the regular expressions is found, in the order of the text, each line once.

    >>> excerpt("a 1\\nb 2\\nc 3\\na 1\\n", ["^c", "^a"])
    ['a 1', 'c 3']

    Raises LookupError where an expression is found nowhere: the page would say what nobody measured.
    """
    lines = text.splitlines()
    for pattern in patterns:
        if not any(re.search(pattern, line) for line in lines):
            raise LookupError(f"no line has {pattern!r}")
    found = (line.rstrip() for line in lines if any(re.search(pattern, line) for pattern in patterns))
    return list(dict.fromkeys(found))


def setup(app):
    from docutils import nodes
    from sphinx.util.docutils import SphinxDirective

    class Excerpt(SphinxDirective):
        """``{excerpt} FILE``, and regular expressions, one a line: these lines, and the whole file to download."""

        required_arguments = 1
        has_content = True

        def run(self):
            path = FOLDER / self.arguments[0]
            self.env.note_dependency(str(path))
            try:
                lines = excerpt(path.read_text(encoding="utf-8"), list(self.content))
            except LookupError as error:
                raise self.error(f"{path.name}: {error}") from None
            block = nodes.literal_block("", "\n".join(lines), language="text")
            up = "../" * self.env.docname.count("/")
            whole = self.parse_text_to_nodes(f"{{download}}`{path.name} <{up}measurements/{path.name}>`")
            whole[0]["classes"].append("whole-output")
            return [block, *whole]

    app.add_directive("excerpt", Excerpt)
    return {"parallel_read_safe": True}
