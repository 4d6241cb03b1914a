"""The page of every word: its examples hold, it fits the screen, and each word that is said has one."""

import ast
import doctest
import re
import warnings
from pathlib import Path

import pytest
from many import for_each

import minitensor.exercise
from minitensor.exercise import files
from minitensor.exercise.messages import faults, relations

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
    assert re.match(rf"{re.escape(path.stem)}: .*[.?]$", lines[0])
    assert 8 <= len(lines) <= 40
    assert max(map(len, lines)) <= 88
    assert "Mend" in text
    text.encode("cp1252")
    assert not re.search(r"[ \t]$", text, re.M)


# Where the code gives a word: which argument of which call, and the end of what a function returns beside lines.
GIVEN = {"_say": 0, "Difference": 0, "Said": 1, "Outcome": 4, "_in_its_words": 0, "_as_the_simulator": 1}


def constants(node):
    return {each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str)}


def words_in_code():
    """The words that the code says, by its text; `WORDS` of a file are those that are chosen by what is found."""
    found = set()
    for path in Path(minitensor.exercise.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in GIVEN:
                found |= {word for each in node.args[GIVEN[node.func.id] :][:1] for word in constants(each)}
            returned = node.value if isinstance(node, ast.Return) else None
            if isinstance(returned, ast.Tuple) and len(returned.elts) == 2 and path.stem in TOLD:
                found |= constants(returned.elts[1])
    return {word for word in found if re.fullmatch("[a-z][a-z0-9-]*", word)}


TOLD = {"faults", "indices_outside", "never_written", "two_threads"}  # functions here return lines and a word


def test_the_words_of_code_pages_and_wrong_answers_are_the_same():
    known = {word for number in files.exercises() for word in files.wrong(number)}
    assert set(PAGES) == words_in_code() | set(relations.WORDS) | known


def test_the_words_of_a_kernels_fault_are_named():
    assert words_in_code() >= faults.WORDS
