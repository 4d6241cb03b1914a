"""Two encoders into one space: lengths, gradients, and what they refuse."""

import math

import numpy as np
import pytest
from clips import clip_of
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

import minitensor as mt
from minitensor.autograd import check_gradient
from minitensor.models.clip import Clip

IMAGES = np.random.default_rng(0).random((4, 6))


@examples(30)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["float32", "float64"]))
def test_embeddings_have_length_one(backend, seed, dtype):
    clip = clip_of(seed, dtype=dtype)
    for found in (clip.embed_images(mt.tensor(IMAGES, dtype=dtype)), clip.embed_texts(["a 7", "light", "A  Heavy 1."])):
        assert (found.shape[1], found.dtype, found.backend) == (3, dtype, backend)
        np.testing.assert_allclose(np.linalg.norm(found.numpy(), axis=1), 1, rtol=4e-7 if dtype == "float32" else 1e-15)


def test_it_is_two_layers(backend):
    clip = clip_of(1)
    one, one_bias, two, two_bias = (x.numpy() for x in clip.weights[:4])
    hidden = np.tanh((IMAGES - clip.middle.numpy()) / 1.5 @ one + one_bias) @ two + two_bias
    exact = hidden / np.linalg.norm(hidden, axis=1, keepdims=True)
    np.testing.assert_allclose(clip.embed_images(mt.tensor(IMAGES)).numpy(), exact, rtol=1e-12)
    one, one_bias, two, two_bias = (x.numpy() for x in clip.weights[4:8])
    hidden = np.tanh(one[1] + one[2] + one_bias) @ two + two_bias  # the words "7" and "a"
    exact = hidden / np.linalg.norm(hidden)
    for text in ("a 7", "7 a", "A, 7!", "7 a 7"):
        np.testing.assert_allclose(clip.embed_texts([text]).numpy(), [exact], rtol=1e-12)
    assert (clip.size, round(clip.temperature, 12)) == (3, round(math.exp(-2), 12))
    assert repr(clip) == "Clip(6-5-3 for pictures, 5 words, float64)"


def test_cosines(backend):
    clip, images = clip_of(2), mt.tensor(IMAGES)
    texts = clip.embed_texts(["a 7", "a 1", "light"])
    found = clip.cosines(images, texts * 5)
    np.testing.assert_allclose(found.numpy(), (clip.embed_images(images) @ texts.T).numpy(), rtol=1e-12)
    assert (clip.cosines(images, texts[1]).shape, found.shape) == ((4,), (4, 3))
    np.testing.assert_allclose(clip.cosines(images, texts[1]).numpy(), found[:, 1].numpy(), rtol=1e-12)
    np.testing.assert_allclose(clip.cosines(images, clip.embed_images(images)[2])[2].item(), 1, rtol=1e-12)


@pytest.mark.parametrize("size", [1e-300, 1e-160, 1e160, 1e300])
def test_an_embedding_may_be_of_any_length(backend, size):
    clip, images = clip_of(2), mt.tensor(IMAGES)
    wish = clip.embed_texts(["a 7"])[0]
    np.testing.assert_allclose(
        clip.cosines(images, wish * size).numpy(), clip.cosines(images, wish).numpy(), rtol=1e-12
    )


def test_float32_pictures_are_centred_in_the_dtype_of_the_middle(backend):
    clip, shift = clip_of(3, dtype="float32"), 2.0**20
    wide = Clip(clip.weights, clip.words, clip.middle.astype("float64") + shift + 1e-3, clip.spread.astype("float64"))
    images = mt.tensor(np.round(IMAGES * 8), dtype="float32")
    found = wide.embed_images(images + shift)
    assert found.dtype == "float32"
    np.testing.assert_allclose(found.numpy(), clip.embed_images(images - 1e-3).numpy(), atol=1e-5)
    slope = mt.grad(lambda x: wide.cosines(x, found[0]).sum())(images + shift)
    assert (slope.dtype, slope.shape) == ("float32", images.shape)


@pytest.mark.parametrize(("dtype", "size"), [("float32", 1e35), ("float64", 1e300), ("float64", -1.7e308)])
def test_pictures_in_quite_another_unit_are_refused(backend, dtype, size):
    clip = clip_of(3, dtype=dtype)
    with pytest.raises(
        ValueError, match=r"images go up to .*e\+.*, and this clip .* standard deviation 1.5; give them"
    ):
        clip.embed_images(mt.full((2, 6), size, dtype))
    far = clip.embed_images(mt.full((2, 6), 1e29, dtype))
    np.testing.assert_allclose(np.linalg.norm(far.numpy(), axis=1), 1, rtol=1e-6)


