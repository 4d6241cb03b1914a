"""The built site in a real browser: every page at three widths, dark and light."""

import os
from pathlib import Path

import pytest
from built import Server, Watched, pages, site

WIDTHS, MODES = (390, 820, 1280), ("light", "dark")
AXE = Path(os.environ.get("MINITENSOR_AXE", "node_modules/axe-core/axe.min.js"))
# Of axe's rules, what WCAG 2.2 asks for at levels A and AA.
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
ASK = """async (rules) => (await axe.run(document, rules)).violations
    .filter(each => ["serious", "critical"].includes(each.impact))
    .map(each => each.id + ": " + each.nodes.slice(0, 3).map(node => node.target.join(" ")).join(" | "))"""


def groups():
    """The pages in eight parts, so that several workers share them."""
    named = os.environ.get("MINITENSOR_SITE")
    names = pages(Path(named)) if named else []
    return [names[at::8] for at in range(8)] if names else [[]]


@pytest.mark.parametrize("names", groups(), ids=str)
def test_every_page_at_three_widths_dark_and_light(browser, served, names):
    site()
    watched, found = Watched(browser), {}
    for name in names:
        watched.faults.clear()
        watched.page.goto(f"{served.address}/{name}")
        faults = []
        for mode in MODES:
            watched.page.emulate_media(color_scheme=mode, reduced_motion="reduce")
            for width in WIDTHS:
                watched.page.set_viewport_size({"width": width, "height": 900})
                wide = watched.page.evaluate("document.documentElement.scrollWidth - innerWidth")
                if wide > 0:
                    faults.append(f"{width}, {mode}: scrolls sideways by {wide}")
            if AXE.is_file() and not name.startswith("_modules/"):
                watched.page.add_script_tag(path=AXE)
                faults += [f"{mode}: {each}" for each in watched.page.evaluate(ASK, RULES)]
        if faults or watched.faults:
            found[name] = faults + watched.faults
    watched.context.close()
    assert found == {}


def test_a_page_that_is_too_wide_and_pale_is_found(browser, tmp_path):
    """What the test above asks for fails where it must."""
    (tmp_path / "a.html").write_text(
        '<html lang="en"><title>a</title><body style="background: white"><main><div style="width: 2000px">'
        '<p style="color: #ccc">pale</p></div><img src="https://minitensor.example/a.png"></main>'
    )
    with Server(tmp_path) as server:
        watched = Watched(browser)
        watched.page.goto(f"{server.address}/a.html")
        assert watched.page.evaluate("document.documentElement.scrollWidth - innerWidth") > 0
        assert any("another host" in each for each in watched.faults)
        if AXE.is_file():
            watched.page.add_script_tag(path=AXE)
            assert {each.partition(":")[0] for each in watched.page.evaluate(ASK, RULES)} == {
                "color-contrast",
                "image-alt",
            }


def test_without_a_script_the_pages_are_there(browser, served):
    watched = Watched(browser, java_script_enabled=False)
    for name in ("index.html", "lessons/03_broadcasting.html", "explore/broadcasting.html", "explore/einsum.html",
                 "explore/mean_shift.html", "explore/memory.html", "manual.html"):  # fmt: skip
        watched.page.goto(f"{served.address}/{name}")
        assert watched.page.locator("h1").first.is_visible()
        assert watched.faults == []
    watched.context.close()
