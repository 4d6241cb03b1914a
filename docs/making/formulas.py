r"""Formulas, set when the site is built: inline SVG in the colour of the words around it, and no script on any page.

matplotlib sets them, which knows a part of LaTeX. What it cannot set fails the build, with its place.
"""

from html import escape

from matplotlib.font_manager import FontProperties
from matplotlib.mathtext import MathTextParser
from matplotlib.textpath import TextPath

SIZE = 100.0  # units of the drawing for one em
FONT = FontProperties(size=SIZE, math_fontfamily="stix")
LARGER = 1.12  # its letters are lower than those of the words around
LETTERS = {1: "M", 2: "L", 3: "Q", 4: "C", 79: "Z"}  # of SVG, for matplotlib's codes
POINTS = {1: 1, 2: 1, 3: 2, 4: 3, 79: 1}  # of each of them


def setup(app):
    app.add_html_math_renderer("set", inline_renderers=(inline, None), block_renderers=(block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def svg(latex, drawn=""):
    r"""A formula as an SVG that stands on the line of the words around it.

    drawn : what is drawn, if not just that

    >>> svg(r"\frac{a}{b}").startswith('<svg class="formula" role="img" aria-label="\\frac{a}{b}"')
    True

    Raises ValueError for what cannot be set.
    """
    words = f"${' '.join((drawn or latex).split())}$"
    width, height, depth, *_ = MathTextParser("path").parse(words, dpi=72, prop=FONT)
    path = TextPath((0, 0), words, size=SIZE, prop=FONT)
    margin = SIZE / 25  # some letters lean over their edges
    left, top, wide, high = -margin, -(height - depth) - margin, width + 2 * margin, height + 2 * margin
    em = LARGER / SIZE
    return (
        f'<svg class="formula" role="img" aria-label="{escape(latex.strip())}" '
        f'viewBox="{left:.1f} {top:.1f} {wide:.1f} {high:.1f}" width="{wide * em:.3f}em" height="{high * em:.3f}em" '
        f'style="vertical-align: {-(depth + margin) * em:.3f}em" fill="currentColor"><path d="{_outline(path)}"/></svg>'
    )


def _outline(path):
    """The outline as SVG has it, y downwards."""
    parts, at = [], 0
    while at < len(path.codes):
        code = int(path.codes[at])
        corners = path.vertices[at : at + POINTS[code]]
        parts.append(LETTERS[code] + ("" if code == 79 else " ".join(f"{x:.1f} {-y:.1f}" for x, y in corners)))
        at += POINTS[code]
    return "".join(parts)


def inline(translator, node):
    translator.body.append(_set(translator, node))
    _done()


def block(translator, node):
    translator.body.append(f'<div class="math">{_set(translator, node, large=True)}</div>\n')
    _done()


def _set(translator, node, large=False):
    from sphinx.errors import SphinxError

    latex = node.astext()
    try:
        return svg(latex, latex.replace(r"\frac", r"\dfrac") if large else "")
    except ValueError as error:
        where = f"{translator.builder.env.doc2path(translator.builder.current_docname)}:{node.line or '?'}"
        raise SphinxError(f"{where}: this formula cannot be set: {latex}\n{error}") from None


def _done():
    """Nothing inside the node is left to be written."""
    from docutils.nodes import SkipNode

    raise SkipNode
