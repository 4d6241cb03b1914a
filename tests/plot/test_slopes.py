"""A secant goes through two points of its curve, and an error is drawn where it was measured."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

import minitensor as mt
from minitensor import plot


def cube(x):
    return x**3 - 2 * x


def secants_of(fig):
    """The lines of two points."""
    return [line for line in fig.axes[0].lines if len(line.get_xdata()) == 2]


@examples(10)
@given(st.floats(-2, 2), st.lists(st.sampled_from([-1.5, -0.5, 0.25, 0.5, 1.0]), min_size=1, max_size=4, unique=True))
def test_a_secant_goes_through_both_of_its_points(at, steps):
    plot.close_all()  # those of the example before
    *lines, limit = secants_of(plot.secants(cube, at, steps, slope=3 * at**2 - 2))
    assert len(lines) == len(steps)
    for line, step in zip(lines, steps, strict=True):
        (x0, x1), (y0, y1) = line.get_data()
        slope = (cube(at + step) - cube(at)) / step
        assert (y1 - y0) / (x1 - x0) == pytest.approx(slope)
        assert y0 + slope * (at - x0) == pytest.approx(cube(at))
    (x0, x1), (y0, y1) = limit.get_data()
    assert (y1 - y0) / (x1 - x0) == pytest.approx(3 * at**2 - 2)


def test_the_curve_the_points_and_the_slopes_are_there(backend):
    fig = plot.secants(cube, 1.0, (1.0, 0.5), slope=1.0, xlabel="s", ylabel="m")
    (ax,) = fig.axes
    curve = max(ax.lines, key=lambda line: len(line.get_xdata()))
    x, y = curve.get_data()
    np.testing.assert_allclose(y, cube(x))
    dots = [line.get_xydata()[0].tolist() for line in ax.lines if len(line.get_xdata()) == 1]
    assert dots == [[2.0, cube(2.0)], [1.5, cube(1.5)], [1.0, cube(1.0)]]
    assert [text.get_text() for text in ax.texts] == [
        "step 1: slope 5", "step 0.5: slope 2.75", "the limit: slope 1"
    ]  # fmt: skip
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("s", "m")


STEPS = mt.tensor([1e-4, 1e-2, 1.0])
MEASURED = {"ahead": (STEPS, mt.tensor([0.3, 0.0, 0.5])), "both": (STEPS, mt.tensor([0.02, 1e-3, 0.25]))}
PREDICTED = {"ahead": (STEPS, mt.tensor([0.5, 0.01, 0.6])), "both": (STEPS, mt.tensor([2.0, 2e-3, 0.3]))}


def test_errors_are_dots_and_predictions_lines_in_one_colour():
    (ax,) = plot.step_errors(MEASURED, PREDICTED, "the V").axes
    dots, lines = ax.lines[::2], ax.lines[1::2]
    assert dots[0].get_xydata().tolist() == [[1e-4, 0.3], [1.0, 0.5]], "an error of 0 has no logarithm"
    assert dots[1].get_ydata().tolist() == [0.02, 1e-3, 0.25]
    assert lines[0].get_ydata().tolist() == [0.5, 0.01, 0.6]
    assert lines[1].get_xydata().tolist() == [[1e-2, 2e-3], [1.0, 0.3]], "an error above 1 is no prediction"
    for dot, line in zip(dots, lines, strict=True):
        assert dot.get_color() == line.get_color()
        assert dot.get_linestyle() == "None"
    assert lines[0].get_color() != lines[1].get_color()
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["ahead", "both"]
    assert (ax.get_xscale(), ax.get_yscale(), ax.get_title(loc="left")) == ("log", "log", "the V")
