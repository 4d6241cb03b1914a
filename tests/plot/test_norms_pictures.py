"""A ball is where the p-norm is 1, and a line of `reaction` is what it was given."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_hex
from matplotlib.text import Annotation
from strategies import examples

import minitensor as mt
from minitensor import plot

POWERS = [1, 1.5, 2, 4, math.inf]


def length(points, p):
    """The p-norm of each point, from its definition."""
    size = np.abs(points)
    return size.max(1) if p == math.inf else (size**p).sum(1) ** (1 / p)


def balls(fig):
    return [line for line in fig.axes[0].lines if len(line.get_xydata()) > 100]


def test_on_a_ball_the_norm_is_1(backend):
    lines = balls(plot.unit_balls(POWERS))
    for line, p in zip(lines, POWERS, strict=True):
        points = line.get_xydata()
        np.testing.assert_allclose(length(points, p), 1, rtol=1e-12)
        angles = np.unwrap(np.arctan2(points[:, 1], points[:, 0]))
        assert angles[-1] - angles[0] == pytest.approx(2 * math.pi), "a ball goes all the way round"
        assert np.diff(angles).max() < 0.02
    assert len({line.get_color() for line in lines}) == len(POWERS)


@examples(8)
@given(st.lists(st.floats(1, 40), min_size=1, max_size=8))
def test_on_any_balls_the_norm_is_1(powers):
    plot.close_all()  # those of the example before
    for line, p in zip(balls(plot.unit_balls(powers)), powers, strict=True):
        np.testing.assert_allclose(length(line.get_xydata(), p), 1, rtol=1e-12)


def test_a_ball_is_named_where_it_lies():
    fig = plot.unit_balls(POWERS)
    (ax,) = fig.axes
    assert [text.get_text() for text in ax.texts] == ["p = 1", "p = 1.5", "p = 2", "p = 4", "p = ∞"]
    for text, line, p in zip(ax.texts, balls(fig), POWERS, strict=True):
        assert length(np.array([text.get_position()]), p) == pytest.approx(1)
        assert to_hex(text.get_color()) == line.get_color()


def test_no_ball_is_cut_off_or_bent():
    (ax,) = plot.unit_balls(POWERS).axes
    for low, high in (ax.get_xlim(), ax.get_ylim()):
        assert low < -1
        assert high > 1
    assert ax.get_aspect() == 1


def test_marked_points_are_drawn_named_and_joined_to_the_middle():
    (ax,) = plot.unit_balls([2], marked=[(0.6, -0.8), (1, 0)]).axes
    drawn = [line.get_xydata().tolist() for line in ax.lines]
    for x, y in ((0.6, -0.8), (1, 0)):
        assert [[0, 0], [x, y]] in drawn
        assert [[x, y]] in drawn
    notes = {text.get_text(): text.xy for text in ax.texts if isinstance(text, Annotation)}
    assert notes == {"(0.6, -0.8)": (0.6, -0.8), "(1, 0)": (1, 0)}


SIZES = [1.0, 2.0, 8.0, 64.0]
MEASURES = {"MSE": [0.9, 1.5, 20.0, 1234.5], "MAE": [1.1, 1.25, 2.5, 7.125]}


def tensors(measures):
    return {name: mt.tensor(values) for name, values in measures.items()}


def test_a_measure_is_drawn_as_given_and_named_at_its_end(backend):
    fig = plot.reaction(mt.tensor(SIZES), tensors(MEASURES), "size of the error", "growth", "one pixel")
    (ax,) = fig.axes
    for line, note, (name, values) in zip(ax.lines, ax.texts, MEASURES.items(), strict=True):
        np.testing.assert_array_equal(line.get_xydata(), np.stack([SIZES, values], 1))
        assert note.xy == (SIZES[-1], values[-1])
        assert note.get_text().startswith(f"{name} ×")
        assert note.get_color() == line.get_color()
    assert [note.get_text() for note in ax.texts] == ["MSE ×1.23e+03", "MAE ×7.12"]
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_title(loc="left")) == ("size of the error", "growth", "one pixel")


def test_equal_steps_are_equal_factors():
    fig = plot.reaction(mt.tensor(SIZES), tensors(MEASURES), "", "")
    (ax,) = fig.axes
    fig.draw_without_rendering()
    x, y = ax.transData.transform(np.stack([SIZES, SIZES], 1)).T
    np.testing.assert_allclose(np.diff(x) / np.log([2, 4, 8]), (x[1] - x[0]) / math.log(2))
    np.testing.assert_allclose(np.diff(y) / np.log([2, 4, 8]), (y[1] - y[0]) / math.log(2))
    assert [label.get_text() for label in ax.get_xticklabels()] == ["1", "2", "8", "64"]
    ticks = zip(ax.get_yticks(), ax.get_yticklabels(), strict=True)
    assert {tick: label.get_text() for tick, label in ticks} == {
        tick: f"×{tick}" for tick in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
    }


def test_no_measure_is_left_out_however_many_there_are():
    many = {f"measure {i}": [1.0, 2.0 + i, 3.0 + i, 4.0 + i] for i in range(8)}
    (ax,) = plot.reaction(mt.tensor(SIZES), tensors(many), "", "").axes
    assert [line.get_ydata().tolist() for line in ax.lines] == list(many.values())
