"""Pictures read from files: what is in them, of every kind, or refused."""

import contextlib
import struct
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minitensor as mt
from minitensor.errors import InputError, OutOfMemoryError
from minitensor.segment import segment
from minitensor.segment.reading import FORMATS, read

Image = pytest.importorskip("PIL.Image", reason="photos are read with Pillow, which comes with an extra")
GREY = (np.arange(12 * 20).reshape(12, 20) * 273 + 17).astype("uint16")  # 16 bits that no 8 bits stand for
UNSIGNED, SIGNED, FLOAT = 1, 2, 3


def tiff(path, values, kind=UNSIGNED, black=1, orientation=1, bits=None):
    """A TIFF of one channel, written byte by byte, as Pillow writes only some."""
    order = ">" if values.dtype.byteorder == ">" else "<"
    data, (height, width), bits = values.tobytes(), values.shape, bits or 8 * values.itemsize
    width = width * 8 * values.itemsize // bits
    short = [(258, bits), (259, 1), (262, black), (274, orientation), (277, 1), (339, kind)]
    tags = [(tag, 3, value) for tag, value in short]
    tags += [(256, 4, width), (257, 4, height), (273, 4, 8), (278, 4, height), (279, 4, len(data))]
    out = (b"MM\0*" if order == ">" else b"II*\0") + struct.pack(order + "I", 8 + len(data)) + data
    out += struct.pack(order + "H", len(tags))
    for tag, type_of, value in sorted(tags):
        filled = struct.pack(order + "HH", value, 0) if type_of == 3 else struct.pack(order + "I", value)
        out += struct.pack(order + "HHI", tag, type_of, 1) + filled
    path.write_bytes(out + b"\0\0\0\0")
    return path


@pytest.mark.parametrize("suffix", ["png", "tif", "pgm"])
def test_16_bits_are_read_as_they_are(backend, suffix, tmp_path):
    Image.fromarray(GREY).save(tmp_path / f"a.{suffix}")
    photo = read(tmp_path / f"a.{suffix}")
    assert (photo.size, photo.pixels.dtype, photo.pixels.backend) == ((20, 12), "float32", backend)
    np.testing.assert_allclose(photo.pixels.numpy(), GREY / 65535, atol=1e-7)


@pytest.mark.parametrize("order", ["<", ">"])
def test_16_bits_and_floats_of_either_order_of_bytes(order, tmp_path):
    photo = read(tiff(tmp_path / "a.tif", GREY.astype(f"{order}u2")))
    np.testing.assert_allclose(photo.pixels.numpy(), GREY / 65535, atol=1e-7)
    photo = read(tiff(tmp_path / "a.tif", (GREY / 65535).astype(f"{order}f4"), FLOAT))
    np.testing.assert_allclose(photo.pixels.numpy(), GREY / 65535, atol=1e-7)


@pytest.mark.parametrize("values", [GREY.astype("<u2"), (GREY / 65535).astype("<f4")])
def test_where_0_is_white(values, tmp_path):
    photo = read(tiff(tmp_path / "a.tif", values, FLOAT if values.dtype.kind == "f" else UNSIGNED, black=0))
    np.testing.assert_allclose(photo.pixels.numpy(), 1 - GREY / 65535, atol=1e-7)


def test_12_bits(tmp_path):
    values = (np.arange(12 * 20).reshape(12, 20) * 17 % 4096).astype("uint16")
    left, right = values[:, ::2], values[:, 1::2]
    packed = np.stack([left >> 4, (left & 15) << 4 | right >> 8, right & 255], -1).reshape(12, 30).astype("uint8")
    np.testing.assert_allclose(read(tiff(tmp_path / "a.tif", packed, bits=12)).pixels.numpy(), values / 4095, atol=1e-7)


@given(seed=st.integers(0, 2**32 - 1))
def test_a_file_of_8_and_of_16_bits_is_cut_alike(tmp_path_factory, seed):
    folder = tmp_path_factory.mktemp("bits")
    grey = np.random.default_rng(seed).integers(0, 256, (6, 7)).astype("uint8")
    Image.fromarray(grey).save(folder / "8.png")
    Image.fromarray(grey.astype("uint16") * 257).save(folder / "16.png")
    eight, sixteen = (segment(read(folder / f"{bits}.png").pixels, 2.0, 30.0, 2).regions.numpy() for bits in (8, 16))
    np.testing.assert_array_equal(sixteen, eight)


RGB = np.random.default_rng(5).integers(0, 256, (12, 20, 3)).astype("uint8")
LIGHT = np.asarray(Image.fromarray(RGB).convert("L"))


