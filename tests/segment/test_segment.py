"""A photograph cut into regions, whatever it is made of."""

import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minitensor as mt
from minitensor import backend as backends
from minitensor.segment import as_rgb, memory_held, segment


def halves(height=12, width=16, noise=6, seed=0):
    """Reddish at the left, greenish at the right, with noise: (photo uint8, truth)."""
    truth = (np.arange(width) >= 5) * np.ones((height, 1), int)
    colours = np.array([[180, 90, 80], [70, 150, 90]])[truth]
    noisy = colours + np.random.default_rng(seed).normal(0, noise, colours.shape)
    return np.clip(noisy, 0, 255).astype("uint8"), truth


def test_two_colours_are_two_regions(backend):
    photo, truth = halves()
    found = segment(mt.tensor(photo), space=3.0, min_size=10)
    np.testing.assert_array_equal(found.regions.numpy(), 1 - truth)  # the larger is number 0
    for region, colour in enumerate(found.colours.numpy()):
        np.testing.assert_allclose(colour, photo[1 - truth == region].mean(0) / 255, atol=1e-5)
    assert found.filtered.shape == photo.shape
    assert np.abs(found.filtered.numpy() - found.colours.numpy()[1 - truth]).max() < 0.1


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (7, 1), (9, 11)])
@pytest.mark.parametrize("value", [0, 37, 255])
def test_one_colour_is_one_region(backend, shape, value):
    found = segment(mt.full((*shape, 3), value, "uint8"))
    assert found.regions.shape == shape
    assert not found.regions.any()
    np.testing.assert_allclose(found.colours.numpy(), [[value / 255] * 3], atol=1e-6)
    np.testing.assert_allclose(found.filtered.numpy(), value / 255, atol=2e-3)


def test_the_same_picture_in_other_numbers(backend):
    photo, _ = halves()
    usual = segment(mt.tensor(photo)).regions.numpy()
    for other in (photo / 255, (photo / 255).astype("float32"), photo.astype("uint16") * 257):
        np.testing.assert_array_equal(segment(mt.tensor(other)).regions.numpy(), usual)
    opaque = np.concatenate([photo, np.full((*photo.shape[:2], 1), 255, "uint8")], axis=2)
    np.testing.assert_array_equal(segment(mt.tensor(opaque)).regions.numpy(), usual)


@given(seed=st.integers(0, 2**32 - 1), channels=st.sampled_from([None, 1, 2, 3, 4]))
def test_a_picture_of_8_and_of_16_bits(backend, seed, channels):
    if backend.startswith("torch"):
        pytest.skip("PyTorch does not compute with uint16")
    shape = (5, 6) if channels is None else (5, 6, channels)
    photo = np.random.default_rng(seed).integers(0, 256, shape).astype("uint8")
    usual, other = (segment(mt.tensor(x), 2.0, 20.0, 2) for x in (photo, photo.astype("uint16") * 257))
    np.testing.assert_array_equal(other.regions.numpy(), usual.regions.numpy())
    np.testing.assert_array_equal(other.colours.numpy(), usual.colours.numpy())


@pytest.mark.parametrize("colour", [8.0, 0.5, 0.05, 0.01])
def test_two_flat_greys_are_two_regions(backend, colour):
    photo = np.full((40, 60, 3), 200, "uint8")
    photo[:, 31:] = 206
    found = segment(mt.tensor(photo), colour=colour)
    assert len(np.unique(found.regions.numpy())) == (1 if colour > 6 else 2)
    if colour < 6:
        np.testing.assert_array_equal(found.regions.numpy(), (np.arange(60) >= 31) * np.ones((40, 1), int))
        np.testing.assert_allclose(found.filtered.numpy(), photo / 255, atol=1e-3)


