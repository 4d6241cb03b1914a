"""A clip in a file: the same bit for bit, and everything else refused by an error that names the file."""

import io
import math
import os
import zipfile

import numpy as np
import pytest
from clips import clip_of
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

import minitensor as mt
from minitensor.models import stored
from minitensor.models.clip import Clip

TEXTS = ["a 7", "light"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("clips")


@examples(30)
@given(
    seed=st.integers(0, 2**32 - 1),
    sizes=st.tuples(*[st.integers(1, 5)] * 4),
    dtype=st.sampled_from(["float32", "float64"]),
    written_on=st.sampled_from(["numpy", "strict"]),
)
def test_it_comes_back_bit_for_bit_on_the_current_backend(backend, folder, seed, sizes, dtype, written_on):
    pixels, hidden, inner, size = sizes
    words = ("7", "a", "größe", "light")
    with mt.use_backend(written_on):
        clip = clip_of(seed, pixels, hidden, inner, size, words, dtype)
    path = folder / "a.npz"
    clip.save(path)
    again = Clip.load(path)
    assert (again.words, again.middle.dtype, again.middle.backend) == (words, dtype, backend)
    images = mt.tensor(np.random.default_rng(seed).random((3, pixels)), dtype=dtype)
    there = clip if written_on == backend else Clip.load(path)
    parts = [(*each.weights, each.middle, each.spread) for each in (clip, again)]
    for x, y in zip(*parts, strict=True):
        np.testing.assert_array_equal(x.numpy(), y.numpy())
    np.testing.assert_array_equal(there.embed_images(images).numpy(), again.embed_images(images).numpy())
    np.testing.assert_array_equal(there.embed_texts(TEXTS).numpy(), again.embed_texts(TEXTS).numpy())


def parts_of(clip, path):
    clip.save(path)
    with np.load(path, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


def changed(**new):
    """What writes the parts of a clip with some of them changed, or left out where they are None."""

    def write(path):
        parts = {**parts_of(clip_of(), path), **new}
        np.savez(path, **{name: part for name, part in parts.items() if part is not None})

    return write


def cut(share):
    def write(path):
        clip_of().save(path)
        whole = path.read_bytes()
        path.write_bytes(whole[: int(len(whole) * share)])

    return write


def spoiled(path):
    """One byte in the numbers is another."""
    clip_of().save(path)
    whole, part = path.read_bytes(), clip_of().weights.image_first.numpy().tobytes()
    assert part in whole
    path.write_bytes(whole.replace(part, part[:-1] + bytes([part[-1] ^ 1])))


class Trap:
    def __reduce__(self):
        return os.mkdir, (str(Trap.path),)


def trapped(path):
    Trap.path = path.with_name("trapped")
    changed(words=np.array([Trap(), 1], dtype=object))(path)


def huge(path):
    """It claims to hold more than there is."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f8", "fortran_order": False, "shape": (2**40,)})
    clip_of().save(path)
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w") as new:
        for name, part in {**parts, "middle.npy": header.getvalue()}.items():
            new.writestr(name, part)


def bomb(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new, new.open("middle.npy", "w") as part:
        for _ in range(3):
            part.write(bytes(2**10))


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (lambda path: path.write_text("a clip"), "no minitensor clip, or it is damaged: .*not a zip"),
        (lambda path: path.write_bytes(b""), "no minitensor clip, or it is damaged"),
        (lambda path: path.mkdir(), "is a folder"),
        (lambda path: None, "there is no file"),
        (lambda path: path.write_bytes(b"\x93NUMPY"), "no minitensor clip, or it is damaged"),
        (lambda path: np.savez(path, a=np.ones(3)), "no minitensor clip: it does not say that it is one"),
        (lambda path: np.savez(path, kind=np.ones(3), version=1), "it does not say that it is one"),
        (changed(kind=np.asarray("another")), "it does not say that it is one"),
        (changed(version=None), "it does not say that it is one"),
        (changed(version=np.asarray(2)), "of version 2 of a minitensor clip, and this minitensor reads up to 1"),
        (changed(version=np.asarray(0)), "its version is 0, not a whole number"),
        (changed(version=np.asarray(1.5)), "its version is 1.5, not a whole number"),
        (changed(version=np.asarray([1, 1])), r"its version is \[1, 1\], not a whole number"),
        (changed(middle=None, centre=np.ones(6)), "it lacks middle and it has besides centre; name a file"),
        (changed(middle=np.ones(7)), r"image_first has shape \(6, 5\), but beside the others it must have \(7, 5\)"),
        (changed(middle=np.ones((6, 1))), r"middle has shape \(6, 1\), but beside the others it must have \(6,\)"),
        (changed(zz=np.ones(6)), "it has besides zz; name a file that `save` wrote"),
        (changed(sharpness=np.asarray(1.0, "float32")), "the weights are float32 and float64"),
        (changed(middle=np.ones(6, "int64")), "middle must be float32 or float64, and is int64"),
        (changed(middle=np.ones(6, ">f8")), "middle must be float32 or float64, and is >f8"),
        (changed(middle=np.ones(6, "float16")), "middle must be float32 or float64, and is float16"),
        (os.mkfifo, "is no plain file; name a file that `save` wrote"),
        (changed(middle=np.full(6, math.nan)), "middle holds NaN or infinity"),
        (changed(sharpness=np.asarray(math.inf)), "sharpness holds NaN or infinity"),
        (changed(spread=np.asarray(0.0)), "its spread must be positive"),
        (changed(words=np.array(["7", "7", "a", "b", "c"])), "no word be there twice"),
        (changed(words=np.arange(5)), "words must be a row of words, and is int64"),
        (changed(words=np.array([["7", "1", "a", "b", "c"]])), "words must be a row of words"),
        (changed(words=np.array(["7", "1"])), r"text_first has shape \(5, 4\)"),
        (trapped, "no minitensor clip, or it is damaged: .*allow_pickle=False"),
        (cut(0.5), "no minitensor clip, or it is damaged"),
        (cut(0.99), "no minitensor clip, or it is damaged"),
        (spoiled, "no minitensor clip, or it is damaged: Bad CRC"),
        (huge, "no minitensor clip, or it is damaged"),
        (bomb, "claims to hold .*, and more than 2.0 KB is refused|claims to hold"),
    ],
)  # fmt: skip
def test_what_is_no_clip_is_refused_by_name(write, message, tmp_path, monkeypatch):
    path = tmp_path / "wrong.npz"
    write(path)
    if write is bomb:
        monkeypatch.setattr(stored, "MOST", 2**11)
    with pytest.raises(ValueError, match=message) as error:
        Clip.load(path)
    assert "wrong.npz" in str(error.value)
    assert not (tmp_path / "trapped").exists()


def test_a_file_is_written_whole_under_its_own_name(tmp_path):
    path = tmp_path / "new" / "clip"
    clip_of().save(path)
    assert [each.name for each in path.parent.iterdir()] == ["clip"]
    assert Clip.load(str(path)).words == clip_of().words
    with pytest.raises(OSError, match=r"clip/under' could not be written"):
        clip_of().save(path / "under")
