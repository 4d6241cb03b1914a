"""Pictures of photographs: read back what was drawn."""

import numpy as np
import pytest
from PIL import Image

import minitensor as mt
from minitensor import plot


def photo_of(seed=0):
    return np.random.default_rng(seed).integers(0, 255, (5, 7, 3)).astype("uint8")


def test_photos_are_drawn_as_they_are(backend):
    photo, mask = photo_of(), photo_of(1)[..., 0] > 99
    fig = plot.photos({"photo": mt.tensor(photo), "mask": mt.tensor(mask), "grey": mt.tensor(photo[..., 0])})
    first, second, third, empty = fig.axes
    assert [ax.get_title(loc="left") for ax in fig.axes] == ["photo", "mask", "grey", ""]
    np.testing.assert_allclose(first.images[0].get_array(), photo / 255, atol=1e-6)
    np.testing.assert_array_equal(second.images[0].get_array(), mask)
    np.testing.assert_allclose(third.images[0].get_array()[..., 2], photo[..., 0] / 255, atol=1e-6)
    assert not empty.images


def test_outlined_changes_the_edges_and_nothing_else(backend):
    photo = photo_of(2)
    regions = np.repeat([[0, 0, 1, 1, 1, 2, 2]], 5, 0)
    out = plot.outlined(mt.tensor(photo), mt.tensor(regions), (1.0, 0.0, 0.5)).numpy()
    np.testing.assert_allclose(out[:, [1, 4]], np.broadcast_to([1, 0, 0.5], (5, 2, 3)))
    rest = [0, 2, 3, 5, 6]
    np.testing.assert_allclose(out[:, rest], photo[:, rest] / 255, atol=1e-6)
    with pytest.raises(ValueError, match="differ in size"):
        plot.outlined(mt.tensor(photo), mt.tensor([[0]]))


def test_a_palette_is_as_wide_as_its_regions(backend):
    colours = mt.tensor([[1.0, 0.0, 0.0], [0.0, 0.5, 1.0]])
    fig = plot.palette(colours, mt.tensor([6, 2]), "two")
    first, second, rest = fig.axes[0].patches
    assert [patch.get_width() for patch in (first, second, rest)] == pytest.approx([0.75, 0.25, 0])
    assert second.get_x() == 0.75
    assert first.get_facecolor()[:3] == (1, 0, 0)


def test_a_colour_cloud_has_one_panel_a_title(backend):
    xy, colours = mt.tensor([[1.0, 2.0], [3.0, 5.0]]), mt.tensor([[0.0, 0.0, 1.0], [1.0, 0.5, 0.0]])
    fig = plot.colour_cloud({"before": xy, "after": xy * 2}, colours, ("a", "b"))
    for ax, times in zip(fig.axes, (1, 2), strict=True):
        (dots,) = ax.collections
        np.testing.assert_array_equal(dots.get_offsets(), xy.numpy() * times)
        np.testing.assert_allclose(dots.get_facecolors()[:, :3], colours.numpy())
        assert ax.get_xlabel() == "a"


def test_a_trade_off_is_drawn_in_order():
    fig = plot.trade_off(
        {"china": {"ours": [(30, 0.9), (10, 0.8)], "theirs": [(20, 0.7)]}, "flower": {"ours": [(9, 1)]}}
    )
    first, second = fig.axes
    assert [ax.get_title(loc="left") for ax in fig.axes] == ["china", "flower"]
    assert [line.get_xydata().tolist() for line in first.lines] == [[[10, 0.8], [30, 0.9]], [[20, 0.7]]]
    assert [line.get_label() for line in first.lines] == ["ours", "theirs"]
    assert [line.get_xydata().tolist() for line in second.lines] == [[[9, 1]]]
    assert first.lines[0].get_color() == second.lines[0].get_color()


def test_a_file_holds_exactly_the_pixels(backend, tmp_path):
    photo = photo_of(4)
    path = plot.save_pixels(mt.tensor(photo), tmp_path / "new" / "a.png")
    with Image.open(path) as file:
        np.testing.assert_array_equal(np.asarray(file.convert("RGB")), photo)


def test_few_colours_are_a_bar_below_the_commonest_first():
    picture, colours = mt.ones((4, 6, 3)), mt.tensor([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    above, below = plot.recoloured({"two": (picture, colours, mt.tensor([6, 18]))}).axes
    assert above.get_title(loc="left") == "two"
    assert above.images[0].get_array().shape == (4, 6, 3)
    assert [(bar.get_x(), bar.get_width()) for bar in below.patches] == [(0, 0.75), (0.75, 0.25)]
    assert [bar.get_facecolor()[:3] for bar in below.patches] == [(0, 0, 1), (1, 0, 0)]
    plot.close_all()


def test_many_pictures_of_few_colours_stand_in_rows():
    one = (mt.ones((2, 2, 3)), mt.ones((1, 3)), mt.tensor([4]))
    axes = plot.recoloured(dict.fromkeys("abc", one), columns=2).axes
    assert [ax.get_title(loc="left") for ax in axes] == ["a", "b", "", "", "c", "", "", ""]
    assert [len(ax.patches) for ax in axes] == [0, 0, 1, 1, 0, 0, 1, 0]


def test_colours_of_a_photograph_are_marked_as_data():
    """Who draws for a dark page leaves them alone."""
    colours, sizes = mt.tensor([[1.0, 0.0, 0.0], [0.0, 0.5, 1.0]]), mt.tensor([6, 1])
    *own, rest = plot.palette(colours, sizes).axes[0].patches
    assert all(patch.is_data for patch in own)
    assert not hasattr(rest, "is_data")
    cloud = plot.colour_cloud({"one": mt.tensor([[0.0, 1.0], [1.0, 0.0]])}, colours).axes[0]
    assert cloud.collections[0].is_data
    assert cloud.patch.is_data
    bars = plot.recoloured({"one": (mt.tensor(photo_of()), colours, sizes)}).axes[1].patches
    assert [bar.is_data for bar in bars] == [True, True]
