import numpy as np
import pytest

from minitensor import plot
from minitensor.plot.scaling import slope


def test_each_way_is_a_line_named_with_the_slope_of_its_last_piece():
    times = {"exact": [(10, 1e-3), (100, 1e-1)], "grid": [(100, 2e-2), (1_000, 2e-2), (10_000, 2e-1)], "once": [(5, 1)]}
    (ax,) = plot.growth(times, "points", "on a machine").axes
    for line, row in zip(ax.lines, times.values(), strict=True):
        np.testing.assert_array_equal(line.get_xydata(), np.array(row, float))
    # The uppermost first.
    assert [text.get_text() for text in ax.texts] == ["once", "grid\n∝ $n^{1.0}$", "exact\n∝ $n^{2.0}$"]
    assert ax.get_xticks().tolist() == [10, 100, 1_000, 10_000]
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert (ax.get_xlabel(), ax.get_title(loc="left")) == ("points", "on a machine")


def test_no_name_covers_another():
    times = {name: [(10, 1.0), (100, 2.0 + shift)] for name, shift in (("a", 0), ("b", 0.1), ("c", 0.2), ("d", 5e3))}
    figure = plot.growth(times, "points")
    figure.canvas.draw()
    boxes = [text.get_window_extent() for text in figure.axes[0].texts]
    assert len(boxes) == 4
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_no_name_is_overprinted_by_a_line():
    """A line that ends early, below one that goes on above and one that goes on below it."""
    times = {
        "exact": [(2_000, 0.11), (4_000, 0.4), (8_000, 1.7)],
        "cells": [(2_000, 0.05), (8_000, 0.3), (32_000, 2.5)],
        "fourier": [(2_000, 0.2), (8_000, 0.9), (32_000, 3.4)],
        "grid": [(3_000, 0.02), (30_000, 0.1), (300_000, 0.9)],
    }
    figure = plot.growth(times, "points")
    figure.canvas.draw()
    (ax,) = figure.axes
    boxes = [text.get_window_extent() for text in ax.texts]
    for line in ax.lines:
        path = line.get_path().transformed(ax.transData)
        assert not any(path.intersects_bbox(box, filled=False) for box in boxes)
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_the_slope_is_that_of_the_best_line():
    rng = np.random.default_rng(0)
    sizes = [10, 30, 100, 300, 1000]
    row = [(n, 3e-6 * n**1.5 * float(np.exp(rng.normal(0, 0.1)))) for n in sizes]
    assert slope(row) == pytest.approx(np.polyfit(np.log(sizes), np.log([t for _, t in row]), 1)[0])
