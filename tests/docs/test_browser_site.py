"""The built site in a real browser: every page at three widths, dark and light."""

import os
from pathlib import Path

import pytest
from built import Server, Watched, pages, site

WIDTHS, MODES = (390, 820, 1280), ("light", "dark")
AXE = Path(os.environ.get("MINITENSOR_AXE", "node_modules/axe-core/axe.min.js"))
# Of axe's rules, what WCAG 2.2 asks for at levels A and AA; of these, what depends on the colours, and on the width.
EVERY = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
NARROW = {"type": "rule", "values": ["color-contrast", "target-size", "scrollable-region-focusable"]}
ASK = """async (only) => (await axe.run(document, {runOnly: only, resultTypes: ["violations"]})).violations
    .filter(each => ["serious", "critical"].includes(each.impact))
    .map(each => each.id + ": " + each.nodes.slice(0, 3).map(node => node.target.join(" ")).join(" | ")
        + " " + each.nodes[0].failureSummary.split("\\n")[1].trim())"""
DRAWN = "() => new Promise(requestAnimationFrame)"  # what follows a change of the width has been done


def faults_of(page, axe, modes=MODES):
    """What is wrong with the page that is shown: too wide, dark or light; and, where it is asked, what axe finds.

    All of axe's rules once, light and wide; those of colours and of width dark, at a phone's.
    """
    for mode in modes:
        page.emulate_media(color_scheme=mode, reduced_motion="reduce")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            if (wide := page.evaluate("document.documentElement.scrollWidth - innerWidth")) > 0:
                yield f"{width}, {mode}: scrolls sideways by {wide}"
            rules = {("light", 1280): EVERY, ("dark", 390): NARROW}.get((mode, width))
            if axe and rules:
                page.evaluate(DRAWN)
                if page.evaluate("typeof axe === 'undefined'"):
                    page.add_script_tag(path=AXE)
                yield from (f"{width}, {mode}: {each}" for each in page.evaluate(ASK, rules))


def groups():
    """The pages in eight parts, so that several workers share them."""
    named = os.environ.get("MINITENSOR_SITE")
    names = pages(Path(named)) if named else []
    return [names[at::8] for at in range(8)] if names else [[]]


@pytest.mark.parametrize("names", groups(), ids=lambda names: f"{len(names)} pages")
def test_every_page_at_three_widths_dark_and_light(browser, served, names):
    site()
    found = {}
    with Watched(browser) as watched:
        for name in names:
            watched.faults.clear()
            watched.page.goto(f"{served.address}/{name}")
            if name.startswith("_modules/"):  # listings, all alike: their layout, in one mode
                faults = list(faults_of(watched.page, False, MODES[:1]))
            else:
                faults = list(faults_of(watched.page, AXE.is_file()))
            if faults or watched.faults:
                found[name] = faults + watched.faults
    assert not found, "\n".join(f"{name}: {fault}" for name, faults in found.items() for fault in faults)


def test_a_page_that_is_too_wide_and_pale_is_found(browser, tmp_path):
    """What the test above asks for fails where it must."""
    (tmp_path / "a.html").write_text(
        "<html lang=en><title>a</title><style>body { background: white } p { color: #ccc }"
        "@media (prefers-color-scheme: dark) { b { color: #ddd } }</style>"
        '<main><div style="width: 2000px"><p>pale</p><b>dark</b></div><img src="https://minitensor.example/a.png">'
        '<a href="#b" style="font-size: 9px">1</a> <a href="#c" style="font-size: 9px">2</a></main>'
    )
    with Server(tmp_path) as server, Watched(browser) as watched:
        watched.page.goto(f"{server.address}/a.html")
        found = list(faults_of(watched.page, AXE.is_file()))
    assert sum("scrolls sideways" in each for each in found) == 6
    assert any("another host" in each for each in watched.faults)
    if AXE.is_file():
        wrong = {fault.partition(" ")[0].removesuffix(":") for fault in (each.partition(": ")[2] for each in found)}
        assert wrong >= {"color-contrast", "image-alt", "target-size"}
        (dark,) = (each for each in found if each.startswith("390, dark: color-contrast"))
        assert "b" in dark.split("color-contrast: ")[1].split(" ")


@pytest.mark.parametrize("name", ["index", "lessons/03_broadcasting", "manual", "reference/index", "exercises"])
def test_without_a_script_the_pages_are_there(browser, served, name):
    with Watched(browser, java_script_enabled=False) as watched:
        watched.page.goto(f"{served.address}/{name}.html")
        assert watched.page.locator("h1").first.is_visible()
        assert len(watched.page.locator("article").inner_text()) > 400
        assert watched.faults == []
