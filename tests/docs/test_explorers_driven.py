"""The explorers in a real browser, by mouse and by keyboard alone: what they show is what the library says."""

import random
import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from built import Watched
from docs.explorers import TABLES

pytest.importorskip("sphinx", reason="what makes the explorers is made for Sphinx")
from docs.hands import HANDS, Mouse, pick
from docs.library_says import SAYS
from making.run import ran

NAMES = list(SAYS)
WIDTHS = {"mouse": 1280, "keyboard": 390}
ILL = re.compile(r"NaN|undefined|\bnull\b|Infinity|\[object")


class Explorer:
    """An explorer on its page, and the hand that operates it."""

    def __init__(self, page, name, hand, address):
        self.page, self.name, self.hand = page, name, HANDS[hand](page)
        self.address = f"{address}/explore/{name}.html"
        self.root = page.locator(f"[data-explorer={name}]")
        self.problem, self.said = self.root.locator("#explore-problem"), self.root.locator(".explore-said")
        self.guesses = self.root.locator(".explore-guess button:not(.explore-quiet)")
        self.cases = self.root.get_by_role("group", name="Cases").get_by_role("button")

    def open(self, query=""):
        self.page.goto(self.address + query)
        self.cases.first.wait_for()
        return self

    def state(self):
        """What the address says."""
        return dict(parse_qsl(urlsplit(self.page.url).query, keep_blank_values=True))

    def enter(self, state):
        """Type a state, field by field, or choose it."""
        for key, value in state.items():
            field = self.root.locator(f"[name={key}]")
            if field.evaluate("each => each.tagName") == "SELECT":
                pick(self.page, field, value[0])
            else:
                self.hand.write(field, value)

    def answer(self, right):
        """Guess, and compare all that is shown after it with what the library says."""
        says = SAYS[self.name](self.state())
        asked = self.guesses.count() > 0
        assert not asked or says["guess"] is not None
        if asked:
            assert self.said.text_content() == ""  # nothing is told before the guess
            labels = self.guesses.all_inner_texts()
            assert says["guess"] in labels
            chosen = next(each for each in labels if (each == says["guess"]) == right)
            self.hand.press(self.guesses.nth(labels.index(chosen)))
            word = "Right." if right else f"You said {chosen}; it is {says['guess']}."
            assert self.said.text_content().startswith(word)
        self.compare(says)
        return asked

    def compare(self, says):
        assert says["said"] in self.said.text_content()
        says["shown"](self.page)
        code = self.root.locator(".explore-python pre").text_content()
        printed = ran(code, {}, says["raises"], f"{self.name} of {self.state()}")
        assert says["printed"] is None or printed == says["printed"]
        self.well()

    def well(self):
        """Nothing that it says is no number, or nothing."""
        told = re.sub("“[^”]*”", "", self.root.inner_text())  # what was typed is told again
        assert not ILL.search(told), told

    def reopened(self):
        """The same address, loaded anew, shows the same."""
        fields = "all => all.map(each => each.type === 'checkbox' ? each.checked : each.value)"
        before = self.root.locator("input, select").evaluate_all(fields)
        code = self.root.locator(".explore-python pre").text_content()
        self.page.goto("about:blank")
        self.open("?" + urlsplit(self.address_now).query)
        assert self.root.locator("input, select").evaluate_all(fields) == before
        if self.guesses.count():
            self.hand.press(self.root.locator(".explore-quiet"))
        assert self.root.locator(".explore-python pre").text_content() == code
        self.compare(SAYS[self.name](self.state()))

    def again(self):
        self.address_now = self.page.url
        self.reopened()


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
    explorer.compare(SAYS[name](explorer.state()))  # untouched it shows its first case
    assert 3 <= explorer.cases.count() <= 5
    for at in range(explorer.cases.count()):
        for right in (True, False):
            explorer.hand.press(explorer.cases.nth(at))
            assert explorer.cases.nth(at).get_attribute("aria-pressed") == "true"
            explorer.answer(right)
        explorer.again()


@pytest.mark.parametrize("hand", HANDS)
@pytest.mark.parametrize("name", NAMES)
def test_what_is_typed(driven, name, hand):
    explorer = driven(name, hand).open()
    for number, state in enumerate(drawn(name, 6, seed=HANDS[hand] is Mouse)):
        if name == "mean_shift":
            explorer.hand.press(explorer.cases.nth(number % explorer.cases.count()))
            explorer.hand.write(explorer.root.locator("#shift-bandwidth"), state["bandwidth"])
        else:
            explorer.enter(state)
        assert {key: explorer.state()[key] for key in state} == state
        explorer.answer(right=number % 2 == 0)
        explorer.again()
