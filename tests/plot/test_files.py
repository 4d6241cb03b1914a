"""Pictures are written whole or not at all, and the error names them; an ending says what is written."""

import contextlib
import os

import pytest
from pictures import CLIMB, LABELS, POINTS

import minitensor as mt
from minitensor import plot
from minitensor.errors import WriteError


@pytest.fixture
def old(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(b"the old file")
    return path


@contextlib.contextmanager
def room_for(size):
    """As on a full disk, the system refuses to write more than `size` bytes into a file."""
    resource = pytest.importorskip("resource", reason="limits are set as Unix does")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize(
    ("save", "name"),
    [
        (lambda path: plot.save(plot.climbs(CLIMB), path), "a.png"),
        (lambda path: plot.save(plot.climbs(CLIMB), path), "a.svg"),
        (lambda path: plot.animate([POINTS, POINTS * 0.5], path), "a.gif"),
        (lambda path: plot.save_pixels(mt.zeros((4, 5, 3)), path), "a.png"),
    ],
)
def test_a_full_disk_leaves_the_old_file_and_the_error_names_it(save, name, tmp_path):
    path = tmp_path / name
    path.write_bytes(b"the old file")
    with pytest.raises(WriteError, match=f"{name}' could not be written: .*; the file that was there"), room_for(50):
        save(path)
    assert path.read_bytes() == b"the old file"
    assert [each.name for each in tmp_path.iterdir()] == [name]
    save(path)
    assert path.stat().st_size > 100


def test_a_folder_that_cannot_be(old):
    path = old / "b.png"
    with pytest.raises(WriteError, match=r"b\.png' could not be written: (File exists|Not a directory)"):
        plot.save_pixels(mt.zeros((2, 2)), path)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_into_which_nothing_may_be_written(old):
    old.parent.chmod(0o500)
    try:
        with pytest.raises(WriteError, match="could not be written: Permission denied; the file that was there"):
            plot.save_pixels(mt.zeros((2, 2)), old)
    finally:
        old.parent.chmod(0o700)


@pytest.mark.parametrize(
    ("picture", "name", "message"),
    [
        (lambda: plot.climbs(CLIMB), "a.xyz", "a.xyz' is not the name of a picture: end it in one of .*png"),
        (lambda: plot.moving([POINTS, POINTS], LABELS), "a.png", "is not the name of an animation: end it in .gif"),
    ],
)
def test_an_ending_that_means_nothing_is_refused(picture, name, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        plot.save(picture(), tmp_path / "new" / name)
    assert not list(tmp_path.iterdir())


def test_a_name_without_an_ending_is_a_png(tmp_path):
    path = plot.save(plot.climbs(CLIMB), tmp_path / "a")
    assert path.read_bytes()[:4] == b"\x89PNG"
    assert [each.name for each in tmp_path.iterdir()] == ["a"]
