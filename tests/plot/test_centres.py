"""Points are tied to the nearest centre, and centres go from step to step."""

import numpy as np
import pytest
from pictures import colors_of

import minitensor as mt
from minitensor import plot
from minitensor.errors import InputError, ShapeError
from minitensor.plot.style import COLORS

POINTS = mt.tensor([[0.0, 0.0], [1.0, 0.0], [9.0, 1.0], [6.0, 1.0]])
STEPS = [mt.tensor([[0.0, 1.0], [4.0, 4.0]]), mt.tensor([[0.5, 0.0], [7.5, 1.0]])]


def test_each_point_is_tied_to_its_centre_and_each_centre_to_where_it_goes(backend):
    points, before, after = (mt.tensor(each.numpy()) for each in (POINTS, *STEPS))
    ax = plot.attraction(points, before, after, "a step").axes[0]
    ties, dots, old, new = ax.collections
    ends = np.array([tie[1] for tie in ties.get_segments()])
    np.testing.assert_allclose([tie[0] for tie in ties.get_segments()], POINTS.numpy())
    np.testing.assert_allclose(ends, STEPS[0].numpy()[[0, 0, 1, 1]])
    assert colors_of(dots) == [COLORS[0], COLORS[0], COLORS[1], COLORS[1]]
    np.testing.assert_allclose(old.get_offsets(), STEPS[0].numpy())
    np.testing.assert_allclose(new.get_offsets(), STEPS[1].numpy())
    np.testing.assert_allclose([arrow.xy for arrow in ax.texts], STEPS[1].numpy())
    assert ax.get_title(loc="left") == "a step"


def test_a_cell_is_shaded_as_its_points_are():
    ax = plot.attraction(POINTS, *STEPS).axes[0]
    image, (left, right, low, high) = ax.images[0].get_array(), ax.images[0].get_extent()
    x, y = np.meshgrid(np.linspace(left, right, len(image)), np.linspace(low, high, len(image)))
    (a, b), (c, d) = STEPS[0].tolist()
    np.testing.assert_array_equal(image, (x - a) ** 2 + (y - b) ** 2 > (x - c) ** 2 + (y - d) ** 2)


def test_points_choose_and_then_centres_move():
    path = [mt.tensor([[0.0, 0.0], [1.0, 0.0]]), mt.tensor([[0.0, 0.0], [16 / 3, 2 / 3]]), STEPS[1]]
    animation = plot.settling(POINTS, path, "lloyd")
    ax = animation._fig.axes[0]
    dots, ways, crosses = ax.collections
    places, seen, titles = [], [], []
    for frame in animation.new_frame_seq():
        animation._func(frame)
        places.append(np.array(crosses.get_offsets()))
        seen.append([COLORS.index(color) for color in colors_of(dots)])
        titles.append(ax.get_title(loc="left"))
    first, second = [0, 1, 1, 1], [0, 0, 1, 1]
    assert seen == [first] * 5 + [second] * (len(seen) - 5)
    for step in (0, 1):
        np.testing.assert_allclose(places[5 * step], path[step].numpy())
        np.testing.assert_allclose(places[5 * step + 4], path[step + 1].numpy())
    np.testing.assert_allclose([way[-1] for way in ways.get_segments()], path[-1].numpy())
    assert titles[0] == "lloyd: step 1 of 2, points choose"
    assert titles[9] == "lloyd: step 2 of 2, centres move"
    assert titles[-1] == "lloyd: step 2 of 2, all stand still"


@pytest.mark.parametrize("count", [1, 2, 20, 90])
def test_an_animation_has_60_frames_at_most_and_ends_at_the_end(count):
    path = [STEPS[0] + step for step in range(count)]
    animation = plot.settling(POINTS, path)
    frames = list(animation.new_frame_seq())
    assert len(frames) <= 60
    animation._func(frames[-1])
    np.testing.assert_allclose(animation._fig.axes[0].collections[2].get_offsets(), path[-1].numpy())


def test_what_cannot_be_drawn_is_named():
    with pytest.raises(InputError, match="no centre to draw"):
        plot.settling(POINTS, [])
    with pytest.raises(ShapeError, match=r"shapes \(2, 2\), \(1, 2\)"):
        plot.settling(POINTS, [STEPS[0], STEPS[1][:1]])
    with pytest.raises(ShapeError, match=r"\(4, 3\)"):
        plot.attraction(mt.ones((4, 3)), *STEPS)
