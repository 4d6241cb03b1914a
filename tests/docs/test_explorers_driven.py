"""The explorers in a real browser, by mouse and by keyboard alone: what they show is what the library says."""

import random
import re
from urllib.parse import parse_qsl

import pytest
from built import Watched
from docs.explorers import TABLES

pytest.importorskip("sphinx", reason="what makes the explorers is made for Sphinx")
from docs.driving import HANDS, Explorer, Mouse
from docs.library_says import SAYS
from making.run import ran

NAMES = list(SAYS)
WIDTHS = {"mouse": 1280, "keyboard": 390}


@pytest.fixture
def driven(browser, served, request):
    """Makes an explorer on a page of its own, and looks at the end whether the page had a fault."""
    opened = []

    def drive(name, hand="mouse", address=served.address, **options):
        options = {"viewport": {"width": WIDTHS[hand], "height": 900}, "reduced_motion": "reduce"} | options
        opened.append(Watched(browser, **options))
        return Explorer(opened[-1].page, name, hand, address)

    yield drive
    for each in opened:
        each.context.close()
    assert [each.faults for each in opened if each.faults] == []


def drawn(name, count, seed):
    """States that a generator draws, as they are typed."""
    draw = random.Random(seed)
    if name == "memory":
        return [
            {"stride": str(draw.randrange(65)), "offset": str(draw.randrange(64)),
             "space": draw.choice(("global", "shared")), "size": draw.choice("1248")}
            for _ in range(count)
        ]  # fmt: skip
    if name == "mean_shift":
        return [{"bandwidth": f"{draw.uniform(0.05, 1.5):.2f}"} for _ in range(count)]
    cases = [case["state"] for case in TABLES[name](40, seed) if "Problem" not in case["right"]]
    return draw.sample(cases, count)


@pytest.mark.parametrize("hand", HANDS)
@pytest.mark.parametrize("name", NAMES)
def test_named_cases(driven, name, hand):
    explorer = driven(name, hand).open()
    explorer.compare(explorer.says())  # untouched it shows its first case
    assert 3 <= explorer.cases.count() <= 5
    for at in range(explorer.cases.count()):
        explorer.hand.press(explorer.cases.nth(at))
        assert explorer.cases.nth(at).get_attribute("aria-pressed") == "true"
        explorer.answer(right=(at % 2 == 0) == (hand == "mouse"))  # by the other hand the other guess
        explorer.again()


@pytest.mark.parametrize("hand", HANDS)
@pytest.mark.parametrize("name", NAMES)
def test_what_is_typed(driven, name, hand):
    explorer = driven(name, hand).open()
    for number, state in enumerate(drawn(name, 4, seed=HANDS[hand] is Mouse)):
        if name == "mean_shift":
            explorer.hand.press(explorer.cases.nth(number % explorer.cases.count()))
            explorer.hand.write(explorer.root.locator("#shift-bandwidth"), state["bandwidth"])
        else:
            explorer.enter(state)
        assert {key: explorer.state()[key] for key in state} == state
        explorer.answer(right=number % 2 == 0)
        explorer.again()


def test_arrows_move_among_the_cases_and_change_a_size(driven):
    explorer = driven("broadcasting", "keyboard").open()
    explorer.hand.to(explorer.cases.first)
    explorer.page.keyboard.press("ArrowRight")
    explorer.page.keyboard.press("Enter")
    assert explorer.cases.nth(1).get_attribute("aria-pressed") == "true"
    explorer.hand.write(explorer.root.locator("[name=shapes]"), "3x1,4")
    explorer.page.keyboard.press("ArrowUp")  # the cursor is behind the 4
    assert explorer.state() == {"shapes": "3x1,5"}
    explorer.page.keyboard.press("Enter")  # shows it
    explorer.compare(explorer.says())


@pytest.mark.parametrize("hand", HANDS)
def test_sliders_of_the_memory(driven, hand):
    explorer = driven("memory", hand).open()
    for name, share in (("stride", 0.25), ("offset", 0.9), ("stride", 1.0)):
        explorer.hand.slide(explorer.root.get_by_role("slider", name=name), share)
        assert abs(int(explorer.state()[name]) - 64 * share) <= 16  # a pixel or a key may be some steps
        explorer.compare(explorer.says())
    explorer.again()


