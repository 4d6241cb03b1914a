"""Bars are as long as the bytes, dots stand at the speeds, and what was not measured has neither."""

import numpy as np
import pytest
from pictures import words

from minitensor import plot

MOVED = {"loops": None, "table": 12.0, "fused": 2.0, "fast": 0.0625}


def test_the_whole_climb_shows_bytes_and_speeds():
    speeds = {"a processor": {"loops": 1e6, "table": 2e7}, "a GPU, 2031-02-03": {"table": 3e9, "other": 1.0}}
    fig = plot.whole_climb(MOVED, speeds, counted=("fused",), balance=(0.8, "as long as exp"), absent="nobody knows")
    left, right = fig.axes
    assert [bar.get_x() + bar.get_width() for bar in left.patches] == pytest.approx([12, 2, 0.0625])
    assert [bar.get_y() + bar.get_height() / 2 for bar in left.patches] == pytest.approx([1, 2, 3])
    assert [label.get_text() for label in left.get_yticklabels()] == list(MOVED)
    for part in ("not counted", "12", "2 counted", "0.0625", "0.8 bytes: as long as exp"):
        assert part in words(fig)
    dots = [line.get_xydata() for line in right.lines]
    np.testing.assert_allclose(dots[0], [[1e6, 0], [2e7, 1]])
    np.testing.assert_allclose(dots[1], [[3e9, 1]])
    assert [text.get_text() for text in right.get_legend().get_texts()] == list(speeds)
    (absent,) = [text for text in right.texts if text.get_text() == "nobody knows"]
    assert absent.get_position()[1] == 2.5  # beside the two without a dot


def test_a_climb_without_any_speed_is_still_a_picture(tmp_path):
    fig = plot.whole_climb(MOVED, {}, absent="nobody knows")
    assert plot.save(fig, tmp_path / "a.png").stat().st_size > 1_000
    assert "nobody knows" in words(fig)


def test_nothing_is_said_to_be_absent_where_all_is_there():
    speeds = {"a GPU": dict.fromkeys(MOVED, 1e9)}
    assert "nobody knows" not in words(plot.whole_climb(MOVED, speeds, absent="nobody knows"))
