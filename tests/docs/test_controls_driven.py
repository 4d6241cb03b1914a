"""What all pages have to operate, in a real browser: menus, search, colours, copy buttons, the film player."""

import pytest
from built import Server, Watched, pages, site

pytest.importorskip("sphinx", reason="what the pages are made by is made for Sphinx")
from docs.driving import HANDS, Keyboard

COLOUR = "getComputedStyle(document.body).backgroundColor"


@pytest.fixture
def opened(browser, served):
    """Opens a page of the site, and looks at the end whether it had a fault."""
    watched = []

    def open_(name, width=1280, **options):
        options = {"viewport": {"width": width, "height": 900}, "reduced_motion": "reduce"} | options
        watched.append(Watched(browser, **options))
        watched[-1].page.goto(f"{served.address}/{name}")
        return watched[-1].page

    yield open_
    for each in watched:
        each.context.close()
    assert [each.faults for each in watched if each.faults] == []


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_the_menu_of_a_phone_by_keyboard(opened, key):
    page = opened("index.html", 390)
    hand, drawer = Keyboard(page), page.locator(".sidebar-drawer")
    link = drawer.get_by_role("link", name="Glossary")
    with pytest.raises(AssertionError, match="does not reach"):
        hand.to(drawer.locator("a").nth(2), most=60)  # shut, it holds nobody up
    hand.to(page.locator("#__navigation"))
    page.keyboard.press(key)
    page.wait_for_function("document.querySelector('.sidebar-drawer').getBoundingClientRect().left === 0")
    page.keyboard.press("Escape")
    page.wait_for_function("document.querySelector('.sidebar-drawer').getBoundingClientRect().right <= 0")
    page.keyboard.press(key)
    hand.press(link)
    page.wait_for_url("**/glossary.html")


def test_a_branch_of_the_menu_opens_by_keyboard(opened):
    page = opened("index.html")
    branch = page.locator(".toctree-checkbox").first
    leaf = branch.locator("xpath=following-sibling::ul//a").first
    assert not leaf.is_visible()
    Keyboard(page).to(branch)
    page.keyboard.press("Enter")
    assert leaf.is_visible()


def test_the_contents_of_a_page_by_keyboard(opened):
    page = opened("manual.html", 820)
    Keyboard(page).to(page.locator("#__toc"))
    page.keyboard.press("Enter")
    Keyboard(page).press(page.locator(".toc-drawer a").nth(1))
    page.wait_for_function("location.hash.length > 1")


@pytest.mark.parametrize("hand", HANDS)
def test_the_search_finds_broadcasting(opened, hand):
    page = opened("index.html")
    HANDS[hand](page).write(page.locator(".sidebar-search"), "broadcasting")
    page.keyboard.press("Enter")
    found = page.locator("ul.search li a")
    page.locator("ul.search li a[href*='03_broadcasting']").first.wait_for()
    HANDS[hand](page).press(found.first)
    page.wait_for_url(lambda url: "search.html" not in url)
    assert "broadcast" in page.locator("article").inner_text().lower()


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("hand", HANDS)
def test_colours_are_switched_and_stay(opened, hand, width):
    page = opened("index.html", width, color_scheme="light")
    switch, seen = page.locator(".theme-toggle:visible"), set()
    for _ in range(3):
        HANDS[hand](page).press(switch)
        seen.add((page.evaluate("document.body.dataset.theme"), page.evaluate(COLOUR)))
    assert {theme for theme, _ in seen} == {"auto", "light", "dark"}
    assert len({colour for _, colour in seen}) == 2
    while page.evaluate("document.body.dataset.theme") != "dark":
        switch.click()
    dark = page.evaluate(COLOUR)
    page.goto(page.url.replace("index", "glossary"))
    assert page.evaluate(COLOUR) == dark


