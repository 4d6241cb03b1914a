"""Two ways to operate a page, by mouse and by keyboard alone; and an explorer that is operated so."""

import re
import warnings
from urllib.parse import parse_qsl

from docs.library_says import SAYS
from making.run import ran

from minitensor.errors import ConvergenceWarning

ILL = re.compile(r"NaN|undefined|\bnull\b|Infinity|\[object")
BEFORE = """(target) => {
    const at = document.activeElement;
    if (at === target) return 0;
    return at && at !== document.body && at.compareDocumentPosition(target) & 2 ? -1 : 1;
}"""  # -1: the target stands before what has the focus


class Mouse:
    """Clicks and drags; text is typed, and in a list a letter chooses."""

    def __init__(self, page):
        self.page = page

    def press(self, target):
        target.click()

    def write(self, target, text):
        target.click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def slide(self, target, share):
        """Drag the knob of a slider to a share of its way."""
        target.scroll_into_view_if_needed()
        box = target.bounding_box()
        least, most, value = (float(target.evaluate(f"each => each.{name}")) for name in ("min", "max", "value"))
        knob, height = 16, box["y"] + box["height"] / 2  # pixels wide
        where = [box["x"] + knob / 2 + at * (box["width"] - knob) for at in ((value - least) / (most - least), share)]
        self.page.mouse.move(where[0], height)
        self.page.mouse.down()
        self.page.mouse.move(where[1], height, steps=4)
        self.page.mouse.up()


class Keyboard:
    """Tab, arrows, Enter and Space."""

    def __init__(self, page):
        self.page = page

    def to(self, target, most=300):
        """Move the focus to a target; it must be seen there."""
        handle = target.element_handle()
        for _ in range(most):
            way = self.page.evaluate(BEFORE, handle)
            if way == 0:
                seen = "each => each.matches(':focus-visible') && each.getClientRects().length > 0"
                assert handle.evaluate(seen), f"the focus is not seen on {target}"
                return
            self.page.keyboard.press("Tab" if way > 0 else "Shift+Tab")
        raise AssertionError(f"the keyboard does not reach {target}")

    def press(self, target):
        self.to(target)
        self.page.keyboard.press("Space" if target.get_attribute("type") == "checkbox" else "Enter")

    def write(self, target, text):
        self.to(target)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def slide(self, target, share):
        self.to(target)
        self.page.keyboard.press("Home" if share < 0.5 else "End")
        for _ in range(round(20 * min(share, 1 - share))):
            self.page.keyboard.press("ArrowRight" if share < 0.5 else "ArrowLeft")


HANDS = {"mouse": Mouse, "keyboard": Keyboard}


def pick(page, target, letter):
    """Of a list that the focus is brought to by Tab, the choice that begins so."""
    Keyboard(page).to(target)
    page.keyboard.type(letter)


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

    def query(self):
        return self.page.evaluate("location.search")

    def state(self):
        """What the address says."""
        return dict(parse_qsl(self.query()[1:], keep_blank_values=True))

    def says(self):
        """What the library says of that."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # the page says it in words
            return SAYS[self.name](self.state())

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
        says = self.says()
        asked = self.guesses.count() > 0
        assert not asked or says["guess"]
        if asked:
            assert self.said.text_content() == ""  # nothing is told before the guess
            labels = self.guesses.all_inner_texts()
            assert set(says["guess"]) <= set(labels)
            chosen = next(each for each in labels if (each in says["guess"]) == right)
            self.hand.press(self.guesses.nth(labels.index(chosen)))
            words = "Right." if right else f"You said {chosen}; it is {' or '.join(says['guess'])}."
            assert self.said.text_content().startswith(words)
        self.compare(says)
        return asked

    def compare(self, says):
        assert says["said"] in self.said.text_content()
        says["shown"](self.page)
        code = self.root.locator(".explore-python pre").text_content()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            printed = ran(code, {}, says["raises"], f"{self.name} of {self.state()}")
        assert says["printed"] is None or printed == says["printed"]
        self.well()

    def well(self):
        """Nothing that it says is no number, or nothing."""
        told = re.sub("“[^”]*”", "", self.root.inner_text())  # what was typed is told again
        assert not ILL.search(told), told

    def again(self):
        """The same address, loaded anew, shows the same."""
        fields = "all => all.map(each => each.type === 'checkbox' ? each.checked : each.value)"
        state = self.root.locator(":is(input, select):not(fieldset *)")  # not which of the points is chosen
        before = state.evaluate_all(fields)
        code = self.root.locator(".explore-python pre").text_content()
        query = self.query()
        self.page.goto("about:blank")
        self.open(query)
        assert state.evaluate_all(fields) == before
        if self.guesses.count():
            self.hand.press(self.root.locator(".explore-quiet"))
        assert self.root.locator(".explore-python pre").text_content() == code
        self.compare(self.says())
