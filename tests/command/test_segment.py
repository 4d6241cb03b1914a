"""``minitensor segment``, as a person types it."""

import subprocess
import sys

import numpy as np
import pytest

from minitensor import backend
from minitensor.command import segment as photo
from minitensor.command.line import main

Image = pytest.importorskip("PIL.Image", reason="photos are read with Pillow, which comes with an extra")
FILES = ["boundaries.png", "filtered.png", "palette.png", "regions.png"]


@pytest.fixture
def halves(tmp_path):
    """A small picture, red at the left and blue at the right, in a file."""
    pixels = np.full((12, 20, 3), (200, 40, 40), "uint8")
    pixels[:, 8:] = (40, 40, 200)
    Image.fromarray(pixels).save(tmp_path / "halves.png")
    return tmp_path / "halves.png"


def pixels_of(path):
    with Image.open(path) as file:
        return np.asarray(file.convert("RGB"))


def test_a_photo_is_cut_into_regions_and_drawn(halves, tmp_path, capsys):
    out = tmp_path / "new" / "folder"
    assert main(["segment", str(halves), "--out", str(out), "--space", "3", "--min-size", "10"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"{halves}: 20 × 12 pixels, 2 regions in ")
    assert lines[1] == "Their mean colours explain 100.0% of the photo's variance."
    assert sorted(lines[2:]) == [f"wrote {out / name}" for name in FILES]
    assert sorted(path.name for path in out.iterdir()) == FILES
    pixels = pixels_of(halves)
    np.testing.assert_array_equal(pixels_of(out / "regions.png"), pixels)
    np.testing.assert_allclose(pixels_of(out / "filtered.png").astype(int), pixels, atol=2)
    yellow = (pixels_of(out / "boundaries.png") == (255, 255, 0)).all(-1)
    np.testing.assert_array_equal(yellow, (np.arange(20) == 7) * np.ones((12, 1), bool))


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "1", "CMYK"])
def test_every_kind_of_picture_is_read(halves, tmp_path, mode, capsys):
    suffix = "tif" if mode == "CMYK" else "png"
    with Image.open(halves) as file:
        file.convert(mode).save(tmp_path / f"a.{suffix}")
    assert main(["segment", str(tmp_path / f"a.{suffix}"), "--out", str(tmp_path / "out")]) == 0
    assert "20 × 12 pixels" in capsys.readouterr().out


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_16_bits_are_cut_as_they_are(tmp_path, suffix, capsys):
    grey = np.full((12, 20), 13107, "uint16")
    grey[:, 8:] = 45875
    Image.fromarray(grey).save(tmp_path / f"a.{suffix}")
    assert main(["segment", str(tmp_path / f"a.{suffix}"), "--out", str(tmp_path / "out"), "--min-size", "9"]) == 0
    assert "20 × 12 pixels, 2 regions" in capsys.readouterr().out
    np.testing.assert_array_equal(pixels_of(tmp_path / "out" / "regions.png")[..., 0], np.round(grey / 257))


@pytest.mark.parametrize(
    "name", ["$1.png", "$\\bad{$.png", "\udcff.png", "木.png"], ids=["dollar", "no formula", "no text", "no glyph"]
)
def test_a_photo_may_have_any_name(halves, tmp_path, name):
    try:
        photo_file = halves.rename(tmp_path / name)
    except (OSError, UnicodeError):
        pytest.skip("this file system takes no such name")
    out = tmp_path / "out"
    assert main(["segment", str(photo_file), "--out", str(out), "--min-size", "10"]) == 0
    assert sorted(path.name for path in out.iterdir()) == FILES


def test_a_bandwidth_past_float32_is_refused(halves, tmp_path, capsys):
    assert main(["segment", str(halves), "--out", str(tmp_path / "out"), "--colour", "1e40"]) == 1
    assert "colour=1e+40 is too large for float32" in capsys.readouterr().err


def test_a_bundled_photo_is_read():
    pytest.importorskip("sklearn", reason="the photo comes with scikit-learn, an extra")
    for name in ("china", "flower"):
        found = photo.photo_of(name)
        assert (found.pixels.shape, found.size, found.pixels.dtype) == ((427, 640, 3), (640, 427), "uint8")


@pytest.mark.parametrize("name", FILES)
def test_the_photo_is_not_written_over(halves, tmp_path, name, capsys):
    out = tmp_path / "out"
    out.mkdir()
    halves.rename(out / name)
    (tmp_path / "link.png").symlink_to(out / name)
    before = (out / name).read_bytes()
    for source in (out / name, tmp_path / "link.png"):
        assert main(["segment", str(source), "--out", str(out)]) == 1
        printed = capsys.readouterr()
        assert f"'{out / name}' is the photo, and would be written over; name another folder" in printed.err
        assert printed.out == ""
    assert [path.name for path in out.iterdir()] == [name]
    assert (out / name).read_bytes() == before