def test_gradients_go_through_to_the_pictures(backend):
    clip, images = clip_of(2), mt.tensor(IMAGES)
    target = clip.embed_texts(["a heavy 7"])[0]
    score = lambda x: clip.cosines(x, target).sum()  # noqa: E731
    check_gradient(score, images)
    slope = mt.grad(score)(images)
    assert (clip.cosines(images + 1e-3 * slope, target) > clip.cosines(images, target)).all()


def test_float32_weights_and_float64_pictures_give_float64(backend):
    assert clip_of(dtype="float32").embed_images(mt.tensor(IMAGES)).dtype == "float64"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda clip: clip.embed_images(mt.ones((2, 7))), "have 7 pixels each; this clip was trained on pictures of 6"),
        (lambda clip: clip.embed_images(mt.ones(6)), r"have shape \(6,\), not .*; write images\[None\] for one pict"),
        (lambda clip: clip.embed_images(mt.ones((5, 2, 3))), r"write images.reshape\(len\(images\), -1\)"),
        (lambda clip: clip.embed_images(mt.ones((2, 3))), r"3 pixels each.* write images.reshape\(1, -1\) for one pic"),
        (lambda clip: clip.embed_images(mt.ones((0, 6))), r"have shape \(0, 6\), which holds no pictures; give one"),
        (lambda clip: clip.cosines(mt.ones(6), mt.ones(3)), r"write images\[None\] for one picture"),
        (lambda clip: Clip(clip.weights._replace(sharpness=mt.tensor(1.0, dtype="float32")), clip.words, clip.middle,
                           clip.spread), "the weights are float32 and float64; make all of them one of these"),
        (lambda clip: clip.save(None), "save: the path is of type NoneType; name a file"),
        (lambda clip: Clip.load(None), "load: the path is of type NoneType; name a file"),
        (lambda clip: Clip.load(3), "load: the path is of type int; name a file"),
        (lambda clip: clip.embed_images(mt.ones((2, 6), "int64")), "int64, not floats"),
        (lambda clip: clip.embed_images(mt.full((2, 6), math.nan)), "hold NaN or infinity"),
        (lambda clip: clip.embed_images([[1.0] * 6]), "embed_images: images are a list"),
        (lambda clip: clip.embed_texts(["a 8"]), "the word '8' in 'a 8' is not known; known are 1, 7, a, heavy, light"),
        (lambda clip: clip.embed_texts([""]), "'' has no word in it"),
        (lambda clip: clip.cosines(mt.ones((2, 6)), mt.ones(4)), r"\(4,\); this clip's have 3 numbers: \(3,\)"),
        (lambda clip: clip.cosines(mt.ones((2, 6)), mt.ones((1, 1, 3))), r"has shape \(1, 1, 3\)"),
        (lambda clip: clip.cosines(mt.ones((2, 6)), mt.tensor(1.0)), r"has shape \(\)"),
        (lambda clip: clip.cosines(mt.ones((2, 6)), mt.zeros((2, 3))), "an embedding is all zeros"),
        (lambda clip: clip.cosines(mt.ones((2, 6)), mt.full(3, math.inf)), "embedding holds NaN or infinity"),
        (lambda clip: clip.cosines(mt.ones((2, 6)), [1.0] * 3), "cosines: embedding is a list"),
        (lambda clip: Clip(clip.weights, clip.words[1:], clip.middle, clip.spread),
         r"text_first has shape \(5, 4\), but beside the others it must have \(4, 4\)"),
        (lambda clip: Clip(clip.weights._replace(sharpness=mt.ones(1)), clip.words, clip.middle, clip.spread),
         r"sharpness has shape \(1,\), but beside the others it must have \(\)"),
    ],
)  # fmt: skip
def test_what_is_refused(call, message):
    with pytest.raises((ValueError, TypeError), match=message):
        call(clip_of())


def test_another_backend_is_refused():
    with mt.use_backend("numpy"):
        clip, here = clip_of(), mt.ones((2, 6))
    with mt.use_backend("strict"):
        images, embedding = mt.ones((2, 6)), mt.ones(3)
    with pytest.raises(TypeError, match=r"images are on strict, but this clip is on numpy; write images.to\('numpy'\)"):
        clip.embed_images(images)
    with pytest.raises(TypeError, match="embedding is on strict, but this clip is on numpy"):
        clip.cosines(here, embedding)
    with mt.use_backend("strict"):  # what counts is where the clip is
        assert clip.embed_texts(["a 7"]).backend == "numpy"