@pytest.mark.parametrize(
    ("mode", "suffix", "expected"),
    [
        ("1", "png", np.asarray(Image.fromarray(RGB).convert("1"))[..., None].repeat(3, 2) * 255),
        ("L", "png", LIGHT[..., None].repeat(3, 2)),
        ("L", "bmp", LIGHT[..., None].repeat(3, 2)),
        ("L", "gif", LIGHT[..., None].repeat(3, 2)),
        ("LA", "png", np.concatenate([LIGHT[..., None].repeat(3, 2), np.full((12, 20, 1), 255)], 2)),
        ("P", "png", np.asarray(Image.fromarray(RGB).convert("P").convert("RGB"))),
        ("P", "gif", np.asarray(Image.fromarray(RGB).convert("P").convert("RGB"))),
        ("RGB", "ppm", RGB),
        ("RGB", "tif", RGB),
        ("RGBA", "png", np.concatenate([RGB, np.full((12, 20, 1), 255)], 2)),
        ("CMYK", "tif", RGB),
    ],
)
def test_every_kind_of_8_bits(mode, suffix, expected, tmp_path):
    Image.fromarray(RGB).convert(mode).save(tmp_path / f"a.{suffix}")
    photo = read(tmp_path / f"a.{suffix}")
    assert photo.pixels.dtype == "uint8"
    np.testing.assert_array_equal(photo.pixels.numpy(), expected)


@pytest.mark.parametrize(("mode", "suffix"), [("YCbCr", "jpg"), ("CMYK", "jpg"), ("L", "jpg"), ("RGB", "webp")])
def test_what_is_compressed_with_loss_is_near(mode, suffix, tmp_path):
    smooth = np.broadcast_to(np.linspace(40, 200, 20)[None, :, None], (12, 20, 3)).astype("uint8")
    Image.fromarray(smooth).convert(mode).save(tmp_path / f"a.{suffix}", quality=95)
    np.testing.assert_allclose(read(tmp_path / f"a.{suffix}").pixels.numpy().astype(int), smooth, atol=6)


def test_what_is_transparent_stays_so_and_lies_on_white_in_16_bits(tmp_path):
    clear = np.concatenate([RGB, RGB[..., :1]], 2)
    Image.fromarray(clear).save(tmp_path / "a.png")
    np.testing.assert_array_equal(read(tmp_path / "a.png").pixels.numpy(), clear)
    Image.fromarray(GREY).save(tmp_path / "a.png", transparency=int(GREY[3, 4]))
    expected = np.where(GREY[3, 4] == GREY, 1.0, GREY / 65535)
    np.testing.assert_allclose(read(tmp_path / "a.png").pixels.numpy(), expected, atol=1e-7)


TURNS = (
    lambda x: x, np.fliplr, lambda x: np.rot90(x, 2), np.flipud, lambda x: x.swapaxes(0, 1), lambda x: np.rot90(x, -1),
    lambda x: np.rot90(x, 2).swapaxes(0, 1), np.rot90,
)  # fmt: skip


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", ["png", "tif", "16.tif"])
def test_a_picture_is_turned_upright(orientation, suffix, tmp_path):
    turn = TURNS[orientation - 1]
    path = tmp_path / f"a.{suffix}"
    if suffix == "16.tif":
        expected = turn(GREY.astype("float32") / 65535)
        tiff(path, GREY.astype("<u2"), orientation=orientation)
    else:
        expected, exif = turn(RGB), Image.Exif()
        exif[274] = orientation
        Image.fromarray(RGB).save(path, exif=exif)
    photo = read(path)
    assert photo.size == expected.shape[1::-1]
    np.testing.assert_allclose(photo.pixels.numpy(), expected, atol=1e-7)


def test_a_larger_picture_is_reduced_and_a_smaller_one_is_not(tmp_path):
    blocks = RGB.repeat(4, 0).repeat(4, 1)
    Image.fromarray(blocks).save(tmp_path / "a.png")
    photo = read(tmp_path / "a.png", 240)
    assert photo.size == (80, 48)
    np.testing.assert_array_equal(photo.pixels.numpy(), RGB)
    assert read(tmp_path / "a.png", 48 * 80).pixels.shape == (48, 80, 3)
    tiff(tmp_path / "a.tif", GREY.repeat(4, 0).repeat(4, 1).astype("<u2"))
    np.testing.assert_allclose(read(tmp_path / "a.tif", 240).pixels.numpy(), GREY / 65535, atol=1e-6)


@pytest.mark.parametrize("orientation", [1, 6])
def test_a_large_jpeg_is_reduced_while_it_is_decoded(orientation, tmp_path):
    exif = Image.Exif()
    exif[274] = orientation
    smooth = np.broadcast_to(np.linspace(40, 200, 900)[None, :, None], (600, 900, 3)).astype("uint8")
    Image.fromarray(smooth).save(tmp_path / "a.jpg", exif=exif)
    photo = read(tmp_path / "a.jpg", 6000)
    expected = np.broadcast_to(np.linspace(40, 200, 95)[None, :, None], (63, 95, 3))
    found = photo.pixels.numpy() if orientation == 1 else np.rot90(photo.pixels.numpy())
    assert photo.size == ((900, 600) if orientation == 1 else (600, 900))
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, atol=3)


