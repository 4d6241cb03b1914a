"""Slices, buckets, collisions and recall are drawn where they are."""

import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgba

import minitensor as mt
from minitensor import plot
from minitensor.cluster.lsh.hashing import draw
from minitensor.cluster.lsh.probing import probed
from minitensor.errors import ShapeError
from minitensor.plot.style import BLUE, ORANGE

POINTS = mt.random.normal(mt.random.generator(0), (300, 2)) * 4
QUERY = mt.tensor([1.0, 0.5])


def hashing(tables=1, bits=2):
    return draw(mt.random.generator(27), "stable", tables, bits, POINTS).narrowed(3.0)


def shown_in(ax, color):
    """The places of the dots of this colour."""
    dots = [each for each in ax.collections if to_hex(each.get_facecolor()[0]) == color and len(each.get_offsets())]
    return np.concatenate([np.asarray(each.get_offsets()) for each in dots])


def test_points_have_the_colour_of_their_bucket():
    ax = plot.slices(POINTS, QUERY, hashing(), 3, "two directions").axes[0]
    codes, own = hashing().codes(POINTS).numpy()[:, 0], probed(QUERY[None], hashing(), 3).numpy()[0, 0]
    np.testing.assert_allclose(shown_in(ax, ORANGE), POINTS.numpy()[codes == own[0]])
    np.testing.assert_allclose(shown_in(ax, BLUE), POINTS.numpy()[np.isin(codes, own[1:])])
    assert ax.get_title(loc="left") == "two directions"


def test_shaded_is_the_bucket_of_the_query_and_lines_are_its_borders():
    ax = plot.slices(POINTS, QUERY, hashing(), 1).axes[0]
    image, (left, right, low, high) = ax.images[0].get_array(), ax.images[0].get_extent()
    rows, columns = np.nonzero(image)
    x, y = (np.linspace(*ends, len(image))[at] for ends, at in (((left, right), columns), ((low, high), rows)))
    inside = hashing().codes(mt.tensor(np.stack([x, y], 1))).numpy()
    assert (inside == hashing().codes(QUERY[None]).numpy()).all()
    assert len(x) > 50
    for line in ax.lines[1:]:  # after the star
        foot = mt.tensor([line.get_xy1()])
        along = hashing().projections(foot).numpy()
        assert (abs(along - along.round()) < 1e-9).any()


def test_a_query_finds_more_and_more():
    nearest = mt.argsort(((POINTS - QUERY) ** 2).sum(1))[:10]
    animation = plot.probing(POINTS, QUERY, hashing(tables=2), 3, nearest)
    ax, counts = animation._fig.axes[0], []
    for frame in range(0, 18, 3):
        animation._func(frame)
        found = (animation._fig.axes[0].collections[2].get_facecolors() == to_rgba(ORANGE)).all(1).sum()
        assert f": {found} of 10 found" in ax.get_title(loc="left")
        counts.append(len(ax.collections[1].get_offsets()))
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]
    index = probed(QUERY[None], hashing(tables=2), 3).numpy()[0]
    right = sum((hashing(tables=2).codes(POINTS).numpy()[:, :, None] == index).any((1, 2)))
    assert counts[-1] == right
    plot.close_all()


def test_measured_collisions_are_dots_on_the_line_of_the_formula():
    places, right, measured = mt.tensor([0.0, 1.0, 2.0]), mt.tensor([1.0, 0.5, 0.25]), mt.tensor([1.0, 0.4, 0.3])
    axes = plot.collisions({"angle": (places, right, measured), "distance": (places, measured, right)}).axes
    assert [ax.get_xlabel() for ax in axes] == ["angle", "distance"]
    line, dots = axes[0].lines
    np.testing.assert_allclose(line.get_ydata(), right.numpy())
    np.testing.assert_allclose(dots.get_ydata(), measured.numpy())


def test_recall_is_drawn_over_what_is_read_in_percent():
    ax = plot.recalls({"a": [(0.2, 0.9), (0.1, 0.5)], "b": [(0.01, 0.3)]}, goal=(0.05, 0.8)).axes[0]
    np.testing.assert_allclose(ax.lines[0].get_xydata(), [[10, 0.5], [20, 0.9]])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["a", "b"]
    assert "the goal: 0.8 from 5%" in ax.texts[0].get_text()
    assert plot.recalls({"a": [(0.2, 0.9)]}).axes[0].texts[:] == []


def test_only_the_plane_is_drawn():
    with pytest.raises(ShapeError, match=r"these points have shape \(3, 3\)"):
        plot.slices(mt.ones((3, 3)), QUERY, hashing(), 1)
