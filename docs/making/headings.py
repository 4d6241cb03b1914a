"""The captions of the side bar are headings; Sphinx leaves out of which level, which a screen reader has to know."""


def levelled(html: str) -> str:
    """The same with the level.

    >>> levelled('<p class="caption" role="heading">')
    '<p class="caption" role="heading" aria-level="2">'
    """
    return html.replace('role="heading">', 'role="heading" aria-level="2">')


def setup(app):
    def page(app, name, template, context, tree):
        if tree := context.get("furo_navigation_tree"):
            context["furo_navigation_tree"] = levelled(tree)

    app.connect("html-page-context", page, priority=900)  # after the theme has made it
    return {"parallel_read_safe": True}