def test_a_large_photo_is_reduced_unless_all_of_it_is_asked_for(halves, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(photo, "MEGAPIXEL", 60)
    command = ["segment", str(halves), "--out", str(tmp_path / "out"), "--min-size", "9", "--space", "2"]
    assert main(command) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{halves}: 20 × 12 pixels, reduced to 10 × 6; all of them (--full) may take 96 kB of memory"
    assert lines[1].startswith(f"{halves}: 10 × 6 pixels, 2 regions in ")
    assert pixels_of(tmp_path / "out" / "regions.png").shape == (6, 10, 3)
    assert main([*command, "--full"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{halves}: 20 × 12 pixels, which may take 96 kB of memory"
    assert pixels_of(tmp_path / "out" / "regions.png").shape == (12, 20, 3)


def test_a_photo_that_does_not_fit_is_refused_before_the_work(halves, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(type(backend.load("numpy")), "free_memory", lambda self: 80_000)
    assert main(["segment", str(halves), "--out", str(tmp_path / "out"), "--full"]) == 1
    printed = capsys.readouterr()
    assert "20 × 12 pixels may take 96 kB, and 80 kB of memory are free; reduce it, or cut it in parts" in printed.err
    assert printed.err.rstrip().endswith("without --full it is reduced to a megapixel")
    assert not list(tmp_path.glob("out/*"))


def test_progress_reaches_the_end(halves, tmp_path, capsys):
    assert main(["segment", str(halves), "--out", str(tmp_path / "out")]) == 0
    assert "240/240" in capsys.readouterr().err.replace(",", "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.jpg"], "there is no file 'nowhere.jpg'; name a picture file, or china or flower"),
        (["words.png"], "'words.png' is not a picture that can be read: PNG, "),
        (["half.png"], "'half.png' is not a picture that can be read, it may be damaged: "),
        (["."], "'.' is a folder; name a picture file in it"),
        (["halves.png", "--space", "0"], "segment: space=0.0; it is a distance"),
        (["halves.png", "--colour", "nan"], "segment: colour=nan; it is a distance"),
        (["halves.png", "--min-size", "0"], "segment: min_size=0; it must be a whole number, 1 or more"),
    ],
)
def test_what_is_wrong_is_said(arguments, message, halves, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "words.png").write_text("words")
    (tmp_path / "half.png").write_bytes(halves.read_bytes()[:60])
    assert main(["segment", *arguments, "--out", str(tmp_path / "out")]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert f"minitensor segment: {message}" in printed.err
    assert not list(tmp_path.glob("out/*"))


@pytest.mark.parametrize("arguments", [["segment"], ["segment", "china"], ["segment", "china", "--space", "wide"]])
def test_a_wrong_command_shows_the_right_one(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert "usage: minitensor segment" in capsys.readouterr().err


def test_it_is_compared_with_what_is_installed(halves, tmp_path, monkeypatch, capsys):
    def left_and_right(picture):
        assert (picture.shape, str(picture.dtype)) == ((12, 20, 3), "uint8")
        return np.arange(20) // 8 * np.ones((12, 1), int)  # cuts at 8 and at 16: one too many

    command = ["segment", str(halves), "--out", str(tmp_path / "out"), "--compare"]
    monkeypatch.setattr(photo, "peers", lambda: {"some other": left_and_right})
    assert main(command) == 0
    words = capsys.readouterr().out.splitlines()[2:4]
    assert words[0] == "For comparison (the more regions, the more they explain):"
    assert words[1].split()[:5] == ["some", "other", "3", "regions", "in"]
    assert words[1].endswith(" explain 100.0%")
    monkeypatch.setattr(photo, "peers", dict)
    assert main(command) == 0
    assert "There is nothing to compare with: pip install opencv-python-headless" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "library"), [("OpenCV", "cv2"), *((n, "skimage") for n in ("quick shift", "Felzenszwalb"))]
)
def test_a_peer_cuts_a_picture_in_two(name, library, halves):
    pytest.importorskip(library, reason="a peer to compare with")
    assert len(np.unique(photo.peers()[name](pixels_of(halves)))) >= 2


@pytest.mark.thorough
@pytest.mark.parametrize("missing", ["PIL", "matplotlib", "sklearn"])
def test_without_an_extra_the_error_says_what_to_install(missing, tmp_path):
    code = f"import sys; sys.modules[{missing!r}] = None\n"
    code += "from minitensor.command.line import main; sys.exit(main(['segment', 'china', '--out', 'out']))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "pip install " in ran.stderr
    assert not list(tmp_path.iterdir())
