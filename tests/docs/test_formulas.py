"""Formulas are drawings in the colour of the words around them, and one that cannot be set is not left out."""

import re
from types import SimpleNamespace

import pytest

pytest.importorskip("matplotlib", reason="formulas need matplotlib")

from making import formulas

FORMULAS = [
    r"\|v\|_p = \left(|v_1|^p + \dots + |v_n|^p\right)^{1/p}",
    r"\nabla \log p(q) = \frac{m(q) - q}{h^2}",
    "a < b",
]


@pytest.mark.parametrize("latex", FORMULAS)
def test_a_formula_is_an_image_with_its_latex_as_text(latex):
    from html import unescape
    from xml.etree import ElementTree

    drawn = formulas.svg(latex)
    found = ElementTree.fromstring(drawn)  # well formed
    assert (found.tag, found.get("role"), found.get("fill")) == ("svg", "img", "currentColor")
    assert found.get("aria-label") == latex == unescape(re.search('aria-label="(.*?)"', drawn)[1])
    assert [each.tag for each in found] == ["path"]
    assert not re.search("script|href|style=.*url", drawn)
    numbers = [float(number) for number in re.findall(r"-?\d+\.\d", found[0].get("d"))]
    left, top, width, height = map(float, found.get("viewBox").split())
    assert left <= min(numbers[::2])
    assert max(numbers[::2]) <= left + width
    assert top <= min(numbers[1::2])
    assert max(numbers[1::2]) <= top + height


def test_it_stands_on_the_line():
    def below(latex):
        return -float(re.search(r"vertical-align: (-[\d.]+)em", formulas.svg(latex))[1])

    assert below("x") < 0.1 < below("p") < below(r"\frac{p}{q}") < below(r"\dfrac{p}{q}")


def test_it_is_the_same_twice():
    assert formulas.svg(FORMULAS[0]) == formulas.svg(FORMULAS[0]) != formulas.svg(FORMULAS[1])


def translator():
    builder = SimpleNamespace(current_docname="page", env=SimpleNamespace(doc2path=lambda name: f"docs/{name}.md"))
    return SimpleNamespace(body=[], builder=builder)


def node(latex):
    return SimpleNamespace(astext=lambda: latex, line=7)


def test_what_cannot_be_set_fails_the_build_with_its_place():
    errors = pytest.importorskip("sphinx.errors", reason="the site needs Sphinx: pip install -e '.[docs]'")
    for latex in (r"\begin{align} a \end{align}", r"\foo", "{"):
        with pytest.raises(errors.SphinxError, match=r"docs/page\.md:7: this formula cannot be set"):
            formulas.inline(translator(), node(latex))


def test_a_fraction_on_a_line_of_its_own_is_larger():
    docutils = pytest.importorskip("docutils.nodes", reason="the site needs Sphinx: pip install -e '.[docs]'")
    heights = []
    for visit in (formulas.inline, formulas.block):
        page = translator()
        with pytest.raises(docutils.SkipNode):
            visit(page, node(r"\frac{a}{b}"))
        assert r'aria-label="\frac{a}{b}"' in page.body[0]
        heights.append(float(re.search(r'height="([\d.]+)em"', page.body[0])[1]))
    assert heights[0] < heights[1]
