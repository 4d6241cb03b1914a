"""An animation of anything: what is in the file is what was in the frames, and what cannot be drawn is refused."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

import minitensor as mt
from minitensor import plot
from minitensor.errors import DTypeError, InputError, ShapeError, WriteError

COLUMNS = [
    mt.roll(mt.tensor([[0.0, 2.0, 1.0]] * 2), step, axis=1) for step in range(3)
]  # (2, 3), darkest where it is 2


def frames_of(path):
    """The frames of a GIF, as NumPy arrays of red, green and blue."""
    with Image.open(path) as image:
        assert image.format == "GIF"
        found = []
        for at in range(image.n_frames):
            image.seek(at)
            found.append(np.asarray(image.convert("RGB")).astype(int))
        return found, image.info


def test_grey_pictures_are_dark_where_the_numbers_are_large(tmp_path, backend):
    path = plot.animate([mt.tensor(frame.numpy()) for frame in COLUMNS], tmp_path / "a.gif")
    found, _ = frames_of(path)
    assert len(found) == 3
    for frame, picture in zip(COLUMNS, found, strict=True):
        tall, wide = picture.shape[:2]
        middles = [picture[tall // 4, wide * (2 * at + 1) // 6].mean() for at in range(3)]
        assert np.argsort(middles).tolist() == np.argsort(-frame.numpy()[0]).tolist()


def test_colours_are_drawn_as_they_are(tmp_path):
    red = mt.zeros((4, 6, 3))
    red[:, :, 0] = 1
    blue = mt.zeros((4, 6, 3), "uint8")
    blue[:, :, 2] = 255
    found, _ = frames_of(plot.animate([red, blue.astype("float64") / 255], tmp_path / "a.gif"))
    middle = tuple(size // 2 for size in found[0].shape[:2])
    assert [np.round(frame[middle] / 255).tolist() for frame in found] == [[1, 0, 0], [0, 0, 1]]
    (same,), _ = frames_of(plot.animate([blue], tmp_path / "b.gif"))
    assert np.round(same[middle] / 255).tolist() == [0, 0, 1]


def test_all_points_are_in_the_picture_in_every_frame(tmp_path):
    corners = [[0.0, 0.0], [8.0, 2.0], [-3.0, 5.0]]
    found, _ = frames_of(plot.animate([mt.tensor([corner]) for corner in corners], tmp_path / "a.gif"))
    moved = [np.abs(frame - other).sum(2) > 300 for frame, other in zip(found, [*found[1:], found[0]], strict=True)]
    assert [bool(each.any()) for each in moved] == [True] * 3  # a dot is there, and elsewhere in the next frame


@pytest.mark.parametrize("dtype", ["bool", "int32", "float16"])
def test_any_real_numbers_will_do(tmp_path, dtype):
    frames = [(frame > 1).astype(dtype) for frame in COLUMNS]
    assert len(frames_of(plot.animate(iter(frames), tmp_path / "a.gif"))[0]) == 3


def test_it_goes_on_for_ever_at_the_speed_that_is_asked_for(tmp_path):
    path = plot.animate(COLUMNS, str(tmp_path / "new" / "A.GIF"), interval=250)
    assert path == tmp_path / "new" / "A.GIF"
    _, info = frames_of(path)
    assert info["loop"] == 0
    assert info["duration"] == 250
    assert [each.name for each in path.parent.iterdir()] == ["A.GIF"]


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (1, 2), (3, 2), (1, 1, 3)])
def test_pictures_of_any_size_are_drawn(tmp_path, shape):
    assert len(frames_of(plot.animate([mt.zeros(shape), mt.ones(shape)], tmp_path / "a.gif"))[0]) == 2


def test_one_colour_and_one_place_are_drawn_too(tmp_path):
    for frame in (mt.full((3, 3), 7.0), mt.full((4, 2), 7.0)):
        plot.animate([frame], tmp_path / "a.gif")


def test_nothing_is_left_open(tmp_path):
    before = plot.drawn()
    plot.animate(COLUMNS, tmp_path / "a.gif")
    with pytest.raises(WriteError):
        plot.animate(COLUMNS, tmp_path / "a.gif" / "b.gif")
    assert plot.drawn() == before
    assert plt.get_fignums() == []


NAN, FAR = mt.tensor([[0.0, mt.nan, 1.0]]), mt.full((2, 2, 3), 2.0)


@pytest.mark.parametrize(
    ("frames", "error", "words"),
    [
        ([], InputError, "there are no frames"),
        ([COLUMNS[0], [[1.0]]], DTypeError, "frame 1 is list"),
        ([mt.zeros((2, 3), "complex128")], DTypeError, "frame 0 is complex128"),
        ([mt.zeros(3)], ShapeError, r"frame 0 has shape \(3,\); frames are pictures"),
        ([mt.zeros((2, 3, 4))], ShapeError, r"frame 0 has shape \(2, 3, 4\)"),
        ([mt.zeros((0, 2))], ShapeError, "at least one number"),
        ([COLUMNS[0], COLUMNS[1].T], ShapeError, r"frame 1 has shape \(3, 2\), and frame 0 has \(2, 3\)"),
        ([mt.zeros((1, 3)), NAN], InputError, "frame 1 holds nan"),
        ([FAR], InputError, "colours of frame 0 go from 2 to 2"),
    ],
)
def test_what_cannot_be_drawn_is_refused_by_the_number_of_its_frame(tmp_path, frames, error, words):
    with pytest.raises(error, match=words):
        plot.animate(frames, tmp_path / "a.gif")
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_another_kind_and_a_speed_that_no_file_has_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"end it in \.gif"):
        plot.animate(COLUMNS, tmp_path / "a.png")
    for interval in (0, 5000):
        with pytest.raises(InputError, match="from 20 to 1000"):
            plot.animate(COLUMNS, tmp_path / "a.gif", interval=interval)