@pytest.mark.parametrize("hand", HANDS)
@pytest.mark.parametrize("name", ["index.html", "lessons/03_broadcasting.html", "explore/memory.html"])
def test_code_is_copied(opened, name, hand):
    page = opened(name, permissions=["clipboard-read", "clipboard-write"])
    explorer = name.startswith("explore")
    block = page.locator(".explore-python" if explorer else "div.highlight:has(> button.copybtn)").first
    block.hover() if hand == "mouse" else None
    HANDS[hand](page).press(block.get_by_role("button"))
    page.wait_for_function("async () => (await navigator.clipboard.readText()).length > 0")
    copied, shown = page.evaluate("navigator.clipboard.readText()"), block.locator("pre").inner_text()
    assert [line for line in copied.split("\n") if line.strip()] == [
        line.removeprefix(">>> ").removeprefix("$ ") for line in shown.split("\n") if line.strip()
    ]


def films():
    """A page of the built site that has a film, or a skip."""
    folder = site()
    for name in pages(folder):
        if name.startswith("lessons/") and 'class="film' in (folder / name).read_text(encoding="utf-8"):
            return name
    pytest.skip("no lesson with an animation was executed when the site was built")


def test_a_film_by_keyboard(opened):
    page = opened(films())
    film = page.locator(".film").first
    hand, slider, play = Keyboard(page), film.get_by_role("slider"), film.locator(".film-play")
    film.scroll_into_view_if_needed()
    shown = film.locator(".film-frame:visible").first
    place = "each => each.style.backgroundPosition"
    assert slider.input_value() == "1"
    assert play.get_attribute("aria-label") == "Play"  # with reduced motion it waits
    hand.press(play)
    assert play.get_attribute("aria-label") == "Pause"
    page.wait_for_function("document.querySelector('.film-slider').value > 1")
    page.keyboard.press("Space")
    assert play.get_attribute("aria-label") == "Play"
    hand.to(slider)
    page.keyboard.press("Home")
    first = shown.evaluate(place)
    page.keyboard.press("ArrowRight")
    assert slider.input_value() == "2"
    assert shown.evaluate(place) != first
    hand.press(film.locator(".film-forward"))
    assert slider.input_value() == "3"
    hand.press(film.locator(".film-back"))
    assert slider.input_value() == "2"
    hand.to(slider)
    page.keyboard.press("End")
    assert slider.input_value() == slider.get_attribute("max")
    page.keyboard.press("ArrowRight")
    assert slider.input_value() == "1"  # and round
    box = slider.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert abs(int(slider.input_value()) / int(slider.get_attribute("max")) - 0.5) < 0.2


def test_a_film_that_does_not_step_is_found(opened):
    def broken(route):
        route.fulfill(body=route.fetch().text().replace("frame + by", "frame"), content_type="text/javascript")

    page = opened(films())
    page.route("**/film.js*", broken)
    page.reload()
    slider = page.locator(".film").first.get_by_role("slider")
    Keyboard(page).to(slider)
    page.keyboard.press("ArrowRight")
    assert slider.input_value() == "1"


def test_a_film_plays_by_itself_but_with_reduced_motion(opened):
    name = films()
    for motion, label in (("no-preference", "Pause"), ("reduce", "Play")):
        page = opened(name, reduced_motion=motion)
        film = page.locator(".film").first
        film.scroll_into_view_if_needed()
        film.locator(".film-frame").first.wait_for(state="attached")
        assert film.locator(".film-play").get_attribute("aria-label") == label
    page = opened(name, reduced_motion="no-preference")
    page.locator(".film").first.scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('.film-slider').value > 1")


def test_what_the_keyboard_does_not_reach_is_found(browser, tmp_path):
    (tmp_path / "a.html").write_text('<a href="#">a</a><p onclick="0">b</p><button style="outline: none">c</button>')
    with Server(tmp_path) as server, Watched(browser) as watched:
        watched.page.goto(f"{server.address}/a.html")
        Keyboard(watched.page).to(watched.page.locator("button"))
        with pytest.raises(AssertionError, match="does not reach"):
            Keyboard(watched.page).to(watched.page.locator("p"), most=10)
