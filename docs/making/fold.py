"""The directive ``fold``: words that a click opens, ``<details>``, under a summary.

::

    .. fold:: Hint 1

       What is seen once it is open.
"""

from html import escape


def setup(app):
    """To Sphinx this file is an extension; the directive is made here, so that the file imports without Sphinx."""
    from docutils import nodes
    from sphinx.util.docutils import SphinxDirective

    class Fold(SphinxDirective):
        required_arguments = 1
        final_argument_whitespace = True
        has_content = True

        def run(self):
            summary = f'<details class="fold"><summary>{escape(self.arguments[0])}</summary>'
            start, end = (nodes.raw("", html, format="html") for html in (summary, "</details>"))
            return [start, *self.parse_content_to_nodes(), end]

    app.add_directive("fold", Fold)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
