"""Dots stand where FLOPs a byte and FLOP/s say, under the roof that was measured."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.text import Text
from pictures import CLIMB, words

from minitensor import plot
from minitensor.errors import InputError
from minitensor.ladder import Ceilings, Row, Work, roof
from minitensor.plot.rooflines import APART, spread

UNDER = Ceilings(10e9, 100e9, 1e9, "numpy", "float32", 2, "a machine")
ROWS = (
    Row("loops", "", 0.0, note="skipped: about 9 s, limit 5 s"),
    Row("rows", "", 0.0, 1.0, gflops=0.02, fraction=0.001),
    Row("same", "", 0.0, 1.0, gflops=0.02, fraction=0.001),
    Row("blas", "", 0.0, 1.0, gflops=15.0, fraction=0.75),
)
MEMORY = CLIMB._replace(title="few FLOPs", rows=ROWS, work=Work(2e9, 1e9), ceilings=UNDER)
EXP = CLIMB._replace(title="exponentials", rows=ROWS[3:], work=Work(50e9, 1e9, 2e9), ceilings=UNDER)


def dots(ax):
    """The dots of each job by its label."""
    return {line.get_label(): line.get_xydata() for line in ax.lines if line.get_marker() == "o"}


def test_a_rung_is_a_dot_under_the_roof():
    (ax,) = plot.roofline(MEMORY).axes
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    x, y = ax.lines[0].get_data()
    np.testing.assert_allclose(y, np.minimum(100, 10 * np.asarray(x)))
    assert x[1] == 10
    ((label, places),) = dots(ax).items()
    assert label == "doubling: few FLOPs, 2 FLOPs a byte"
    np.testing.assert_allclose(places, [[2, 0.02], [2, 0.02], [2, 15]])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [label]


def test_the_words_say_what_was_measured():
    fig = plot.roofline(MEMORY)
    for part in ("memory: 10 GB/s", "arithmetic: 100 GFLOP/s", "rows 0.10%", "same 0.10%", "blas 75%"):
        assert part in words(fig)
    assert "loops" not in words(fig)
    assert "exp" not in words(fig)
    (ax,) = fig.axes
    assert ax.get_title(loc="left") == "float32 on 2 threads: GFLOP/s, and how much of the roof that is"
    assert "(a machine)" in ax.get_xlabel()


def test_a_job_of_exponentials_has_a_roof_of_its_own():
    fig = plot.roofline(MEMORY, EXP)
    (ax,) = fig.axes
    bar = ax.lines[2]
    np.testing.assert_allclose(bar.get_ydata(), [25, 25])
    assert bar.get_xdata()[0] < 50 < bar.get_xdata()[1]
    assert "exp: 1 G exp/s" in words(fig)
    assert len(dots(ax)) == 2
    assert len({line.get_color() for line in ax.lines if line.get_marker() == "o"}) == 2


def test_the_words_of_the_first_job_go_to_its_left_where_the_next_is_close():
    near = EXP._replace(work=Work(6e9, 1e9, 2e9))
    (alone,), (far,), (ax,) = (plot.roofline(*jobs).axes for jobs in ([MEMORY], [EXP, MEMORY], [near, MEMORY]))
    for each in (alone, far):
        assert {text.get_ha() for text in each.texts if "%" in text.get_text()} == {"left"}
    assert [text.get_ha() for text in ax.texts if "%" in text.get_text()] == ["right"] * 3 + ["left"]


def test_words_of_equal_rungs_do_not_overlap():
    fig = plot.roofline(MEMORY, EXP)
    fig.draw_without_rendering()
    boxes = [Text.get_window_extent(text) for text in fig.axes[0].texts]
    assert not [(a, b) for a, b in itertools.combinations(boxes, 2) if a.overlaps(b)]


@pytest.mark.parametrize("work", [Work(2e9, 1e9), Work(50e9, 1e9), Work(1000e9, 1e9), Work(50e9, 1e9, 2e9)])
@pytest.mark.parametrize("fraction", [0.97, 1.2, 1.33])
def test_words_near_the_roof_do_not_run_into_its_name(work, fraction):
    top = roof(work, UNDER) / 1e9
    rows = tuple(Row(name, "", 0.0, 1.0, gflops=fraction * top, fraction=fraction) for name in ("einsum", "blas"))
    fig = plot.roofline(MEMORY._replace(rows=rows, work=work))
    fig.draw_without_rendering()
    (ax,) = fig.axes
    boxes = [Text.get_window_extent(text) for text in ax.texts]
    assert not [(a, b) for a, b in itertools.combinations(boxes, 2) if a.overlaps(b)]
    line = ax.transData.transform(ax.lines[0].get_xydata())
    for text in ax.texts:
        box = Text.get_window_extent(text)  # without the line that leads to the dot
        roofs = np.interp([box.x0, box.x1], *line.T)
        assert (box.y1 < roofs[0] + 1) or (box.y0 > roofs[1] - 1), text


def test_each_set_of_ceilings_has_its_own_picture():
    fig = plot.roofline(MEMORY, EXP._replace(ceilings=UNDER._replace(dtype="float64", threads=1)), CLIMB)
    assert [ax.get_title(loc="left").partition(":")[0] for ax in fig.axes] == [
        "float32 on 2 threads",
        "float64 on 1 thread",
    ]


def test_a_climb_of_skipped_rungs_is_still_a_picture(tmp_path):
    nothing = MEMORY._replace(rows=ROWS[:1])
    assert plot.save(plot.roofline(nothing), tmp_path / "a.png").stat().st_size > 1_000


@pytest.mark.parametrize("climbs", [(), (CLIMB,)])
def test_without_ceilings_there_is_nothing_to_draw(climbs):
    with pytest.raises(InputError, match="there is no roof to draw: none of these ladders says what its job must move"):
        plot.roofline(*climbs)


@given(st.lists(st.floats(0, 1), max_size=12).map(sorted))
def test_words_are_spread_in_order_and_far_enough_apart(places):
    out = spread(places, APART)
    assert len(out) == len(places)
    assert all(b - a >= APART - 1e-9 for a, b in itertools.pairwise(out))
    assert sum(out) == pytest.approx(sum(places))
    if all(b - a >= APART for a, b in itertools.pairwise(places)):
        assert out == pytest.approx(places)
