"""A figure drawn for a dark page: ink is light there, data stay as they are, and words can be read on both pages."""

from importlib.util import module_from_spec, spec_from_file_location
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("matplotlib", reason="pictures need matplotlib")

import matplotlib.pyplot as plt
from making.dark import DARK_PAGE, LIGHT_PAGE, PARTNERS, _Exchanging, contrast, pixels, readable
from matplotlib.collections import LineCollection
from matplotlib.colors import ListedColormap, to_rgb
from matplotlib.patches import Circle, Rectangle

from minitensor.plot import style

SPEC = spec_from_file_location("colours", Path(__file__).parents[1] / "plot" / "test_colours.py")
colours = module_from_spec(SPEC)
SPEC.loader.exec_module(colours)

RED = style.RED
SQUARES = np.array([[0.2, 0.2], [0.8, 0.8]])


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


def test_the_colours_of_a_dark_page_can_be_seen():
    for color in (style.INK, style.GREY, *style.COLORS):
        assert contrast(PARTNERS[color], DARK_PAGE) >= 4.5
    assert contrast(PARTNERS[style.PALE_BLUE], DARK_PAGE) >= 3


@pytest.mark.parametrize("vision", colours.VISIONS)
def test_the_colours_of_a_dark_page_can_be_told_apart(vision):
    assert colours.least_distance([PARTNERS[color] for color in style.COLORS], vision) > colours.LEAST
    assert colours.least_distance([PARTNERS[color] for color in (style.INK, style.GREY, style.LIGHT)], vision) > 10
    for color in (style.BLUE, style.RED, style.ORANGE):
        assert colours.least_distance([PARTNERS[color], PARTNERS[style.PALE_BLUE], DARK_PAGE], vision) > colours.LEAST


def test_the_contrast_is_that_of_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # the well-known grey that just fails
    assert contrast("#ffffff", "#ffffff") == 1


ARTISTS = {
    "line": lambda ax: ax.plot([0, 1], [0.5, 0.5], color=RED, linewidth=20),
    "markers": lambda ax: ax.plot([0.5], [0.5], "o", color=RED, markersize=40),
    "scatter": lambda ax: ax.scatter([0.3, 0.7], [0.5, 0.5], s=900, c=[RED, RED], linewidths=0),
    "edges of a scatter": lambda ax: ax.scatter([0.5], [0.5], s=900, c="white", edgecolors=RED, linewidths=12),
    "scatter by number": lambda ax: ax.scatter([0.3, 0.7], [0.5] * 2, s=900, c=[0, 1], cmap=ListedColormap([RED, RED])),
    "patch": lambda ax: ax.add_patch(Rectangle((0.2, 0.2), 0.6, 0.6, color=RED)),
    "edge of a patch": lambda ax: ax.add_patch(Circle((0.5, 0.5), 0.3, fill=False, edgecolor=RED, linewidth=15)),
    "hatch": lambda ax: ax.add_patch(Rectangle((0, 0), 1, 1, facecolor="white", edgecolor=RED, hatch="O")),
    "bar": lambda ax: ax.bar([0.5], [0.8], color=RED, width=0.5),
    "error bar": lambda ax: ax.errorbar([0.5], [0.5], [0.3], color=RED, elinewidth=20),
    "fill": lambda ax: ax.fill_between([0, 1], 0.2, 0.8, color=RED),
    "lines": lambda ax: ax.add_collection(LineCollection([SQUARES], colors=RED, linewidths=20)),
    "words": lambda ax: ax.text(0.5, 0.5, "■", color=RED, fontsize=60, ha="center", va="center"),
    "formula": lambda ax: ax.text(0.5, 0.5, r"$\blacksquare$", color=RED, fontsize=60, ha="center", va="center"),
    "box behind words": lambda ax: ax.text(0.3, 0.5, "words", fontsize=30, bbox={"facecolor": RED, "pad": 20}),
    "annotation": lambda ax: ax.annotate("", (1, 0.5), (0, 0.5), arrowprops={"color": RED, "width": 20}),
    "arrows": lambda ax: ax.quiver([0.1], [0.5], [0.8], [0], color=RED, width=0.2, scale=1, units="width"),
    "contour": lambda ax: ax.contour([[0, 1], [0, 1]], levels=[0.5], colors=RED, linewidths=20),
    "filled contour": lambda ax: ax.contourf([[0, 1], [0, 1]], colors=[RED, RED], levels=[0, 0.5, 1]),
    "mesh": lambda ax: ax.pcolormesh([[0.0, 1.0], [1.0, 0.0]], cmap=ListedColormap([RED, RED])),
    "triangles": lambda ax: ax.tripcolor([0, 1, 0], [0, 0, 1], [1] * 3, cmap=ListedColormap([RED]), shading="gouraud"),
    "shaded cells": lambda ax: ax.imshow(np.eye(2), cmap=ListedColormap([RED, "white"]), interpolation="nearest"),
    "table": lambda ax: ax.table(cellText=[["a"]], cellColours=[[RED]], loc="center", bbox=(0, 0, 1, 1)),
    "legend": lambda ax: ax.legend(handles=[Rectangle((0, 0), 1, 1, color=RED, label="x")], fontsize=40),
    "spine": lambda ax: (ax.set_axis_on(), ax.spines["left"].set(color=RED, linewidth=20)),
    "tick": lambda ax: (ax.set_axis_on(), ax.tick_params(color=RED, length=20, width=20)),
    "title": lambda ax: ax.set_title("■", color=RED, fontsize=60, y=0.3),
    "grid": lambda ax: (ax.set_axis_on(), ax.grid(color=RED, linewidth=20)),
}  # fmt: skip


