"""Bars are as long as the times, and the words at their ends say the same."""

import numpy as np
import pytest
from pictures import CENTERS, CLIMB, LABELS, POINTS, colors_of, words

from minitensor import plot
from minitensor.ladder import Row


def test_a_climb_is_drawn_bar_by_bar():
    fig = plot.climbs(CLIMB, CLIMB)
    first, second = fig.axes
    for ax in (first, second):
        ends = [bar.get_x() + bar.get_width() for bar in ax.patches]
        np.testing.assert_allclose(ends, [2e-3, 2e-3, 1e-5, 4e-3])
        assert [label.get_text() for label in ax.get_yticklabels()] == ["loops", "rows", "same", "blas", "worse"]
    for part in (
        "skipped: about 9 s",
        "2 ms  no faster than rows  (uneven: 100 µs at best)",
        "10 µs  200 times faster than rows",
        "4 ms  2 times slower than rows",
    ):
        assert part in words(fig)


def test_a_climb_of_skipped_rungs_is_still_a_picture(tmp_path):
    nothing = CLIMB._replace(rows=CLIMB.rows[:1])
    assert plot.save(plot.climbs(nothing), tmp_path / "a.png").stat().st_size > 1_000


def test_each_bar_stands_at_its_rung_with_its_own_words():
    (ax,) = plot.climbs(CLIMB).axes
    assert [bar.get_y() + bar.get_height() / 2 for bar in ax.patches] == pytest.approx([1, 2, 3, 4])
    said = {text.get_position()[1]: text.get_text() for text in ax.texts}
    assert [said[place].partition("  ")[0] for place in range(5)] == [
        CLIMB.rows[0].note,
        "2 ms",
        "2 ms",
        "10 µs",
        "4 ms",
    ]
    low, high = ax.get_ylim()
    assert low > high, "the first rung stands on top"


def test_the_fastest_bar_alone_is_blue():
    (ax,) = plot.climbs(CLIMB).axes
    colors = [bar.get_facecolor() for bar in ax.patches]
    assert [color == colors[2] for color in colors] == [False, False, True, False]


def test_times_are_on_a_logarithmic_axis_with_units():
    (ax,) = plot.climbs(CLIMB).axes
    ax.figure.draw_without_rendering()
    assert ax.get_xscale() == "log"
    np.testing.assert_allclose(ax.get_xticks(), [1e-6, 1e-5, 1e-4, 1e-3])
    assert [label.get_text() for label in ax.get_xticklabels()] == ["1 µs", "10 µs", "100 µs", "1 ms"]


def test_a_climb_is_named_and_so_is_the_machine():
    fig = plot.climbs(CLIMB, CLIMB._replace(title="nine numbers"))
    assert [ax.get_title(loc="left") for ax in fig.axes] == ["doubling: eight numbers", "doubling: nine numbers"]
    assert "(a machine)" in fig.axes[-1].get_xlabel()


@pytest.mark.parametrize("draw", [plot.climbs, lambda climb: plot.climb_and_clusters(climb, POINTS, LABELS, CENTERS)])
def test_a_long_name_of_a_machine_stays_in_the_picture(draw):
    name = "numpy 2.4.6, Intel(R) Xeon(R) Platinum 8581C CPU @ 2.10GHz with 128 cores, Python 3.14.1, " * 2
    fig = draw(CLIMB._replace(machine=name))
    fig.draw_without_rendering()
    for label in (ax.xaxis.label for ax in fig.axes if ax.get_xlabel()):
        box = label.get_window_extent()
        assert fig.bbox.x0 <= box.x0
        assert box.x1 <= fig.bbox.x1
        assert fig.bbox.y0 <= box.y0


@pytest.mark.parametrize(("factor", "said"), [
    (1.09, "no faster"), (0.91, "no faster"), (1.24, "1.2 times faster"), (9.6, "9.6 times faster"),
    (23.4, "23 times faster"), (4321.0, "4,321 times faster"), (0.8, "1.2 times slower"), (0.25, "4 times slower"),
    (0.04, "25 times slower"), (1 / 1234, "1,234 times slower"),
])  # fmt: skip
def test_a_speed_up_in_words(factor, said):
    rows = (Row("loops", "", 0.0, 1e-3), Row("other", "", 0.0, 1e-3 / factor, over_first=factor))
    (ax,) = plot.climbs(CLIMB._replace(rows=rows)).axes
    assert ax.texts[1].get_text().partition("  ")[2] == said


def test_a_climb_stands_over_its_clusters():
    fig = plot.climb_and_clusters(CLIMB, POINTS, LABELS, CENTERS)
    above, below = fig.axes
    assert "2 clusters found in 3 points" in below.get_title(loc="left")
    assert above.get_title(loc="left") == "doubling: eight numbers"
    np.testing.assert_allclose([bar.get_x() + bar.get_width() for bar in above.patches], [2e-3, 2e-3, 1e-5, 4e-3])
    dots, crosses = below.collections
    np.testing.assert_allclose(dots.get_offsets(), POINTS.numpy())
    np.testing.assert_allclose(crosses.get_offsets(), CENTERS.numpy())
    assert len(set(colors_of(dots)[:2])) == 1
