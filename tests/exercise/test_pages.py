"""The page of every word: its examples hold, it fits the screen, and each word that is said has one."""

import doctest
import re
import warnings

import pytest
from many import for_each

from minitensor.exercise import faults, files

PAGES = files.pages()


@pytest.mark.parametrize("word", PAGES)
def test_the_examples_of_a_page_hold(word):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what an example is about may warn
        found = doctest.testfile(
            str(PAGES[word]), module_relative=False, optionflags=doctest.ELLIPSIS, encoding="utf-8", verbose=False
        )
    assert found.attempted
    assert not found.failed


@for_each(PAGES.values())
def test_a_page_is_short_and_says_how_to_mend(path):
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    assert re.match(rf"{re.escape(path.stem)}: .*[.!]$", lines[0])
    assert 8 <= len(lines) <= 40
    assert max(map(len, lines)) <= 88
    assert "Mend" in text
    text.encode("cp1252")
    assert not re.search(r"[ \t]$", text, re.M)


def test_every_word_of_a_diagnosis_has_a_page():
    assert set(PAGES) >= faults.WORDS
