"""Heights are asked for where they are drawn, arrows and walks lie where they were given, right angles look right."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.contour import QuadContourSet
from matplotlib.quiver import Quiver
from strategies import arrays, as_tensor, examples

import minitensor as mt
from minitensor import plot
from minitensor.errors import InputError, ShapeError
from minitensor.plot.landscapes import SIDE

BOX = (-2.0, 4.0, -1.0, 3.0)


def bowl(places):
    """(n, 2) to (n,): steeper along the second axis."""
    return places[:, 0] ** 2 + 3 * places[:, 1] ** 2


def slope_of_bowl(place):
    return mt.tensor([2 * place[0], 6 * place[1]])


def contours(ax):
    return [each for each in ax.collections if isinstance(each, QuadContourSet)]


def test_contour_lines_are_where_the_height_is_their_own(backend):
    shades, lines = contours(plot.arrows(bowl, BOX, mt.zeros((1, 2)), mt.ones((1, 2))).axes[0])
    assert shades.filled
    for level, path in zip(lines.levels, lines.get_paths(), strict=True):
        for x, y in path.vertices:
            assert x * x + 3 * y * y == pytest.approx(level, abs=0.01)


def test_a_higher_place_is_darker():
    shades, _ = contours(plot.arrows(bowl, BOX, mt.zeros((1, 2)), mt.ones((1, 2))).axes[0])
    darkness = [1 - np.mean(color[:3]) for color in shades.to_rgba(shades.levels)]
    assert darkness == sorted(darkness)


@examples(8)
@given(st.integers(1, 5).flatmap(lambda n: st.tuples(arrays((n, 2)), arrays((n, 2)))))
def test_arrows_are_drawn_where_they_start_in_their_true_lengths(both):
    plot.close_all()  # those of the example before
    starts, vectors = both
    (ax,) = plot.arrows(bowl, BOX, as_tensor(starts), as_tensor(vectors), title="up").axes
    (quiver,) = (each for each in ax.collections if isinstance(each, Quiver))
    np.testing.assert_array_equal(quiver.XY, starts)
    np.testing.assert_array_equal(np.stack([quiver.U, quiver.V], 1), vectors)
    assert (quiver.angles, quiver.scale_units, quiver.scale) == ("xy", "xy", 1)
    assert ax.get_title(loc="left") == "up"


def test_the_data_lie_under_the_arrows():
    points = mt.tensor([[0.0, 1.0], [2.0, -0.5]])
    (ax,) = plot.arrows(bowl, BOX, mt.zeros((1, 2)), mt.ones((1, 2)), points).axes
    offsets = [each.get_offsets().tolist() for each in ax.collections if not isinstance(each, QuadContourSet | Quiver)]
    assert offsets == [points.tolist()]


# directions
PLACE = mt.tensor([1.0, 0.5])
ANGLES = mt.linspace(-180, 180, 9)


def drawn(backend_of_the_test=None):
    gradient = slope_of_bowl(PLACE.tolist())
    slopes = mt.tensor([float(i) for i in range(9)])
    return plot.directions(bowl, mt.tensor(PLACE.tolist()), gradient, BOX, (mt.tensor(ANGLES.tolist()), slopes))


def test_four_directions_at_right_angles_the_first_along_the_gradient(backend):
    left, _ = drawn().axes
    tips = {}
    for words, arrow in zip(("uphill", "level", "other", "downhill"), left.texts[::2], strict=True):
        assert list(arrow.xyann) == PLACE.tolist()
        tips[words] = np.array(arrow.xy) - PLACE.numpy()
    assert [text.get_text() for text in left.texts[1::2]] == ["uphill", "level", "level", "downhill"]
    up = tips["uphill"] / np.linalg.norm(tips["uphill"])
    np.testing.assert_allclose(up, np.array([2.0, 3.0]) / math.sqrt(13))
    for words, cosine in (("level", 0), ("other", 0), ("downhill", -1)):
        assert up @ tips[words] / np.linalg.norm(tips[words]) == pytest.approx(cosine, abs=1e-12)
    assert left.get_aspect() == 1


def test_the_contour_line_goes_through_the_place():
    left, _ = drawn().axes
    own = contours(left)[-1]
    np.testing.assert_allclose(own.levels, bowl(PLACE[None]).tolist())
    distances = np.linalg.norm(own.get_paths()[0].vertices - PLACE.numpy(), axis=1)
    assert distances.min() < 0.05


def test_the_slopes_are_drawn_as_measured_over_the_cosine():
    _, right = drawn().axes
    cosine, dots = (line for line in right.lines if line.get_label() and not line.get_label().startswith("_"))
    np.testing.assert_array_equal(dots.get_xydata(), np.stack([ANGLES.numpy(), np.arange(9.0)], 1))
    x, y = cosine.get_data()
    np.testing.assert_allclose(y, math.sqrt(13) * np.cos(np.radians(x)), atol=1e-12)
    assert right.get_xticks().tolist() == [-180, -90, 0, 90, 180]


# walks
def test_each_walk_is_drawn_on_its_own_height_from_start_to_goal(backend):
    stops = {"one": mt.tensor([[0.0, 2.0], [1.0, 1.0], [1.5, 0.0]]), "two": mt.tensor([[3.0, 0.0]])}
    heights = {"one": bowl, "two": lambda places: -bowl(places)}
    goal = mt.tensor([0.5, 0.25])
    found = {name: (heights[name], stops[name], goal) for name in stops}
    fig = plot.walks(found, BOX, labels=("a", "b"), title="down")
    assert [ax.get_title(loc="left") for ax in fig.axes] == ["one", "two"]
    for ax, way, sign in zip(fig.axes, stops.values(), (1, -1), strict=True):
        line, start, cross = ax.lines
        assert line.get_xydata().tolist() == way.tolist()
        assert start.get_xydata()[0].tolist() == way[0].tolist()
        assert (cross.get_xydata().tolist(), cross.get_marker()) == ([[0.5, 0.25]], "x")
        levels = contours(ax)[0].levels
        assert (sign * levels).sum() > 0
        assert ax.get_aspect() == 1
    assert (fig.axes[0].get_xlabel(), fig.axes[0].get_ylabel(), fig.get_suptitle()) == ("a", "b", "down")


def test_a_hill_that_several_walk_on_is_looked_at_once():
    calls = []

    def height(places):
        calls.append(len(places))
        return bowl(places)

    way = mt.zeros((2, 2))
    plot.walks({"one": (height, way, way[0]), "two": (height, way, way[0])}, BOX)
    assert sum(calls) == SIDE**2


def test_what_cannot_be_drawn_is_said():
    with pytest.raises(InputError, match="there is no walk to draw"):
        plot.walks({}, BOX)
    with pytest.raises(InputError, match="has no inside"):
        plot.arrows(bowl, (1.0, 1.0, 0.0, 2.0), mt.zeros((1, 2)), mt.zeros((1, 2)))
    for draw in (
        lambda x: plot.arrows(bowl, BOX, x, x),
        lambda x: plot.walks({"": (bowl, x, x[0])}, BOX),
    ):
        with pytest.raises(ShapeError, match=r"in the plane, \(n, 2\); these have shape \(4, 3\)"):
            draw(mt.ones((4, 3)))