@pytest.mark.parametrize(
    ("values", "kind", "message"),
    [
        (GREY.astype("<i4"), SIGNED, "whole numbers of 32 bits or with a sign, and does not say which is white; save"),
        (GREY.astype("<u4"), UNSIGNED, "whole numbers of 32 bits"),
        ((GREY // 2).astype("<i2"), SIGNED, "whole numbers of 32 bits or with a sign"),
        (GREY.astype("<f4"), FLOAT, "floats from 17 to .*; they must be from 0 to 1: divide them by the number for"),
        (GREY.astype("<f4") - 9, FLOAT, "floats from 8 to 65255; they must be from 0 to 1"),
        (GREY.astype("<f4") * np.float32(np.nan), FLOAT, "NaN; write the number that"),
    ],
)
def test_numbers_that_do_not_say_what_is_white_are_refused(values, kind, message, tmp_path):
    with pytest.raises(InputError, match=f"a.tif' holds {message}"):
        read(tiff(tmp_path / "a.tif", values, kind))


@pytest.mark.parametrize("kept", [8, 15, 50, 2000])
def test_a_tiff_that_was_cut_off_is_refused_without_a_warning(kept, tmp_path):
    Image.fromarray(np.zeros((40, 60, 3), "uint8")).save(tmp_path / "a.tif")
    (tmp_path / "cut.tif").write_bytes((tmp_path / "a.tif").read_bytes()[:kept])
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        with pytest.raises(InputError, match=r"cut\.tif'"):
            read(tmp_path / "cut.tif")
    assert said == []


def test_other_formats_are_not_opened(tmp_path):
    (tmp_path / "a.png").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 20 20\nshowpage\n")
    with pytest.raises(InputError, match=r"a.png' is not a picture that can be read: PNG, .* and PPM are; save it as"):
        read(tmp_path / "a.png")
    assert "EPS" not in FORMATS


@pytest.mark.parametrize("suffix", ["png", "tif", "jpg", "gif", "bmp", "webp", "ppm"])
def test_a_damaged_picture_is_refused(suffix, tmp_path):
    noise = np.random.default_rng(1).integers(0, 256, (60, 80, 3)).astype("uint8")
    Image.fromarray(noise).save(tmp_path / f"a.{suffix}")
    whole = (tmp_path / f"a.{suffix}").read_bytes()
    for size in (len(whole) // 2, len(whole) // 4, 30, 9):
        (tmp_path / f"a.{suffix}").write_bytes(whole[:size])
        with pytest.raises(InputError, match=f"a.{suffix}' is not a picture that can be read"):
            read(tmp_path / f"a.{suffix}")


@given(seed=st.integers(0, 2**32 - 1), suffix=st.sampled_from(["png", "tif", "jpg", "gif", "bmp", "webp", "ppm"]))
def test_bytes_that_have_changed_give_a_picture_or_our_error(tmp_path_factory, seed, suffix):
    path, rng = tmp_path_factory.mktemp("changed") / f"a.{suffix}", np.random.default_rng(seed)
    Image.fromarray(RGB).save(path)
    changed = np.frombuffer(path.read_bytes(), "uint8").copy()
    changed[rng.integers(0, min(len(changed), 200), 5)] = rng.integers(0, 256, 5)
    path.write_bytes(changed.tobytes())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with contextlib.suppress(mt.errors.MinitensorError):
            assert isinstance(read(path).pixels, mt.Tensor)


def test_a_bomb_has_an_error_of_its_own(tmp_path, monkeypatch):
    Image.fromarray(RGB).save(tmp_path / "a.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    with pytest.raises(InputError, match=r"a.png' claims to have more than 200 pixels"):
        read(tmp_path / "a.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 200)  # of which Pillow would only warn
    assert read(tmp_path / "a.png").pixels.shape == RGB.shape


def test_a_picture_that_does_not_fit_is_refused_before_it_is_decoded(tmp_path, monkeypatch):
    Image.fromarray(RGB).save(tmp_path / "a.png")
    monkeypatch.setattr(type(mt.backend.load("numpy")), "free_memory", lambda self: 3000)
    with pytest.raises(OutOfMemoryError, match=r"20 × 12 pixels take 3.84 kB to decode, and 3 kB of memory are free"):
        read(tmp_path / "a.png")


def test_names_that_are_no_files(tmp_path):
    with pytest.raises(InputError, match=r"there is no file '.*nowhere\.png'"):
        read(tmp_path / "nowhere.png")
    with pytest.raises(InputError, match="is a folder; name a picture file in it"):
        read(tmp_path)
    with pytest.raises(InputError, match="read: most=0; it must be a whole number, 1 or more"):
        read(tmp_path, 0)
