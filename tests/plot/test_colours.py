"""Colours that mean different things look different, also to those who see red and green, or blue and yellow, alike."""

from itertools import combinations

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from minitensor.plot import style

LEAST = 17.0  # ΔE, the distance in L*a*b*: that of the nearest two of matplotlib's petroff10
# What is left of linear red, green and blue: Machado, Oliveira and Fernandes, "A Physiologically-based Model for
# Simulation of Color Vision Deficiency", IEEE Transactions on Visualization and Computer Graphics 15 (2009).
VISIONS = {
    "all colours": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
TO_XYZ = [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
WHITE = [0.95047, 1.0, 1.08883]  # D65


def lab(color, vision="all colours"):
    """L*, a* and b* of a colour as someone sees it."""
    rgb = np.array(to_rgb(color))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    x, y, z = TO_XYZ @ np.clip(VISIONS[vision] @ linear, 0, 1) / WHITE
    x, y, z = (np.cbrt(each) if each > 216 / 24389 else (24389 / 27 * each + 16) / 116 for each in (x, y, z))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def least_distance(colors, vision):
    return min(np.linalg.norm(lab(a, vision) - lab(b, vision)) for a, b in combinations(colors, 2))


@pytest.mark.parametrize("vision", VISIONS)
def test_the_colours_can_be_told_apart(vision):
    assert least_distance(style.COLORS, vision) > LEAST
    assert least_distance([style.INK, style.GREY, style.LIGHT, "white"], vision) > 10
    for color in (style.BLUE, style.RED, style.ORANGE):
        assert least_distance([color, style.PALE_BLUE, "white"], vision) > LEAST


def test_the_distance_is_that_of_the_published_colours():
    # CIE L*a*b* of the sRGB primaries, B. Lindbloom's calculator at D65; petroff10's nearest two are both grey.
    assert lab("#ff0000") == pytest.approx([53.24, 80.09, 67.20], abs=0.05)
    assert lab("#0000ff") == pytest.approx([32.30, 79.19, -107.86], abs=0.05)
    assert least_distance(["#94a4a2", "#717581"], "deuteranopia") == pytest.approx(17.6, abs=0.1)


def test_colours_that_look_alike_are_seen_to_be():
    assert least_distance(["#3a923a", "#c03d3e"], "deuteranopia") < 4  # a green and a red
    assert least_distance(["#3b6fb6", "#8d6ab8"], "protanopia") < 4  # a blue and a purple
    assert least_distance(["#3a923a", "#c03d3e"], "all colours") > 50