def test_a_photo_that_does_not_fit_is_refused_before_the_work(monkeypatch):
    monkeypatch.setattr(type(backends.current()), "free_memory", lambda self: 1e6)
    assert memory_held(5000) == 2e6
    with pytest.raises(mt.errors.OutOfMemoryError, match=r"100 × 50 pixels may take 2 MB, and 1 MB of memory are free"):
        segment(mt.zeros((50, 100)))


@pytest.mark.parametrize("shape", [(70, 90), (130, 120)])
def test_the_memory_is_what_it_is_said_to_be(shape):
    # With space=1 every pixel of noise is a region of its own, the most that there can be.
    photo = mt.tensor(np.random.default_rng(0).integers(0, 256, (*shape, 3)).astype("uint8"))
    segment(photo, 1.0, threads=1)
    tracemalloc.start()
    segment(photo, 1.0, threads=1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert 0.5 * memory_held(math.prod(shape)) < peak < 1.05 * memory_held(math.prod(shape)) + 8e6


def test_grey_has_one_channel_or_three(backend):
    grey = halves()[0][..., 0]
    usual = segment(mt.tensor(np.stack([grey] * 3, -1)))
    for other in (grey, grey[..., None]):
        found = segment(mt.tensor(other))
        np.testing.assert_array_equal(found.regions.numpy(), usual.regions.numpy())
        assert found.colours.shape[1] == 3


def test_what_is_transparent_lies_on_white(backend):
    pixels = mt.tensor([[[255, 0, 0, 255], [255, 0, 0, 0], [0, 0, 0, 51]]], "uint8")
    np.testing.assert_allclose(as_rgb(pixels).numpy()[0], [[1, 0, 0], [1, 1, 1], [0.8] * 3], atol=1e-6)
    np.testing.assert_allclose(as_rgb(pixels[..., 2:]).numpy()[0, 1], [1, 1, 1])


def test_a_flipped_photo_has_flipped_regions(backend):
    photo, _ = halves(15, 14)
    plain, flipped = (segment(mt.tensor(x.copy())).regions.numpy() for x in (photo, photo[::-1, ::-1]))
    np.testing.assert_array_equal(flipped[::-1, ::-1], plain)
    turned = segment(mt.tensor(photo.transpose(1, 0, 2).copy())).regions.numpy()
    np.testing.assert_array_equal(turned.T, plain)


def test_a_smaller_colour_bandwidth_finds_no_fewer_regions():
    photo = np.random.default_rng(3).integers(0, 255, (20, 20, 3)).astype("uint8")
    counts = [segment(mt.tensor(photo), 2.0, colour, 1).colours.shape[0] for colour in (5.0, 30.0, 300.0)]
    assert counts[0] > counts[1] > counts[2]


GOOD = mt.zeros((2, 3, 3))


@pytest.mark.parametrize(
    ("photo", "options", "message"),
    [
        (np.zeros((2, 2)), {}, "the photo is ndarray; it must be a Tensor of uint8"),
        (mt.zeros((2, 2), "int64"), {}, "the photo is int64; it must be"),
        (mt.zeros(4), {}, r"shape \(4,\); it must be \(height, width\)"),
        (mt.zeros((2, 2, 5)), {}, r"shape \(2, 2, 5\); it must be"),
        (mt.zeros((0, 2, 3)), {}, r"shape \(0, 2, 3\); it must be"),
        (mt.full((2, 2), 200.0), {}, "go from 200 to 200; floats must be from 0 to 1"),
        (mt.full((2, 2), float("nan")), {}, "the photo holds NaN; write the number that"),
        (GOOD, {"min_size": 0}, "min_size=0; it must be a whole number, 1 or more"),
        (GOOD, {"lightness": -1.0}, "lightness=-1.0; it must be positive"),
        (GOOD, {"space": 0.0}, "segment: space=0.0; it is a distance"),
    ],
)
def test_bad_input_is_named(photo, options, message):
    with pytest.raises((TypeError, ValueError), match=message):
        segment(photo, **options)
