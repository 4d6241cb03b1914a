"""Every panel shows the points of its row in the colours of its column's labels; noise is pale."""

import numpy as np
import pytest
from matplotlib.colors import to_rgba
from pictures import POINTS

import minitensor as mt
from minitensor import plot
from minitensor.plot.style import COLORS, GREY


def test_rows_are_data_and_columns_are_algorithms(backend):
    points = {"one": mt.tensor(POINTS.numpy()), "two": mt.tensor(POINTS.numpy() + 9)}
    noisy = mt.tensor([0, -1, *[1] * (len(POINTS) - 2)])
    found = {name: dict.fromkeys(points, (noisy, score)) for name, score in (("a", 0.25), ("b", 1.0))}
    axes = np.array(plot.contest(points, found).axes).reshape(2, 2)
    assert [ax.get_title(loc="left") for ax in axes[0]] == ["a", "b"]
    assert [ax.get_title(loc="right") for ax in axes[1]] == ["0.25", "1.00"]
    assert [row[0].get_ylabel() for row in axes] == ["one", "two"]
    for row, moved in zip(axes, (0, 9), strict=True):
        for ax in row:
            noise, clustered = ax.collections
            np.testing.assert_allclose(noise.get_offsets(), POINTS.numpy()[1:2] + moved)
            np.testing.assert_allclose(clustered.get_offsets(), np.delete(POINTS.numpy(), 1, 0) + moved)
            np.testing.assert_allclose(noise.get_facecolors()[0][:3], to_rgba(GREY)[:3])
            np.testing.assert_allclose(clustered.get_facecolors()[:2, :3], [to_rgba(c)[:3] for c in COLORS[:2]])


def test_a_long_name_meets_no_score():
    names = ("over LSH neighbours", "k-means")
    figure = plot.contest({"one": POINTS}, {name: {"one": (mt.tensor([0] * len(POINTS)), 1.0)} for name in names})
    figure.canvas.draw()
    for ax in figure.axes:
        assert not ax._left_title.get_window_extent().overlaps(ax._right_title.get_window_extent())


def test_what_is_missing_or_not_in_the_plane_is_named():
    with pytest.raises(ValueError, match="contest: 'a' has no labels for 'one'"):
        plot.contest({"one": POINTS}, {"a": {}})
    with pytest.raises(ValueError, match=r"drawn in the plane.*\(2, 3\)"):
        plot.contest({"one": mt.zeros((2, 3))}, {"a": {"one": (mt.tensor([0, 0]), 1.0)}})
