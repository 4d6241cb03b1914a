"""The pages of ``minitensor explain WORD``: every word has one, every page a word, and its programs do what it says."""

import ast
import doctest
import re
from pathlib import Path

import pytest

from minitensor.exercise import faults, files, relations

PAGES = files.pages()
ROOM = Path(files.__file__).parent


def words_in_code():
    """Every word that the checker itself may print last."""
    found = set()
    for path in ROOM.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.IfExp) and path.name == "saying.py":
                found |= constants(node) & set(PAGES)  # a word that is chosen
            name = ast.unparse(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""
            given = node.args if isinstance(node, ast.Call) else []
            if name == "_say" and given:
                found |= constants(given[0])
            elif name == "Said" and len(given) > 1:
                found |= constants(given[1])
            elif name == "Outcome" and len(given) > 4:
                found |= constants(given[4])
    return found | set(relations.WORDS) | set(faults.WORDS)


def constants(node):
    return {each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str)} - {""}


def test_the_words_of_code_pages_and_exercises_are_the_same():
    seeded = {word for number in files.exercises() for word in files.wrong(number)}
    assert words_in_code() | seeded == set(PAGES)


@pytest.mark.parametrize("word", PAGES)
def test_a_page_is_short_and_its_programs_do_what_it_says(word):
    text = PAGES[word].read_text(encoding="utf-8")
    lines = text.splitlines()
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", word)
    assert lines[0].startswith(f"{word}: ")
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 88
    assert "Mend" in text
    text.encode("cp1252")
    test = doctest.DocTestParser().get_doctest(text, {}, word, str(PAGES[word]), 0)
    assert test.examples
    failed, _ = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE).run(test)
    assert failed == 0