@pytest.mark.parametrize("hand", HANDS)
def test_points_placed_moved_and_removed(driven, hand):
    explorer = driven("mean_shift", hand, viewport={"width": 1280, "height": 900}).open()
    plane, before = explorer.root.locator("svg.explore-picture"), 60
    if hand == "mouse":
        plane.scroll_into_view_if_needed()
        box = plane.bounding_box()
        for x, y in ((0.1, 0.1), (0.12, 0.14), (0.9, 0.9)):
            explorer.page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])
        explorer.page.mouse.down()  # the last one, which is below the mouse, is dragged
        explorer.page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 0.8 * box["height"], steps=3)
        explorer.page.mouse.up()
    else:
        explorer.hand.to(plane)
        for key in ("Enter", "Shift+ArrowLeft", "ArrowUp", "PageUp", "Enter", "Delete", "Enter", "Enter"):
            explorer.page.keyboard.press(key)
    assert explorer.problem.text_content() == ""
    points = explorer.state()["points"].split("_")
    assert len(points) == before + 3
    assert len(set(points)) > before
    if hand == "mouse":
        x, y = map(float, points[-1].split(","))
        assert abs(x - 0.6 * 2.4) < 0.1
        assert abs(y + 0.6 * 1.6) < 0.1
    explorer.compare(explorer.says())
    explorer.hand.press(explorer.root.get_by_role("checkbox"))  # blurring
    explorer.answer(right=True)
    explorer.hand.slide(explorer.root.get_by_role("slider", name="bandwidth"), 0.3)
    explorer.answer(right=True)
    explorer.again()


BAD = {
    "broadcasting": [{"shapes": each} for each in ("", "3", "3,4,5", "a,b", "3.5,4", "3x-1,2", "((3,),4", "9999999,1")],
    "einsum": [{"spec": each} for each in ("", "->", "1,2->", "ij,jk,k->>i", "...i->i", "α,β->", "a,b,c,d,e,f->")]
    + [{"sizes": each} for each in ("", "0x1,2,3", "2x", "NaN", "30x40,40x50")],
    "memory": [{"stride": each} for each in ("", "-1", "65", "1.5", "NaN", "1e9")]
    + [{"offset": "x"}, {"offset": "64"}],
    "mean_shift": [{"bandwidth": each} for each in ("", "0", "-1", "1e9")],
}
BAD_ADDRESS = {
    "broadcasting": ["?shapes=", "?shapes=%00", "?shapes=1x1x1x1x1x1x1x1x1,2", "?shape=3,4", "?shapes=%3Cb%3E,4"],
    "einsum": ["?spec=&sizes=", "?spec=ij&sizes=%22", "?spec=%3Cimg src=x%3E&sizes=2", "?sizes=3"],
    "memory": ["?stride=&offset=", "?stride=32", "?space=disk", "?size=3", "?stride=1e3&size=4", "?size=constructor"],
    "mean_shift": ["?case=none", "?points=NaN,1", "?points=1", "?points=_&bandwidth=1", "?points=9,9", "?bandwidth=",
                   "?case=constructor&bandwidth=1", "?points=0,0&bandwidth=0.1", "?case=moons"],
}  # fmt: skip


def spoken(explorer):
    """Whether the explorer took it; otherwise it says why, in a sentence."""
    explorer.well()
    problem = explorer.problem.text_content()
    if not problem:
        assert explorer.guesses.count() or explorer.said.text_content()
        return True
    assert re.fullmatch(r"[A-Z“].{10,}\.", problem), problem
    return False


@pytest.mark.parametrize("name", NAMES)
def test_bad_input_gets_a_sentence(driven, name):
    explorer = driven(name, "keyboard").open()
    assert spoken(explorer)
    fields = dict.fromkeys(key for state in BAD[name] for key in state)
    fields = {
        key: explorer.root.locator("#shift-bandwidth" if key == "bandwidth" else f"[name={key}]") for key in fields
    }
    good = {key: field.input_value() for key, field in fields.items()}
    for state in BAD[name]:
        for key, value in state.items():
            explorer.hand.write(fields[key], value)
            if value == "":
                explorer.page.keyboard.press("Delete")
        assert not spoken(explorer) or "error" in explorer.root.inner_text()
        for key in state:
            explorer.hand.write(fields[key], good[key])
        assert spoken(explorer)  # and it goes on


@pytest.mark.parametrize("name", NAMES)
def test_noise_gets_a_sentence_or_an_answer(driven, name):
    """What is typed at random neither freezes the page nor makes it say what is no number."""
    draw, explorer = random.Random(7), driven(name, "keyboard").open()
    field = explorer.root.locator("input:not([type=range])").first
    explorer.hand.to(field)
    taken = 0
    for _ in range(20):
        text = "".join(draw.choices("0123456789xij,->(). -e\N{INFINITY}'\"<\\", k=draw.randrange(1, 9)))
        explorer.page.keyboard.press("Control+A")
        explorer.page.keyboard.insert_text(text)
        taken += spoken(explorer)
    assert taken < 20
    explorer.hand.press(explorer.cases.nth(1))
    explorer.answer(right=True)


