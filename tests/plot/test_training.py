"""A line has the height and slope that were found, a loss its value at each step, and no name lies on another."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

import minitensor as mt
from minitensor import plot
from minitensor.plot.training import LINE

X, Y = mt.tensor([1.0, 4.0, 2.0]), mt.tensor([2.0, 3.5, 3.0])


def heights_of_texts(ax):
    """The places of names, in points from the foot of the figure, in rising order."""
    ax.figure.draw_without_rendering()
    points = 72 / ax.figure.dpi
    return sorted(ax.transData.transform(text.xy)[1] * points + text.xyann[1] for text in ax.texts)


def test_lines_are_drawn_as_found_over_their_points(backend):
    x, y = mt.tensor(X.tolist()), mt.tensor(Y.tolist())
    (ax,) = plot.fits(x, y, {"1 step": (0.5, 2.0), "exact": (1.5, 0.5)}, "a line").axes
    dots, first, last = ax.lines
    np.testing.assert_array_equal(dots.get_xydata(), np.stack([X.numpy(), Y.numpy()], 1))
    assert first.get_xydata().tolist() == [[0.0, 0.5], [4.0, 8.5]]
    assert last.get_xydata().tolist() == [[0.0, 1.5], [4.0, 3.5]]
    assert (first.get_linestyle(), last.get_linestyle()) == ("-", "--")
    assert sorted(text.get_text() for text in ax.texts) == ["1 step", "exact"]
    assert ax.get_title(loc="left") == "a line"


def test_later_lines_are_darker():
    lines = {str(i): (0.0, float(i)) for i in range(4)}
    (ax,) = plot.fits(X, Y, lines).axes
    *others, _ = ax.lines[1:]
    opaque = [int(line.get_color()[7:], 16) for line in others]
    assert opaque == sorted(opaque)
    assert len(set(opaque)) == 3


@examples(10)
@given(st.lists(st.floats(-3, 3), min_size=1, max_size=6, unique=True))
def test_no_name_lies_on_another(slopes):
    plot.close_all()  # those of the example before
    (ax,) = plot.fits(X, Y, {f"line {slope}": (1.0, slope) for slope in slopes}).axes
    places = heights_of_texts(ax)
    assert all(high - low > LINE - 1e-6 for low, high in pairwise(places))
    for text in ax.texts:
        assert text.xy[1] == pytest.approx(1.0 + 4.0 * float(text.get_text().removeprefix("line ")))
        assert text.xyann[1] >= 0


def test_a_loss_is_drawn_at_each_step_and_dashed_where_held_out(backend):
    curves = {
        "small": (mt.tensor([2.0, 1.0, 0.5]), mt.tensor([2.1, 1.2, 0.8])),
        "large": (mt.tensor([2.0, 4.0, 3.0]), mt.tensor([2.1, 4.5, 3.5])),
    }
    (ax,) = plot.losses(curves, (2.3, "guessing"), "losses").axes
    lines = [line for line in ax.lines if len(line.get_xdata()) == 3]
    for pair, (seen, unseen) in zip((lines[:2], lines[2:]), curves.values(), strict=True):
        for line, values, style in zip(pair, (seen, unseen), ("-", "--"), strict=True):
            assert line.get_xydata().tolist() == [[step, value] for step, value in enumerate(values.tolist())]
            assert line.get_linestyle() == style
        assert pair[0].get_color() == pair[1].get_color()
    assert lines[0].get_color() != lines[2].get_color()
    named = {text.get_text(): text.xy for text in ax.texts}
    assert named.pop("guessing")[1] == 2.3
    assert named == {
        "small, training": (2, 0.5),
        "small, held out": (2, 0.8),
        "large, training": (2, 3.0),
        "large, held out": (2, 3.5),
    }
    level = next(line for line in ax.lines if len(line.get_xdata()) == 2)
    assert level.get_xydata().tolist() == [[0, 2.3], [2, 2.3]]
    assert ax.get_yscale() == "log"


def test_the_ticks_of_a_loss_are_round_numbers():
    (ax,) = plot.losses({"": (mt.tensor([3.0, 0.04]), mt.tensor([3.0, 0.06]))}).axes
    ax.figure.draw_without_rendering()
    assert [label.get_text() for label in ax.get_yticklabels()] == ["0.05", "0.1", "0.2", "0.5", "1", "2"]


def test_a_pushed_picture_is_shown_on_one_scale_with_its_change_between(backend):
    before, after = mt.tensor([[0.0, 8.0], [16.0, 4.0]]), mt.tensor([[1.0, 8.0], [10.0, 4.0]])
    fig = plot.pushed(before, after, ("a 3", "an 8"))
    left, middle, right, _ = fig.axes
    shown = [ax.images[0] for ax in (left, middle, right)]
    for image, table in zip(shown, (before, after - before, after), strict=True):
        np.testing.assert_array_equal(image.get_array(), table.numpy())
    assert shown[0].get_clim() == shown[2].get_clim() == (0.0, 16.0)
    assert shown[1].get_clim() == (-6.0, 6.0)
    assert [ax.get_title() for ax in (left, middle, right)] == ["a 3", "the change: blue is more ink", "an 8"]
    more, less = shown[1].to_rgba(6.0), shown[1].to_rgba(-6.0)
    assert more[2] > more[0]
    assert less[0] > less[2]
