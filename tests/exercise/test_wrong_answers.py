"""Every wrong answer that is kept fails, is told from the solution and from the others, and gets its own sentence."""

import ast

import pytest
from many import for_each

from minitensor.exercise import checking, files
from minitensor.exercise.programs import clause, known

ANSWERS = [(number, word) for number in files.exercises() for word in files.wrong(number)]


def sampled(at, number, word):
    """The quick profile takes every sixth."""
    return pytest.param(number, word, id=f"{number:02}_{word}", marks=[pytest.mark.thorough] if at % 6 else [])


@pytest.mark.parametrize(("number", "word"), [sampled(at, *each) for at, each in enumerate(ANSWERS)])
def test_a_wrong_answer_fails_and_gets_its_own_sentence(number, word):
    path = files.wrong(number)[word]
    outcome = checking.check(number, path=path)
    assert outcome.status == "wrong", outcome.text
    assert clause(path)
    assert clause(path) in " ".join(outcome.text.split()), outcome.text
    assert outcome.word == word, outcome.text
    assert outcome.text.endswith(f"(more: `minitensor explain {word}`)")
    assert outcome.lines[0].strip()
    assert len(outcome.text.splitlines()) <= 16, outcome.text
    assert max(map(len, outcome.text.splitlines())) <= 100, outcome.text


def imports(path):
    return {ast.unparse(each) for each in known(path).tree.body if isinstance(each, (ast.Import, ast.ImportFrom))}


@for_each(ANSWERS)
def test_a_wrong_answer_imports_no_more_than_its_exercise(answer):
    """Grading takes nothing but bodies."""
    number, word = answer
    assert imports(files.wrong(number)[word]) <= imports(files.stub(number))