@pytest.mark.parametrize("name", NAMES)
def test_an_address_that_is_wrong_or_not_whole(driven, name):
    explorer = driven(name)
    for query in BAD_ADDRESS[name]:
        explorer.open(query)
        spoken(explorer)
        explorer.hand.press(explorer.cases.first)
        explorer.answer(right=True)


SMALL = """root => [...root.querySelectorAll("button, input, select, summary, a")].flatMap(each => {
    const box = (each.type === "checkbox" && each.closest("label") || each).getBoundingClientRect();
    const [width, height] = [Math.round(box.width), Math.round(box.height)];
    const small = box.width && Math.min(width, height) < (each.matches("a") ? 24 : 44);
    return small ? [`${each.outerHTML.slice(0, 60)} ${width} x ${height}`] : [];
})"""
MOVES = """root => new Promise(done => {
    let [moves, frames] = [root.getAnimations({ subtree: true }).length, 0];
    const seen = new MutationObserver(all => (moves += all.length));
    seen.observe(root, { subtree: true, childList: true, attributes: true, characterData: true });
    const next = () => (++frames < 12 ? requestAnimationFrame(next) : done(moves));
    next();
})"""


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", NAMES)
def test_a_finger_finds_it_and_with_reduced_motion_nothing_moves(driven, name, width):
    explorer = driven(name, viewport={"width": width, "height": 900}).open()
    for at in range(explorer.cases.count()):
        explorer.hand.press(explorer.cases.nth(at))
        assert explorer.root.evaluate(SMALL) == []  # with the guesses
        explorer.answer(right=True)
        assert explorer.root.evaluate(MOVES) == 0
        assert explorer.root.evaluate(SMALL) == []  # with what is shown
        assert explorer.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_what_is_small_and_what_moves_is_found(driven):
    explorer = driven("mean_shift", reduced_motion="no-preference").open()
    explorer.page.add_style_tag(content=".explore-row button { min-height: 20px !important; padding: 0 !important }")
    assert explorer.root.evaluate(SMALL) != []
    explorer.hand.press(explorer.cases.nth(2))
    explorer.hand.press(explorer.guesses.first)
    assert explorer.root.evaluate(MOVES) > 0  # the points climb by themselves


@pytest.mark.parametrize("name", NAMES)
def test_without_javascript_the_first_case_is_worked_out(driven, name):
    explorer = driven(name, java_script_enabled=False)
    explorer.page.goto(explorer.address)
    query = re.search(r'"query": "\?([^"]*)"', explorer.root.get_attribute("data-cases"))[1]
    says = SAYS[name](dict(parse_qsl(query)))
    still = explorer.root.locator(".explore-still")
    assert still.locator("svg").first.is_visible()
    assert explorer.root.locator("noscript").is_visible()
    number = re.sub(r"^(\([^)]*\) and .*|\D*?([\d,]+).*)$", r"\2", says["said"]) or says["guess"][0]
    assert number in still.inner_text()
    printed = ran(still.locator("pre").last.text_content(), {}, says["raises"], name)
    assert says["printed"] is None or says["printed"].split("\n")[0] in printed


@pytest.mark.parametrize(
    ("name", "file", "right", "wrong"),
    [
        ("broadcasting", "broadcasting_rules", "has size 1 and is", "is"),
        ("einsum", "einsum_rules", "=== made ? 1n : 2n", "=== made ? 1n : 1n"),
        ("memory", "memory_rules", "SECTOR = 32", "SECTOR = 64"),
        ("mean_shift", "mean_shift_rules", "(2 * h * h)", "(3 * h * h)"),
    ],
)
def test_a_wrong_script_is_found(driven, name, file, right, wrong):
    explorer = driven(name)

    def instead(route):
        text = route.fetch().text()
        assert text.count(right) == 1
        route.fulfill(body=text.replace(right, wrong), content_type="text/javascript")

    explorer.page.route(f"**/{file}.js*", instead)
    explorer.open()
    found = 0
    for at in range(explorer.cases.count()):
        explorer.hand.press(explorer.cases.nth(at))
        try:
            explorer.answer(right=True)
        except AssertionError:
            found += 1
    assert found
