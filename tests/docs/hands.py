"""Two ways to operate a page: by mouse, and by keyboard alone."""

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
