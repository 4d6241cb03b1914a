"""Shares of what is found, against a search in Python loops; nothing is found by what tells nothing apart."""

import math

import numpy as np
import pytest
from clips import clip_of, pairs_of
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

import minitensor as mt
from minitensor.models.captions import digit_of
from minitensor.models.retrieving import among_nearest, retrieval, right_digit


def share(similar, belongs, k):
    """The definition, in loops: ties go to what does not belong."""
    found = []
    for scores, own in zip(similar.tolist(), belongs.tolist(), strict=True):
        if any(own):
            order = sorted(range(len(scores)), key=lambda at: (-scores[at], own[at]))
            found.append(any(own[at] for at in order[:k]))
    return sum(found) / len(found)


@examples(100)
@given(st.integers(0, 2**32 - 1), st.integers(1, 7))
def test_it_is_the_definition(backend, seed, k):
    rng = np.random.default_rng(seed)
    similar = rng.integers(0, 6, (8, 6)) / 4  # with ties
    belongs = rng.random((8, 6)) < 0.2
    belongs[0, 0] = True
    assert among_nearest(mt.tensor(similar), mt.tensor(belongs), k) == share(similar, belongs, k)


@pytest.mark.parametrize("same", [0.5, math.nan, -math.inf])
def test_what_tells_nothing_apart_finds_nothing(same):
    assert among_nearest(mt.full((4, 3), same), mt.eye(4, 3, dtype="bool"), 1) == 0


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_of_a_clip(backend, dtype):
    clip, (images, captions) = clip_of(3, dtype=dtype), pairs_of(4, n=30, dtype=dtype)
    found = retrieval(clip, images, captions, [*sorted(set(captions)), "7", "a 1", "a 1"])
    choices = sorted({*captions, "7", "a 1"})
    similar = clip.embed_images(images).numpy() @ clip.embed_texts(choices).numpy().T
    belongs = np.array([[own == each for each in choices] for own in captions])
    assert (found.pictures, found.captions) == (30, 6)
    for k, by_picture, by_text in ((1, found.top1, found.text1), (5, found.top5, found.text5)):
        assert (by_picture, by_text) == (share(similar, belongs, k), share(similar.T, belongs.T, k))
    nearest = [choices[at] for at in similar.argmax(1)]
    assert found.digit == np.mean([digit_of(a) == digit_of(b) for a, b in zip(nearest, captions, strict=True)])
    assert retrieval(clip, images, captions).captions == 4


def test_the_digit_may_be_right_where_the_caption_is_not():
    assert right_digit([0, 1, 2, 2], [0, 0, 0, 2], [7, 7, 1]) == 0.75


def test_what_is_refused():
    clip, (images, captions) = clip_of(), pairs_of(n=20)
    with pytest.raises(ValueError, match="20 pictures and 19 captions; each picture needs one"):
        retrieval(clip, images, captions[1:])
    with pytest.raises(ValueError, match="is the caption of a picture, and not among those to choose from"):
        retrieval(clip, images, captions, ["a 7"])
    with pytest.raises(ValueError, match=r"the word 'heavi' .* did you mean heavy"):
        retrieval(clip, images, captions, [*captions, "heavi 7"])
