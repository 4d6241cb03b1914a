"""Posts stand at the FLOPs a byte of each step, and end at the roof."""

import itertools
import math

import numpy as np
import pytest
from matplotlib.text import Text
from pictures import words

from minitensor import plot
from minitensor.errors import InputError
from minitensor.ladder import Ceilings, Work

UNDER = Ceilings(10e9, 100e9, math.inf, machine="a machine")
STEPS = {"slow": Work(1e9, 4e9), "better": Work(2e9, 1e9), "best": Work(50e9, 1e9)}


def test_a_post_reaches_from_the_ground_to_the_roof():
    (ax,) = plot.intensities(STEPS, UNDER).axes
    posts = [line.get_xydata() for line in ax.lines if line.get_linestyle() == "--"]
    ends = [line.get_xydata() for line in ax.lines if line.get_marker() == "o"]
    assert len(posts) == len(ends) == 3
    for post, end, (x, top) in zip(posts, ends, [(0.25, 2.5), (2, 20), (50, 100)], strict=True):
        np.testing.assert_allclose(post[:, 0], x)
        np.testing.assert_allclose(post[1], (x, top))
        np.testing.assert_allclose(end, [(x, top)])
        assert post[0, 1] == ax.get_ylim()[0]


def test_the_words_say_what_the_roof_allows_and_that_nothing_was_timed():
    fig = plot.intensities(STEPS, UNDER)
    for part in ("slow\n0.25 FLOPs a byte:\nat most 2.5%", "at most 20%", "at most 100%", "memory: 10 GB/s"):
        assert part in words(fig)
    (ax,) = fig.axes
    assert "not timed" in ax.get_title(loc="left")
    assert "(a machine)" in ax.get_xlabel()


def test_words_do_not_overlap():
    fig = plot.intensities(STEPS, UNDER)
    fig.draw_without_rendering()
    boxes = [Text.get_window_extent(text) for text in fig.axes[0].texts]
    assert not [(a, b) for a, b in itertools.combinations(boxes, 2) if a.overlaps(b)]


@pytest.mark.parametrize("steps", [{}, {"nothing": Work(1.0, 0.0)}])
def test_a_step_that_moves_nothing_has_no_place(steps):
    with pytest.raises(InputError, match="bytes that each of them moves"):
        plot.intensities(steps, UNDER)
