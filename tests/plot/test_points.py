"""Points, weights, curves and ways are drawn where they are, each in the colour of its cluster."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.collections import LineCollection
from pictures import CENTERS, LABELS, POINTS, colors_of, darkness
from strategies import arrays, as_tensor, examples

import minitensor as mt
from minitensor import plot
from minitensor.cluster import mean_shift
from minitensor.cluster.meanshift import Clustering
from minitensor.cluster.meanshift.update import KERNELS
from minitensor.plot.style import COLORS

# Three points on crooked ways: no two steps are alike.
WAY = [
    mt.tensor([[0.0, 0.0], [1.0, 9.0], [-5.0, 5.0]]),
    mt.tensor([[1.0, 0.5], [0.5, 4.0], [-3.0, 8.0]]),
    mt.tensor([[1.25, 2.5], [1.25, 2.5], [-2.0, 6.5]]),
]
ENDS = mt.tensor([0, 0, 1])


# clusters and panels
def test_clusters_are_drawn_where_they_are(backend):
    points, labels, centers = (mt.tensor(x.numpy()) for x in (POINTS, LABELS, CENTERS))
    dots, crosses = plot.clusters(points, labels, centers, "two").axes[0].collections
    np.testing.assert_allclose(dots.get_offsets(), POINTS.numpy())
    np.testing.assert_allclose(crosses.get_offsets(), CENTERS.numpy())
    colors = dots.get_facecolors()
    assert (colors[0] == colors[1]).all()
    assert (colors[0] != colors[2]).any()


@examples(10)
@given(st.lists(st.integers(0, len(COLORS) - 1), min_size=1, max_size=12))
def test_two_points_have_one_colour_if_they_are_in_one_cluster(labels):
    plot.close_all()  # those of the example before
    points = mt.tensor([[float(i), float(i * i)] for i in range(len(labels))])
    dots, _ = plot.clusters(points, mt.tensor(labels), points).axes[0].collections
    colors = colors_of(dots)
    assert [[a == b for a in colors] for b in colors] == [[a == b for a in labels] for b in labels]


def test_clusters_may_be_drawn_on_axes_that_are_there():
    fig, axes = plot.figure(1, 2)
    assert plot.clusters(POINTS, LABELS, CENTERS, "right", ax=axes[1]) is fig
    assert [len(ax.collections) for ax in axes] == [0, 2]
    assert [ax.get_title(loc="left") for ax in axes] == ["", "right"]
    assert axes[1].get_aspect() == 1


def test_panels_show_each_clustering_under_its_title():
    found = {
        "two": Clustering(mt.tensor([0, 1, 0]), mt.tensor([[2.0, 1.0], [1.0, 9.0]]), 1, True, ()),
        "one": Clustering(mt.tensor([0, 0, 0]), mt.tensor([[0.5, 3.0]]), 1, True, ()),
        "three": Clustering(mt.tensor([2, 0, 1]), WAY[1], 1, True, ()),
    }
    fig = plot.panels(WAY[0], found)
    assert [ax.get_title(loc="left") for ax in fig.axes] == ["two", "one", "three"]
    for ax, each in zip(fig.axes, found.values(), strict=True):
        dots, crosses = ax.collections
        np.testing.assert_array_equal(dots.get_offsets(), WAY[0].numpy())
        np.testing.assert_array_equal(crosses.get_offsets(), each.centers.numpy())
        assert colors_of(dots) == [COLORS[label] for label in each.labels.tolist()]
    fig.axes[0].set_xlim(-50, 50)
    assert fig.axes[2].get_xlim() == (-50, 50), "all panels show the same part of the plane"


# kernels
@pytest.mark.parametrize("h", [0.7, 2.5])
def test_kernels_are_drawn_as_they_are_defined(backend, h):
    r = np.linspace(0, 4 * h, 201)
    weights = {name: kernel(mt.tensor((r / h) ** 2)) for name, kernel in KERNELS.items()}
    (ax,) = plot.kernels(mt.tensor(r), weights, h).axes
    curves = {line.get_label(): line.get_xydata() for line in ax.lines if len(line.get_xydata()) > 2}
    definitions = {
        "gaussian": np.exp(-(r**2) / (2 * h**2)),
        "flat": np.where(r <= h, 1.0, 0.0),
        "triangular": np.where(r <= h, 1 - r / h, 0.0),
    }
    assert list(curves) == list(definitions) == [text.get_text() for text in ax.get_legend().get_texts()]
    for name, weight in definitions.items():
        np.testing.assert_allclose(curves[name], np.stack([r, weight], 1), atol=1e-12)


def test_the_bandwidth_is_marked():
    r = mt.linspace(0, 5, 6)
    (ax,) = plot.kernels(r, {"a": 1 - r / 5, "b": r / 5}, 1.25).axes
    mark, first, second = ax.lines
    assert mark.get_xdata() == [1.25, 1.25]
    (text,) = ax.texts
    assert text.get_text().strip() == "the bandwidth, 1.25"
    assert text.get_position()[0] == 1.25
    assert first.get_color() != second.get_color()
    assert [line.get_color() for line in ax.get_legend().get_lines()] == [first.get_color(), second.get_color()]
    assert ax.get_xlim() == (0, 5)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("distance from the query", "weight")


def test_no_kernel_is_left_out_however_many_there_are():
    r = mt.linspace(0, 1, 5)
    weights = {f"kernel {i}": r * (i / 10) for i in range(9)}
    (ax,) = plot.kernels(r, weights, 0.5).axes
    assert [line.get_ydata().tolist() for line in ax.lines[1:]] == [weight.tolist() for weight in weights.values()]


# one_path
STOPS = [mt.tensor([0.5, 1.0]), mt.tensor([2.0, 1.5]), mt.tensor([2.5, 4.0])]
WEIGHTS = mt.tensor([0.9, 0.0, 0.35])


def test_one_path_goes_from_stop_to_stop(backend):
    points, weights, stops = (
        mt.tensor(WAY[0].numpy()),
        mt.tensor(WEIGHTS.numpy()),
        [mt.tensor(s.numpy()) for s in STOPS],
    )
    ax, _ = plot.one_path(points, weights, stops, 1.5, "up").axes
    way, cross = ax.lines
    np.testing.assert_array_equal(way.get_xydata(), np.stack([stop.numpy() for stop in STOPS]))
    assert cross.get_xydata().tolist() == [[2.5, 4.0]]
    assert cross.get_marker() == "x"
    (start,) = ax.texts
    assert (start.get_text(), list(start.xy)) == ("start", [0.5, 1.0])
    assert ax.get_title(loc="left") == "up"


def test_one_path_draws_a_point_as_dark_as_it_weighs():
    ax, bar = plot.one_path(WAY[0], WEIGHTS, STOPS, 1.5).axes
    (dots,) = ax.collections
    np.testing.assert_array_equal(dots.get_offsets(), WAY[0].numpy())
    np.testing.assert_array_equal(dots.get_array(), WEIGHTS.numpy())
    assert (np.diff(darkness(dots.to_rgba(np.linspace(0, 1, 11)))) > 0).all()
    assert bar.get_ylabel() == "weight in the first update"
    assert bar.get_ylim() == (0, 1)


@examples(8)
@given(st.integers(1, 3).flatmap(lambda count: arrays((count, 2))), st.floats(0.1, 9))
def test_one_path_shows_the_whole_circle_of_one_bandwidth_and_both_ends(stops, h):
    plot.close_all()  # those of the example before
    ax, _ = plot.one_path(WAY[0], WEIGHTS, [as_tensor(stop) for stop in stops], h).axes
    (circle,) = ax.patches
    np.testing.assert_array_equal(circle.get_center(), stops[0])
    assert circle.get_radius() == h
    for axis, (low, high) in enumerate((ax.get_xlim(), ax.get_ylim())):
        assert low <= min(stops[0, axis] - h, stops[-1, axis])
        assert high >= max(stops[0, axis] + h, stops[-1, axis])
    assert ax.get_aspect() == 1


# paths
@examples(8)
@given(st.tuples(st.integers(1, 4), st.integers(1, 5), st.just(2)).flatmap(arrays))
def test_paths_go_through_every_step_and_end_at_the_last(steps):
    plot.close_all()  # those of the example before
    labels = [i % 3 for i in range(steps.shape[1])]
    fig = plot.paths([as_tensor(step) for step in steps], mt.tensor(labels), "ways")
    (ax,) = fig.axes
    ways, starts, ends = ax.collections
    assert isinstance(ways, LineCollection)
    for point, segment in enumerate(ways.get_segments()):
        np.testing.assert_array_equal(segment, steps[:, point])
    np.testing.assert_array_equal(starts.get_offsets(), steps[0])
    np.testing.assert_array_equal(ends.get_offsets(), steps[-1])
    assert colors_of(ways) == colors_of(starts) == [COLORS[label] for label in labels]
    assert ax.get_title(loc="left") == "ways"
    fig.draw_without_rendering()
    low, high = np.transpose([ax.get_xlim(), ax.get_ylim()])
    assert (low <= steps).all()
    assert (steps <= high).all()


def test_paths_of_mean_shift_end_in_its_centres(backend):
    points = mt.tensor(np.array([[0.0, 0.1], [0.4, 0.0], [0.1, 0.5], [6.0, 5.0], [6.2, 5.5]]))
    found = mean_shift(points, 1.0, path=True)
    ways, starts, ends = plot.paths(found.path, found.labels).axes[0].collections
    np.testing.assert_array_equal(starts.get_offsets(), points.numpy())
    nearest = found.centers.numpy()[found.labels.numpy()]
    np.testing.assert_allclose([way[-1] for way in ways.get_segments()], nearest, atol=1e-3)
    np.testing.assert_allclose(ends.get_offsets(), nearest, atol=1e-3)
    assert len(set(colors_of(ways))) == 2


# moving
def test_an_animation_goes_from_the_first_step_to_the_last():
    path = [POINTS, POINTS * 0.5, POINTS * 0.25]
    animation = plot.moving(path, LABELS)
    dots = animation._fig.axes[0].collections[1]
    animation._func(0)
    np.testing.assert_allclose(dots.get_offsets(), POINTS.numpy())
    animation._func(10**6)
    np.testing.assert_allclose(dots.get_offsets(), POINTS.numpy() * 0.25)


def test_an_animation_moves_on_straight_lines_and_holds_the_end():
    animation = plot.moving(WAY, ENDS, "shift")
    (ax,) = animation._fig.axes
    data, dots = ax.collections
    seen, titles = [], []
    for frame in animation.new_frame_seq():
        animation._func(frame)
        seen.append(np.array(dots.get_offsets()))
        titles.append(ax.get_title(loc="left"))
    assert colors_of(dots) == [COLORS[label] for label in ENDS.tolist()]
    np.testing.assert_array_equal(data.get_offsets(), WAY[0].numpy())
    steps = [step.numpy() for step in WAY]
    for update in (0, 1):
        for part in range(6):
            expected = steps[update] * (1 - part / 5) + steps[update + 1] * (part / 5)
            np.testing.assert_allclose(seen[5 * update + part], expected, atol=1e-12)
    held = [np.array_equal(frame, steps[-1]) for frame in seen[10:]]
    assert all(held)
    assert len(held) * animation._interval >= 1000
    assert titles == ["shift: update 0 of 2"] * 5 + ["shift: update 1 of 2"] * 5 + ["shift: update 2 of 2"] * len(held)


def test_an_animation_of_many_updates_has_few_frames():
    path = [POINTS * math.exp(-step / 50) for step in range(200)]
    animation = plot.moving(path, LABELS)
    assert len(list(animation.new_frame_seq())) < 75
    animation._func(10**6)
    np.testing.assert_allclose(animation._fig.axes[0].collections[1].get_offsets(), path[-1].numpy())


def test_points_that_never_moved_are_an_animation_too():
    animation = plot.moving([POINTS], LABELS)
    animation._func(3)
    np.testing.assert_array_equal(animation._fig.axes[0].collections[1].get_offsets(), POINTS.numpy())


def test_what_cannot_be_drawn_is_said():
    for draw in (plot.paths, plot.moving):
        with pytest.raises(ValueError, match=r"no path to draw; keep one with mean_shift\(\.\.\., path=True\)"):
            draw((), mt.tensor([0]))
    space = mt.ones((4, 3))
    for draw in (lambda: plot.clusters(space, mt.tensor([0] * 4), space), lambda: plot.paths([space], mt.tensor([0]))):
        with pytest.raises(ValueError, match=r"in the plane, \(n, 2\); these have shape \(4, 3\)"):
            draw()