def drawn(draw):
    fig, ax = plt.subplots(figsize=(2, 2))
    ax.set_axis_off()
    draw(ax)
    return fig


def has(table, color):
    return bool((table == np.round(255 * np.array(to_rgb(color)))).all(2).any())


@pytest.mark.parametrize("kind", ARTISTS)
def test_every_artist_is_turned(kind):
    fig = drawn(ARTISTS[kind])
    before, dark, after = pixels(fig, 80), pixels(fig, 80, dark=True), pixels(fig, 80)
    assert before.shape == dark.shape == (160, 160, 3)
    assert has(before, RED)
    assert not has(before, PARTNERS[RED])
    assert has(dark, PARTNERS[RED])
    assert not has(dark, RED)
    assert not has(dark, LIGHT_PAGE)
    assert has(dark, DARK_PAGE)
    assert (before == after).all()  # the figure itself was not changed


DATA = {
    "digits": lambda ax: ax.imshow(np.eye(2), cmap="Greys"),
    "a photograph": lambda ax: ax.imshow(np.full((2, 2, 3), [1.0, 0.0, 0.5]) * np.eye(2)[:, :, None]),
    "what is marked": lambda ax: ax.add_patch(style.as_data(Rectangle((0, 0), 1, 1, facecolor="black"))),
}


@pytest.mark.parametrize("kind", DATA)
def test_data_stay_as_they_are(kind):
    fig = drawn(DATA[kind])
    light, dark = pixels(fig, 80), pixels(fig, 80, dark=True)
    assert has(light, "black")
    assert has(dark, "black")
    inside = (slice(60, 100), slice(60, 100))
    assert (light[inside] == dark[inside]).all()
    assert not (light[0, 0] == dark[0, 0]).all()


def test_a_colour_bar_goes_with_its_picture():
    for cmap, stays in (("Greys", True), ("Blues", False)):
        fig, ax = plt.subplots(figsize=(2, 2))
        bar = fig.colorbar(ax.imshow(np.eye(2), cmap=cmap), ax=ax)
        light, dark = pixels(fig, 80), pixels(fig, 80, dark=True)
        box = bar.ax.get_position()
        row, column = int(160 * (1 - box.y0 - box.height / 2)), int(160 * (box.x0 + box.width / 2))
        assert (light[row, column] == dark[row, column]).all() == stays


def test_a_table_of_colours_is_looked_up_one_by_one():
    renderer = _Exchanging(10, 10, 100, dark=True)
    found = renderer.table([[*to_rgb(RED), 0.5], [1, 1, 1, 1]])
    assert found[0] == pytest.approx((*to_rgb(PARTNERS[RED]), 0.5))
    assert found[1] == pytest.approx((*to_rgb(DARK_PAGE), 1))
    renderer.is_data = True
    assert renderer.table([[1, 1, 1, 1]]).tolist() == [[1, 1, 1, 1]]


def test_words_are_readable_on_both_pages():
    for page, dark in ((LIGHT_PAGE, False), (DARK_PAGE, True)):
        renderer = _Exchanging(10, 10, 100, dark)
        for color in (style.INK, style.GREY, *style.COLORS):
            assert contrast(renderer.exchanged(to_rgb(color), words=True), page) >= 4.5
        # pale by letting the page through
        *rgb, alpha = renderer.exchanged((*to_rgb(style.BLUE), 0.5), words=True)
        assert alpha == 1
        assert contrast(rgb, page) >= 4.5
        for one, other in combinations(style.COLORS, 2):
            assert renderer.exchanged(to_rgb(one), True) != renderer.exchanged(to_rgb(other), True)
    assert contrast(style.ORANGE, LIGHT_PAGE) < 3  # as a line it is seen, as a word it is hard to read
    assert contrast(readable(to_rgb(style.ORANGE), LIGHT_PAGE), LIGHT_PAGE) >= 4.5


def test_words_on_something_dark_stay_white():
    renderer = _Exchanging(10, 10, 100, dark=False)
    assert renderer.exchanged((1.0, 1.0, 1.0), words=True) == (1, 1, 1)
    assert renderer.exchanged(to_rgb(style.LIGHT), words=True) == pytest.approx(
        to_rgb(style.LIGHT)
    )  # meant to be faint


def test_lightness_is_turned_round():
    renderer = _Exchanging(10, 10, 100, dark=True)
    greys = [contrast(renderer.exchanged((grey,) * 3), DARK_PAGE) for grey in np.linspace(0, 0.99, 20)]
    assert greys == sorted(greys, reverse=True)
    assert greys[0] > 14
    assert greys[-1] < 1.2
    red, green, blue = renderer.exchanged((0.9, 0.5, 0.5))
    assert red > green
    assert red > blue
    assert red < 0.8
