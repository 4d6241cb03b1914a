"""The directive of the pages to touch: the place of an explorer, its named cases, and the first one worked out here.

    ```{explorer} broadcasting
    ?shapes=3x1,4 A column and a row
    ?shapes=3,3x1 The trap
    ```

A line is a case: the query of its address, then its name. The script `static/explore/broadcasting.js` makes buttons of
the cases, with what stands in `broadcasting_rules.js`. Before it runs, and where none does, the first case is
there as text and SVG that `STILLS` makes of it. A card, on the page of all explorers, has the pictures of such a case
beside its text:

    :::{explorer-card} broadcasting ?shapes=3x1,4
    [Broadcasting](broadcasting.md): type two shapes.
    :::
"""

import json
import re
from html import escape
from pathlib import Path
from urllib.parse import parse_qsl

# For each explorer what makes the HTML of one case, from its state: a dict of what the query names. Files beside this
# one put theirs in when they are imported.
STILLS = {}
WITHOUT = "This case was worked out when the page was built. To try others, allow this page its JavaScript."


def setup(app):
    """To Sphinx this file is an extension: a directive, and on its pages the scripts."""
    app.add_directive("explorer", _explorer())
    app.add_directive("explorer-card", _card())
    app.connect("html-page-context", _add_files)
    return {"parallel_read_safe": True}


def cases_of(lines):
    """The cases that a directive names, as {"query", "label"}.

    >>> cases_of(["?shapes=3x1,4 A column and a row"])
    [{'query': '?shapes=3x1,4', 'label': 'A column and a row'}]

    Raises ValueError for a line that is no query and a name.
    """
    found = []
    for line in filter(str.strip, lines):
        query, _, label = line.strip().partition(" ")
        if not re.fullmatch(r"\?\w+=.*", query) or not label:
            raise ValueError(f"{line!r} is no case; write its query and its name, ?shapes=3x1,4 A column and a row")
        found.append({"query": query, "label": label.strip()})
    return found


def state_of(query):
    """What a query sets.

    >>> state_of("?spec=ik,kj->ij&sizes=5x784,784x10")
    {'spec': 'ik,kj->ij', 'sizes': '5x784,784x10'}
    """
    return dict(parse_qsl(query.removeprefix("?"), keep_blank_values=True))


def page_of(name, cases):
    """The HTML of an explorer: its first case as a still."""
    still = STILLS[name](state_of(cases[0]["query"]))
    return (
        f'<div class="explore" data-explorer="{escape(name)}" data-cases="{escape(json.dumps(cases))}">\n'
        f'<div class="explore-still">{still}</div>\n<noscript><p class="explore-hint">{WITHOUT}</p></noscript>\n</div>'
    )


def picture(width, height, words, *parts):
    """An SVG that scales with the column, as `explore.picture` makes it; `words` say what it shows."""
    return (
        f'<svg class="explore-picture" role="img" aria-label="{escape(words)}" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}">{"".join(parts)}</svg>'
    )


def card_of(name, query):
    """The pictures in the still of a case, without their words, which are beside it."""
    found = re.findall(r"<svg.*?</svg>", STILLS[name](state_of(query)), re.DOTALL)
    if not found:
        raise ValueError(f"the still of {query} has no picture")
    return f'<div class="explore-grids">{"".join(found)}</div>'


def _explorer():
    from docutils import nodes
    from sphinx.util.docutils import SphinxDirective

    class Explorer(SphinxDirective):
        required_arguments = 1
        has_content = True

        def run(self):
            (name,) = self.arguments
            try:
                html = page_of(name, cases_of(self.content))
            except (KeyError, ValueError) as problem:
                raise self.error(f"explorer {name}: {problem}") from problem
            self.env.metadata[self.env.docname]["explorer"] = name
            return [nodes.raw("", html, format="html")]

    return Explorer


def _card():
    from docutils import nodes
    from sphinx.util.docutils import SphinxDirective

    class Card(SphinxDirective):
        required_arguments = 2
        has_content = True

        def run(self):
            name, query = self.arguments
            try:
                html = card_of(name, query)
            except (KeyError, ValueError) as problem:
                raise self.error(f"explorer-card {name}: {problem}") from problem
            self.env.metadata[self.env.docname].setdefault("explorer-cards", []).append(name)
            text = nodes.container("", *self.parse_content_to_nodes(), classes=["explore-words"])
            return [nodes.container("", nodes.raw("", html, format="html"), text, classes=["explore", "explore-card"])]

    return Card


def _add_files(app, page, template, context, doctree):
    """The script that all explorers share, the page's own and the colours, on the pages that have one."""
    found = app.env.metadata.get(page, {})
    name, cards = found.get("explorer"), found.get("explorer-cards", [])
    for style in ["explore", *cards] if name or cards else []:
        if (Path(app.confdir) / "static" / "explore" / f"{style}.css").exists():
            app.add_css_file(f"explore/{style}.css")
    for script in scripts_of(name) if name else []:
        app.add_js_file(f"explore/{script}.js", loading_method="defer")


def scripts_of(name):
    """The scripts of an explorer, each after those that it needs.

    >>> scripts_of("einsum")
    ['explore_words', 'explore', 'einsum_rules', 'einsum']
    """
    return [
        "explore_words",
        "explore",
        f"{name}_rules",
        *(["mean_shift_drawing"] if name == "mean_shift" else []),
        name,
    ]
