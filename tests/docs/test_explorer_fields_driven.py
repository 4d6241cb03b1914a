"""The fields of the explorers in a real browser: what is refused changes nothing, and a climb is told when it ends."""

import pytest
from built import Watched

pytest.importorskip("sphinx", reason="what makes the explorers is made for Sphinx")
from docs.driving import Explorer

HEARD = """() => {
    window.heard = [];
    const told = document.querySelector(".explore-said");
    const note = () => told.textContent.trim() && window.heard.push(told.textContent);
    new MutationObserver(note).observe(told, { childList: true, characterData: true, subtree: true });
}"""


@pytest.fixture
def opened(browser, served):
    """Opens an explorer on a page of its own, whose faults are looked at in the end."""
    pages = []

    def opens(name, query="", motion="reduce"):
        pages.append(Watched(browser, viewport={"width": 1280, "height": 900}, reduced_motion=motion))
        return Explorer(pages[-1].page, name, "keyboard", served.address).open(query)

    yield opens
    for each in pages:
        each.context.close()
    assert [each.faults for each in pages if each.faults] == []


WRONG = {
    "x": (["", "999", "1e99", "-2.41"], "The x of a point is a number from -2.4 to 2.4"),
    "y": (["", "999", "1e99", "1.61"], "The y of a point is a number from -1.6 to 1.6"),
    "point": (["", "0", "-1", "999", "1e99", "2.5"], "The point is a whole number from 1 to 60"),
}


@pytest.mark.parametrize("name", WRONG)
def test_of_a_point_that_is_refused_nothing_changes(opened, name):
    explorer = opened("mean_shift")
    field = explorer.root.locator(f"#shift-{name}")
    explorer.hand.write(explorer.root.locator("#shift-point"), "7")
    before = explorer.query(), explorer.root.locator("svg g").first.inner_html(), explorer.said.text_content()
    values, words = WRONG[name]
    for value in values:
        field.fill(value)
        assert explorer.problem.text_content() == words + (f", not “{value}”." if value else ".")
        assert field.get_attribute("aria-invalid") == "true"
        assert before == (
            explorer.query(), explorer.root.locator("svg g").first.inner_html(), explorer.said.text_content()
        )  # fmt: skip
    field.fill("1.255" if name != "point" else "8")
    assert explorer.problem.text_content() == ""
    assert field.get_attribute("aria-invalid") == "false"
    if name != "point":
        assert "1.255" in explorer.state()["points"].split("_")[6]
    explorer.compare(explorer.says())


def test_points_are_moved_while_the_bandwidth_is_wrong(opened):
    explorer = opened("mean_shift")
    explorer.root.locator("#shift-bandwidth").fill("")
    explorer.root.locator("#shift-x").fill("2")
    explorer.root.locator("#shift-y").fill("1")
    assert explorer.problem.text_content() == "The bandwidth is a number from 0.001 to 1000."
    explorer.root.locator("#shift-bandwidth").fill("0.3")
    assert explorer.state()["points"].startswith("2,1_")
    explorer.compare(explorer.says())


@pytest.mark.parametrize("skip", [False, True])
def test_a_climb_is_told_once_when_it_has_ended(opened, skip):
    explorer = opened("mean_shift", motion="no-preference")
    explorer.hand.press(explorer.cases.nth(4))
    explorer.page.evaluate(HEARD)
    explorer.guesses.first.click()
    assert explorer.root.get_by_role("button", name="Pause").evaluate("each => each === document.activeElement")
    assert explorer.said.text_content().strip() == ""
    assert explorer.root.locator("table").count() == explorer.root.locator(".shift-peak").count() == 0
    assert " of " not in explorer.root.locator(".shift-count").text_content()
    if skip:
        explorer.root.get_by_role("button", name="To the end").click()
    explorer.root.locator("table").wait_for()
    assert explorer.page.evaluate("window.heard") == [explorer.said.text_content()]
    explorer.compare(explorer.says())


@pytest.mark.parametrize(
    ("name", "field", "before", "key", "after"),
    [
        ("broadcasting", "shapes", "4,999999", "ArrowUp", "4,1000000"),
        ("broadcasting", "shapes", "4,1000000", "ArrowUp", "4,1000000"),
        ("broadcasting", "shapes", "4,0", "ArrowDown", "4,0"),
        ("broadcasting", "shapes", "4,-1", "ArrowUp", "4,-1"),
        ("einsum", "sizes", "30x40,40x50,1", "ArrowDown", "30x40,40x50,1"),
        ("memory", "stride", "64", "ArrowUp", "64"),
        ("memory", "offset", "63", "ArrowUp", "63"),
        ("memory", "offset", "2.5", "ArrowUp", "2.5"),
    ],
)
def test_a_key_stops_at_the_limit(opened, name, field, before, key, after):
    explorer = opened(name)
    explorer.hand.write(explorer.root.locator(f"[name={field}]"), before)
    explorer.page.keyboard.press(key)
    assert explorer.state()[field] == after


def test_a_slider_stays_where_a_number_is_refused(opened):
    explorer = opened("memory", "?stride=5&offset=0&space=global&size=4")
    for value in ("", "-1", "2.5", "1e99"):
        explorer.root.locator("[name=stride]").fill(value)
        assert explorer.problem.text_content().startswith("The stride is a whole number from 0 to 64")
        assert explorer.root.get_by_role("slider", name="stride").input_value() == "5"


@pytest.mark.parametrize(
    ("shapes", "words"),
    [
        ("3x1,4", "Stretching copies nothing"),
        ("100x50,100x50", "Nothing is stretched: each number is read once."),
        ("(),()", "Nothing is stretched: each number is read once."),
        ("3,1x3", "Nothing is stretched: each number is read once."),
        ("0x3,3", "The result is empty: nothing is read."),
    ],
)
def test_what_is_said_of_stretching(opened, shapes, words):
    explorer = opened("broadcasting", f"?shapes={shapes}")
    if explorer.guesses.count():
        explorer.guesses.first.click()
    text = explorer.root.inner_text()
    assert words in text
    assert ("pale ones are read again" in text) == words.startswith("Stretching")
