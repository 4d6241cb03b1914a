"""Measures of pictures against their definition, and the words made of them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

import minitensor as mt
from minitensor.models.captions import Thresholds, describe, digit_of, measure, thresholds


def by_definition(picture):
    """Python loops over pixels."""
    rows, columns = picture.shape
    ink = {(r, c): max(picture[r, c], 0.0) for r in range(rows) for c in range(columns)}
    total = sum(ink.values())
    middle = [sum(i * at[axis] for at, i in ink.items()) / total for axis in (0, 1)]
    moment = lambda a, b: sum(  # noqa: E731
        i * (at[0] - middle[0]) ** a * (at[1] - middle[1]) ** b for at, i in ink.items()
    )
    high = moment(2, 0)
    return total / picture.size, -moment(1, 1) / high if high else 0.0, math.sqrt(moment(0, 2) / total)


pictures = st.tuples(st.integers(1, 6), st.integers(1, 6), st.integers(0, 2**32 - 1)).map(
    lambda given: np.random.default_rng(given[2]).random((2, *given[:2])) * 16 - 1
)


@examples(50)
@given(pictures)
@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 2e-4), ("float64", 1e-10)])
def test_it_is_the_definition(backend, dtype, tolerance, some):
    some = np.maximum(some, 0.01 - some)  # so that none is without ink
    found = measure(mt.tensor(some.reshape(2, -1).astype(dtype)), some.shape[1:])
    assert {each.dtype for each in found} == {np.dtype(dtype)}
    exact = [by_definition(picture) for picture in some]
    np.testing.assert_allclose([each.numpy() for each in found], np.transpose(exact), rtol=tolerance, atol=tolerance)


@examples(50)
@given(st.integers(0, 2**32 - 1), st.tuples(st.integers(0, 2), st.integers(0, 2)), st.floats(0.1, 10))
def test_moved_turned_round_and_faded(seed, by, factor):
    inner = np.random.default_rng(seed).random((4, 3))
    place = lambda picture, r, c: np.pad(picture, ((r, 2 - r), (c, 2 - c))).reshape(-1)  # noqa: E731
    rows = [place(inner, 0, 0), place(inner, *by), place(inner[:, ::-1], 0, 0), place(inner * factor, 0, 0)]
    ink, lean, width = (each.numpy() for each in measure(mt.tensor(np.array(rows)), (6, 5)))
    np.testing.assert_allclose(ink, ink[0] * np.array([1, 1, 1, factor]))
    np.testing.assert_allclose(lean, lean[0] * np.array([1, 1, -1, 1]), atol=1e-12)
    np.testing.assert_allclose(width, width[0], atol=1e-12)


def test_right_is_right_and_wide_is_wide(backend):
    slash, backslash, bar = np.eye(4)[::-1], np.eye(4), np.eye(4)[:, [1] * 4] * 0 + np.array([0, 1, 0, 0])
    _, lean, width = measure(mt.tensor(np.array([x.reshape(-1) for x in (slash, backslash, bar)])), (4, 4))
    np.testing.assert_allclose(lean.numpy(), [1, -1, 0], atol=1e-15)
    np.testing.assert_allclose(width.numpy(), [math.sqrt(1.25), math.sqrt(1.25), 0], atol=1e-15)
    at = Thresholds(ink=0.25, left=-0.5, right=0.5, width=1.0)
    assert describe(mt.tensor(slash.reshape(1, -1)), [7], at, (4, 4)) == ["a heavy wide 7 leaning right"]
    assert describe(mt.tensor(backslash.reshape(1, -1) * 0.9), [1], at, (4, 4)) == ["a light wide 1 leaning left"]
    assert describe(mt.tensor(bar.reshape(1, -1)), mt.tensor([1]), at, (4, 4)) == ["a heavy narrow 1 standing upright"]


def test_what_is_equal_to_a_threshold_gets_the_second_word():
    image = mt.tensor([[0.0, 1.0, 1.0, 0.0]])
    ink, lean, width = (each.item() for each in measure(image, (2, 2)))
    at = Thresholds(ink, left=lean - 1, right=lean, width=width)
    assert describe(image, [3], at, (2, 2)) == ["a heavy wide 3 leaning right"]
    assert describe(image, [3], at._replace(left=lean, right=lean + 1), (2, 2)) == ["a heavy wide 3 standing upright"]


@pytest.mark.parametrize("shape", [(1, 4), (4, 1)])
def test_pictures_of_one_row_or_column_stand_upright(backend, shape):
    images = mt.tensor(np.random.default_rng(0).random((9, 4)))
    told = describe(images, [1] * 9, thresholds(images, shape), shape)
    assert all(caption.endswith("1 standing upright") for caption in told)


@pytest.mark.parametrize(("dtype", "size"), [("float32", 3e38), ("float64", 1.7e308), ("float32", 1e-30)])
def test_no_sum_overflows(backend, dtype, size):
    slash = np.eye(4)[::-1].reshape(1, -1)
    ink, lean, width = measure(mt.tensor(slash * size, dtype=dtype), (4, 4))
    np.testing.assert_allclose(ink.numpy(), [size / 4], rtol=1e-6)
    np.testing.assert_allclose([lean.item(), width.item()], [1, math.sqrt(1.25)], rtol=1e-6)


@pytest.mark.parametrize("caption", ["A heavy 7.", "(7)", "heavy-7, leaning", "7", "\uff17 heavy"])
def test_a_digit_is_a_word_as_the_clip_reads_it(caption):
    assert digit_of(caption) == 7


def test_thresholds_part_the_pictures_evenly(backend):
    images = mt.tensor(np.random.default_rng(0).random((300, 12)))
    captions = describe(images, [5] * 300, thresholds(images, (3, 4)), (3, 4))
    shares = {word: sum(word in caption for caption in captions) for word in ("light", "narrow", " left", " right")}
    assert shares == {"light": 150, "narrow": 150, " left": 100, " right": 100}


def test_102_captions_occur_on_the_digits():
    pytest.importorskip("sklearn", reason="the digits come with scikit-learn, an extra")
    images, truth = mt.data.digits()
    captions = describe(images, truth, thresholds(images))
    assert len(set(captions)) == 102
    assert [digit_of(caption) for caption in captions] == truth.tolist()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: measure(mt.ones((2, 6)), (2, 2)), r"images of shape \(2, 6\) have 6 pixels each, not 2 × 2"),
        (lambda: measure(mt.ones((2, 6)), (0, 6)), "measure: rows=0; it must be a whole number, 1 or more"),
        (lambda: measure(mt.tensor([[1.0, 0.0], [0.0, -1.0]]), (1, 2)), r"images\[1\] has no ink"),
        (lambda: measure(mt.tensor([[1.0, math.nan]]), (1, 2)), "hold NaN or infinity"),
        (lambda: measure(mt.ones((0, 64))), r"shape \(0, 64\), which holds no pictures; give one at least"),
        (lambda: measure(mt.ones((2, 64), "int64")), r"int64, not floats; use .astype"),
        (lambda: measure(mt.ones((2, 64)), 9), r"measure: shape=9; write \(rows, columns\)"),
        (lambda: measure(mt.ones((2, 8, 8))), r"write images.reshape\(len\(images\), -1\)"),
        (lambda: measure(mt.ones(64)), r"not \(pictures, pixels\); write images\[None\] for one picture"),
        (lambda: describe(mt.ones((2, 64)), [1, 2], None), r"at is of type NoneType, not Thresholds; write at=thresh"),
        (lambda: describe(mt.ones((2, 64)), 5, AT), "2 pictures need as many digits, in one row, not 5"),
        (lambda: describe(mt.ones((2, 64)), "12", AT), "2 pictures need as many digits, in one row, not 12"),
        (lambda: digit_of(None), "digit_of: None is of type NoneType, not a text"),
        (lambda: describe(mt.ones((2, 64)), [1], AT), "2 pictures need as many digits, in one row"),
        (lambda: describe(mt.ones((1, 64)), mt.tensor(1), AT), "1 pictures need as many digits, in one row"),
        (lambda: describe(mt.ones((1, 64)), [10], AT), "a digit=10; it must be a whole number from 0 to 9"),
        (lambda: describe(mt.ones((1, 64)), mt.tensor([1.0]), AT), "a digit=1.0; it must be a whole number"),
        (lambda: digit_of("a heavy"), "'a heavy' names 0 digits"),
        (lambda: digit_of("7 or 1"), "'7 or 1' names 2 digits"),
    ],
)
def test_what_is_refused(call, message):
    with pytest.raises((ValueError, TypeError), match=message):
        call()


AT = Thresholds(1.0, -0.1, 0.1, 1.0)
