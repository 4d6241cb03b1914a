"""Core points, borders and noise look different; clusters grow step by step; the curve is where it is."""

import numpy as np
import pytest
from matplotlib.collections import EllipseCollection
from pictures import colors_of

import minitensor as mt
from minitensor import plot
from minitensor.plot.style import COLORS

POINTS = mt.tensor([[0.0, 0.0], [1.0, 0.0], [2.5, 0.5], [5.0, 5.0], [9.0, 1.0]])
LABELS = mt.tensor([0, 0, 0, 1, -1])
CORE = mt.tensor([True, True, False, True, False])


@pytest.mark.parametrize("core", [CORE, mt.tensor([0, 1, 3])], ids=["mask", "numbers"])
def test_core_points_have_circles_and_noise_has_crosses(core):
    circles, filled, hollow, crosses = plot.surroundings(POINTS, LABELS, core, 1.5, "three kinds").axes[0].collections
    assert isinstance(circles, EllipseCollection)
    np.testing.assert_allclose(circles.get_offsets(), POINTS.numpy()[[0, 1, 3]])
    np.testing.assert_allclose(circles._widths, 1.5)  # matplotlib keeps halves
    np.testing.assert_allclose(filled.get_offsets(), POINTS.numpy()[[0, 1, 3]])
    np.testing.assert_allclose(hollow.get_offsets(), POINTS.numpy()[[2]])
    np.testing.assert_allclose(crosses.get_offsets(), POINTS.numpy()[[4]])
    colors = colors_of(filled)
    assert colors[0] == colors[1] != colors[2]


def test_points_are_on_the_current_backend(backend):
    points, labels, core = (mt.tensor(each.numpy()) for each in (POINTS, LABELS, CORE))
    assert len(plot.surroundings(points, labels, core, 1.5).axes[0].collections) == 4
    assert len(plot.labelled({"one": (points, labels)}).axes) == 1
    plot.close_all()


def test_panels_stand_side_by_side_under_their_titles():
    axes = plot.labelled({"a": (POINTS, LABELS), "b": (POINTS, mt.tensor([1, 1, 1, 1, 1]))}).axes
    assert [ax.get_title(loc="left") for ax in axes] == ["a", "b"]
    crosses, dots = axes[0].collections
    np.testing.assert_allclose(crosses.get_offsets(), POINTS.numpy()[[4]])
    np.testing.assert_allclose(dots.get_offsets(), POINTS.numpy()[:4])
    assert len(axes[1].collections[0].get_offsets()) == 0


def test_the_curve_and_what_is_above_eps():
    curve = mt.tensor([4.0, 2.0, 1.0, 0.5])
    ax = plot.k_distances(curve, 3, eps=1.5, title="bend").axes[0]
    np.testing.assert_allclose(ax.lines[0].get_xydata(), [[0.25, 4], [0.5, 2], [0.75, 1], [1, 0.5]])
    assert "50% of the points are no core points" in ax.texts[0].get_text()
    assert len(plot.k_distances(curve, 3).axes[0].texts) == 0
    with pytest.raises(ValueError, match=r"the curve has shape \(0,\)"):
        plot.k_distances(mt.zeros(0), 3)


def test_clusters_grow_and_noise_comes_last():
    steps = mt.tensor([0, 1, 2, 3, 0])
    animation = plot.growing(POINTS, LABELS, steps, CORE, 1.5, "two")
    ax = animation._fig.axes[0]
    _, dots, crosses, circles = ax.collections
    for frame, shown, looking in ((0, 1, 1), (1, 2, 1), (2, 3, 0), (3, 4, 1), (4, 4, 0)):
        animation._func(frame)
        assert (dots.get_facecolors()[:, 3] > 0).sum() == shown
        assert (circles.get_facecolors()[:, 3] > 0).sum() == looking
        assert crosses.get_visible() == (frame == 4)
    assert ax.get_title(loc="left") == "two: what is left is noise"
    plot.close_all()


@pytest.mark.parametrize(
    ("points", "labels", "core", "message"),
    [
        (mt.zeros((5, 3)), LABELS, CORE, r"\(5, 3\)"),
        (POINTS, LABELS[:4], CORE, r"labels of shape \(4,\) do not fit"),
        (POINTS, LABELS, mt.tensor([7]), "numbers from 7 to 7; there are 5 points"),
    ],
)
def test_what_does_not_fit_is_named(points, labels, core, message):
    with pytest.raises(ValueError, match=message):
        plot.surroundings(points, labels, core, 1.0)


def test_two_clusters_have_two_colours_and_the_seventh_that_of_the_first():
    many = mt.tensor([float(at) for at in range(2 * len(COLORS))])
    points = mt.stack([many, many], axis=1)
    _, dots = plot.labelled({"": (points, mt.arange(2 * len(COLORS), dtype="int64"))}).axes[0].collections
    colors = colors_of(dots)
    assert len(set(map(tuple, colors))) == len(COLORS)
    assert colors[0] == colors[len(COLORS)]
