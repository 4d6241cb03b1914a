"""The split, and copies that are altered by no more than was said."""

import math
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

import minitensor as mt
from minitensor import random
from minitensor.models.captions import Thresholds, describe
from minitensor.models.pictures import _shifted, altered, altered_pairs, split

AT = Thresholds(4.9, -0.09, 0.01, 1.26)
still = partial(altered, along=0, down=0, slant=0, strength=0)


def pictures_of(seed, n=5, rows=6, columns=5, dtype="float64"):
    return (np.random.default_rng(seed).random((n, rows, columns)) * 16).astype(dtype)


@examples(20)
@given(st.integers(0, 2**32 - 1))
def test_the_split_parts_all_rows(backend, seed):
    training, held = split(seed)
    assert (training.shape, held.shape, training.dtype, held.backend) == ((1397,), (400,), "int64", backend)
    assert sorted(training.tolist() + held.tolist()) == list(range(1797))
    assert split(seed)[1].tolist() == held.tolist()


def test_another_seed_is_another_split():
    assert split(0)[1].tolist() != split(1)[1].tolist()
    with pytest.raises(ValueError, match="seed=-1; it must be a whole number, 0 or more"):
        split(-1)
    with pytest.raises(ValueError, match="seed=None"):
        split(None)


@examples(30)
@given(st.integers(0, 2**32 - 1), st.integers(-7, 7))
def test_moved_by_whole_pixels(backend, seed, by):
    images = pictures_of(seed)
    exact = np.zeros_like(images)
    if by >= 0:
        exact[..., by:] = images[..., : max(5 - by, 0)]
    else:
        exact[..., :by] = images[..., -by:]
    found = _shifted(mt.tensor(images), mt.full((5, 1, 1), float(by)))
    np.testing.assert_array_equal(found.numpy(), exact)


@examples(30)
@given(st.integers(0, 2**32 - 1))
def test_between_two_pixels_it_is_linear(seed):
    images, rng = mt.tensor(pictures_of(seed)), np.random.default_rng(seed)
    whole, part = mt.tensor(rng.integers(-3, 3, (5, 6, 1)).astype("float64")), mt.tensor(rng.random((5, 6, 1)))
    mixed = _shifted(images, whole) * (1 - part) + _shifted(images, whole + 1) * part
    np.testing.assert_allclose(_shifted(images, whole + part).numpy(), mixed.numpy(), atol=1e-10)


@examples(20)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["float32", "float64"]))
def test_copies_stay_in_bounds(backend, seed, dtype):
    images = mt.tensor(pictures_of(seed, dtype=dtype).reshape(5, 30))
    found = altered(images, random.generator(seed), (6, 5))
    assert (found.shape, found.dtype, found.backend) == ((5, 30), dtype, backend)
    assert found.min().item() >= 0
    assert found.max().item() <= images.max().item()
    np.testing.assert_array_equal(still(images, random.generator(seed), (6, 5)).numpy(), images.numpy())
    assert (altered(images, random.generator(seed), (6, 5)) == found).all()


def test_each_is_moved_by_no_more_than_was_said():
    bar = np.zeros((400, 9, 9))
    bar[:, 2:7, 4] = 1.0
    images, down = mt.tensor(bar.reshape(400, 81)), mt.arange(9, dtype="float64")

    def middle(found, axis):
        ink = found.reshape(400, 9, 9).sum(axis)
        return ((ink * down).sum(1) / ink.sum(1) - 4).numpy()

    for name, axis, most in (("along", 1, 2.0), ("down", 2, 1.5)):
        moved = middle(still(images, random.generator(1), (9, 9), **{name: most}), axis)
        assert most * 0.95 < moved.max() <= most + 1e-9
        assert -most - 1e-9 <= moved.min() < -most * 0.95
    stronger = still(images, random.generator(1), (9, 9), strength=0.5).reshape(400, 9, 9)[:, 4, 4]
    assert math.exp(-0.5) <= stronger.min().item() < math.exp(-0.45)
    assert stronger.max().item() == 1  # the strongest pixel that there was


def test_a_copy_that_would_lose_its_ink_is_the_picture(backend):
    corner = np.zeros((40, 64))
    corner[:, 63] = 9.0
    images = mt.tensor(corner)
    found = altered(images, random.generator(0), along=9.0, down=9.0)
    assert (found.max(1) > 0).all()
    assert (found == images).all(1).any()
    more, told = altered_pairs(images, ["A 1."] * 40, random.generator(0), at=AT)
    assert (more.shape, len(told)) == ((640, 64), 640)


def test_more_pairs_are_measured_anew(backend):
    images = pictures_of(3, 20, 8, 8)
    images[:, :, :2] = 0
    images, rng = mt.tensor(images.reshape(20, 64)), random.generator(0)
    captions = describe(images, [3, 5] * 10, AT)
    more, told = altered_pairs(images, captions, rng, at=AT, times=4)
    assert (more.shape, len(told)) == ((80, 64), 80)
    assert (more[:20] == images).all()
    assert told[:20] == captions
    assert told == describe(more, [3, 5] * 40, AT)
    assert told[20:40] != captions


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda images, rng: altered(images, rng, (3, 3)), "have 64 pixels each, not 3 × 3"),
        (lambda images, rng: altered(images, rng, 9), r"altered: shape=9; write \(rows, columns\)"),
        (lambda images, rng: altered_pairs(images * 0.0, ["3"], rng, at=AT), r"images\[0\] has no ink"),
        (lambda images, rng: altered(images, rng, along=-1), "along=-1; it must be a number, 0 or more"),
        (
            lambda images, rng: altered(images[0], rng),
            r"have shape \(64,\), not .*; write images\[None\] for one picture",
        ),
        (lambda images, rng: altered_pairs(images, ["a 3"], rng, at=AT, times=0), "times=0; it must be a whole"),
        (lambda images, rng: altered_pairs(images, ["a"], rng, at=AT), "'a' names 0 digits"),
        (
            lambda images, rng: altered_pairs(images, ["3", "4"], rng, at=AT),
            "altered_pairs: 1 pictures and 2 captions; each",
        ),
    ],
)
def test_what_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call(mt.ones((1, 64)), random.generator(0))
