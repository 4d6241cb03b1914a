"""Bags of words: what is forgiven, and what is refused."""

from unicodedata import normalize

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

import minitensor as mt
from minitensor.models.words import bag_of_words, canonical, vocabulary, words_of

KNOWN = ("7", "a", "heavy", "leaning", "left", "light")


@examples(100)
@given(st.lists(st.sampled_from(KNOWN), min_size=1), st.data())
def test_order_case_commas_and_repetition_do_not_matter(words, data):
    said = data.draw(st.permutations(words))
    cased = [data.draw(st.sampled_from([str.upper, str.title, str.lower]))(word) for word in said]
    between, end = data.draw(st.sampled_from([" ", ", ", ",", " - ", "!\n"])), data.draw(st.sampled_from(["", "."]))
    text = between.join(cased) + end
    row = bag_of_words("f", [text], KNOWN).numpy()
    np.testing.assert_array_equal(row, [[float(word in words) for word in KNOWN]])


def test_a_vocabulary_is_every_word_once():
    assert vocabulary(["a 7, heavy", "A LIGHT 7"]) == ("7", "a", "heavy", "light")
    assert vocabulary(iter(["Größe", "GRÖSSE"])) == ("grösse",)
    assert words_of("...") == []


def test_one_word_written_in_two_ways_is_one_word():
    composed, decomposed = "caf\u00e9", "cafe\u0301"
    assert words_of(decomposed) == words_of(composed) == words_of(composed.upper()) == [composed]
    assert bag_of_words("f", [decomposed], [composed]).tolist() == [[1.0]]
    assert words_of("\u0939\u093f\u0928\u094d\u0926\u0940, \u0928\u092e\u0938\u094d\u0924\u0947!") == [
        "\u0939\u093f\u0928\u094d\u0926\u0940",
        "\u0928\u092e\u0938\u094d\u0924\u0947",
    ]
    assert words_of("\uff21 \ufb01ne 7") == ["a", "fine", "7"]
    assert words_of("\u0301 a \u2764\ufe0f 7 \u200d") == ["a", "7"]  # an accent alone, a heart, a joiner


@examples(100)
@given(st.text(max_size=20))
def test_words_are_what_they_are_made_of(text):
    assert words_of(" ".join(words_of(text))) == words_of(text)
    assert words_of(canonical(text)) == sorted(set(words_of(text)))
    assert words_of(normalize("NFD", text)) == words_of(normalize("NFC", text))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_it_is_like_what_it_is_told(backend, dtype):
    bag = bag_of_words("f", ["a 7", "light"], KNOWN, like=mt.zeros(1, dtype))
    assert (bag.backend, bag.dtype, bag.tolist()) == (backend, dtype, [[1, 1, 0, 0, 0, 0], [0, 0, 0, 0, 0, 1]])


@pytest.mark.parametrize(
    ("texts", "kind", "message"),
    [
        (["a 7", "a hevy 7"], ValueError, "f: the word 'hevy' in 'a hevy 7' is not known; did you mean heavy"),
        (["a leening 7"], ValueError, "did you mean leaning"),
        (["a purple 7"], ValueError, "the word 'purple' .* is not known; known are 7, a, heavy"),
        (["a 7", " ... "], ValueError, "f: ' ... ' has no word in it; write one such as '7'"),
        ([""], ValueError, "f: '' has no word in it"),
        ([], ValueError, "f: there are no texts; give one at least"),
        ("a 7", TypeError, r"f: the texts are one text, 'a 7', not a list; write \['a 7'\]"),
        (["a 7", 7], TypeError, "f: 7 is of type int, not a text; write it in quotes"),
        (7, TypeError, "f: the texts are of type int, not a list of texts"),
        (None, TypeError, "f: the texts are of type NoneType, not a list"),
        (mt.ones(3), TypeError, "not a list of texts"),
    ],
)
def test_what_is_refused(texts, kind, message):
    with pytest.raises(kind, match=message):
        bag_of_words("f", texts, KNOWN)
