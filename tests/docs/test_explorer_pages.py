"""The pages of the explorers: their cases, and the first one worked out without JavaScript."""

import re
from pathlib import Path

import pytest
from making import explorer_broadcasting, explorer_einsum, explorers

import minitensor as mt
from minitensor.errors import EinsumError

PAGES = Path(__file__).parents[2] / "docs" / "explore"
OURS = {"broadcasting": explorer_broadcasting, "einsum": explorer_einsum}


def cases_on(name):
    text = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```\{explorer\} " + name + r"\n(.*?)```", text, re.DOTALL)
    return explorers.cases_of(block.splitlines())


@pytest.mark.parametrize("name", OURS)
def test_a_page_has_three_to_five_cases_and_opens_on_the_first(name):
    cases = cases_on(name)
    assert 3 <= len(cases) <= 5
    assert len({case["query"] for case in cases}) == len(cases)
    page = explorers.page_of(name, cases)
    assert page.count("<svg") == len(re.findall(r'<svg[^>]* role="img" aria-label="[^"]+', page)) > 0
    assert f":::{{explorer-card}} {name} {cases[0]['query']}" in (PAGES / "index.md").read_text(encoding="utf-8")


def test_one_pair_of_shapes_does_not_fit_and_one_is_the_trap():
    pairs = [
        explorer_broadcasting.shapes_of(explorers.state_of(case["query"])["shapes"])
        for case in cases_on("broadcasting")
    ]
    assert sum("disagree" in mt.explain_broadcast(*pair) for pair in pairs) == 1
    assert sum(len(a) == 1 and b == (*a, 1) for a, b in pairs) == 1


def test_one_spec_has_a_letter_with_two_sizes():
    states = [explorers.state_of(case["query"]) for case in cases_on("einsum")]
    faults = []
    for state in states:
        try:
            mt.einsum_plan(state["spec"], *explorer_broadcasting.shapes_of(state["sizes"]))
        except EinsumError as error:
            faults.append(str(error))
    assert len(faults) == 1
    assert "has two sizes" in faults[0]


def test_what_the_first_case_shows_is_what_the_library_says():
    html = explorers.page_of("broadcasting", cases_on("broadcasting"))
    assert mt.explain_broadcast((3, 1), (4,)).replace(">", "&gt;") in html
    numbers = re.findall(r"<text[^>]*>(\d+)</text>", html)
    a, b = 10 * mt.arange(1, 4).reshape(3, 1), mt.arange(1, 5)
    each = [x for table in (a + 0 * b, 0 * a + b, a + b) for row in table.tolist() for x in row]
    assert numbers == [str(number) for number in each]
    html = explorers.page_of("einsum", cases_on("einsum"))
    assert str(mt.explain_einsum("ij,jk,k->i", (30, 40), (40, 50), (50,))).replace(">", "&gt;") in html


@pytest.mark.parametrize("line", ["shapes=3,4 no question mark", "?shapes=3,4", "? nothing is set", "?shapes 3,4"])
def test_a_line_that_is_no_case_is_refused(line):
    with pytest.raises(ValueError, match="is no case"):
        explorers.cases_of([line])


def test_a_network_that_is_no_chain_is_refused():
    with pytest.raises(ValueError, match="chains only"):
        explorer_einsum.still({"spec": "bi,bi->b", "sizes": "2x3,2x3"})


def test_scripts_are_there_short_and_ask_no_other_host():
    folder = PAGES.parent / "static" / "explore"
    for name in OURS:
        assert all((folder / f"{script}.js").exists() for script in explorers.scripts_of(name))
    for script in folder.glob("*.js"):
        text = script.read_text(encoding="utf-8")
        assert len(text.splitlines()) < 300
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", text)
