"""The page of words: every word once, in one group, with the whole text of its page."""

import pytest
from making.programs import Prose

from minitensor.exercise.files import pages

pytest.importorskip("sphinx", reason="the site is made by Sphinx")

from making import words  # needs Sphinx

TEXTS = {word: path.read_text(encoding="utf-8") for word, path in pages().items()}


def test_every_word_is_in_one_group():
    groups = words.grouped(TEXTS, words.lessons_of())
    listed = [word for group in groups.values() for word in group]
    assert sorted(listed) == sorted(TEXTS)
    assert "trap" in groups["Lesson 3"]
    assert "halo" in groups["Kernels"]
    assert next(iter(groups)) == "Any exercise"


def test_a_word_of_two_lessons_is_in_none_of_them():
    groups = words.grouped({"a": "", "b": ""}, {"a": {1, 2}, "b": {2}})
    assert groups == {"Any exercise": ["a"], "Lesson 2": ["b"]}


@pytest.mark.parametrize("word", TEXTS)
def test_nothing_of_a_page_is_lost(word):
    rest = TEXTS[word].partition("\n")[2]
    shown = [part.text if isinstance(part, Prose) else part for part in words.parts(rest)]
    assert " ".join(" ".join(shown).split()) == " ".join(rest.split())
    assert any(not isinstance(part, Prose) for part in words.parts(rest))


def test_a_group_has_no_anchor_that_a_word_has():
    groups = words.grouped(TEXTS, words.lessons_of())
    assert not {words.slug(title) for title in groups} & set(TEXTS)
