"""What must hold of every exercise: its stub is not done, its solution is right, its wrong answers are told apart."""

import ast
import difflib
import re

import pytest

from minitensor.exercise import checking, files
from minitensor.exercise.catalogue import EXERCISES
from minitensor.exercise.programs import clause, known

SAMPLE = 4  # the quick profile proves every fourth exercise, others at every run


def named(numbers):
    return [pytest.param(number, id=files.exercises()[number].stem) for number in numbers]


NUMBERS = sorted(EXERCISES)
ANSWERS = [(number, word) for number in NUMBERS for word in files.wrong(number)]
each_exercise = pytest.mark.parametrize("number", named(NUMBERS))


def kind_of(number):
    return files.header(number).kind


@each_exercise
def test_the_stub_is_not_done_and_says_so(number):
    path = files.stub(number)
    outcome = checking.check(number, path=path)
    assert outcome.status == "undone", outcome.text
    assert f"{number} " in outcome.lines[0]
    assert "is not done yet" in outcome.lines[0]
    assert "Traceback" not in outcome.text
    if kind_of(number) != "mend":
        line = path.read_text(encoding="utf-8").splitlines()[outcome.line - 1]
        assert ("raise NotImplementedError" if kind_of(number) == "write" else ": ...") in line


@each_exercise
def test_the_solution_is_right_and_reaches_every_star(number):
    outcome = checking.check(number, path=files.solution(number))
    assert outcome.status == "right", outcome.text
    assert outcome.stars == (True,) * len(EXERCISES[number].stars), outcome.text
    if kind_of(number) == "write":
        assert outcome.stars
    assert len(outcome.lines) <= 12


@each_exercise
def test_another_way_is_right_too(number):
    path = files.solution(number)
    if known(path).function("other_way") is None:
        return
    names = known(path).names()
    other = names["other_way"]
    assert checking.check(number, other).status == "right", checking.check(number, other).text


@pytest.mark.parametrize(("number", "word"), [pytest.param(*each, id=f"{each[0]:02}_{each[1]}") for each in ANSWERS])
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


@each_exercise
def test_there_are_three_wrong_answers_and_three_hints(number):
    assert len(files.wrong(number)) >= 3
    clauses = [clause(path) for path in files.wrong(number).values()]
    assert len(set(clauses)) == len(clauses)
    hints = EXERCISES[number].hints
    assert len(set(hints)) == 3
    assert all(hint.strip() for hint in hints)


def bodies_emptied(path, exercise):
    """The tree without docstring, without bodies of what is to be written, without another way."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    stub = known(files.by_name(exercise.name))
    unwritten = {each.name for each in stub.tree.body if isinstance(each, ast.FunctionDef)}
    kept = []
    for node in tree.body[1:]:
        if isinstance(node, ast.FunctionDef):
            if node.name not in unwritten:
                assert node.name == "other_way"
                continue
            node.body = node.body[:1]
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "answers":
            node.value.values = []
        kept.append(ast.dump(node))
    return kept


def program_lines(path):
    """The program as lines, without docstring and without another way."""
    body = ast.parse(path.read_text(encoding="utf-8")).body[1:]
    return "\n".join(ast.unparse(node) for node in body if getattr(node, "name", "") != "other_way").splitlines()


@each_exercise
def test_solving_only_fills_in(number):
    stub, solution = files.stub(number), files.solution(number)
    if kind_of(number) == "mend":
        one, other = (program_lines(path) for path in (stub, solution))
        changed = [line[0] for line in difflib.ndiff(one, other) if line[0] in "+-"]
        assert changed.count("+") == 1
        assert changed.count("-") <= 1  # none where a line is missing
    else:
        assert bodies_emptied(stub, EXERCISES[number]) == bodies_emptied(solution, EXERCISES[number])


@each_exercise
def test_the_statement_is_one_screen(number):
    lines = files.stub(number).read_text(encoding="utf-8").splitlines()
    assert len(lines) <= (50 if kind_of(number) == "mend" else 40)
    assert max(map(len, lines)) <= 88
    "\n".join(lines).encode("cp1252")
    text = ast.get_docstring(known(files.stub(number)).tree)
    assert len(re.findall(r"^Star: ", text, re.M)) == len(EXERCISES[number].stars)
    assert re.search(r"\blesson \d", text.partition("\n")[2])


def test_the_exercises_are_as_many_as_they_should_be():
    kinds = [kind_of(number) for number in NUMBERS]
    kernels = [number for number in NUMBERS if "@kernel" in files.stub(number).read_text(encoding="utf-8")]
    assert list(files.exercises()) == NUMBERS == list(range(1, len(NUMBERS) + 1))
    assert len(NUMBERS) >= 36
    assert len([number for number in kernels if kind_of(number) == "write"]) >= 12
    assert kinds.count("mend") >= 6
    lessons = [files.header(number).lesson for number in NUMBERS]
    assert lessons == sorted(lessons)
    first = dict(reversed(list(zip(lessons, kinds, strict=True))))
    assert set(first.values()) == {"predict"}
    for folder in ("solutions", "exercises"):
        assert {path.name for path in (files.lessons_folder() / folder).glob("*.py")} == {
            path.name for path in files.exercises().values()
        }
    assert {path.name for path in (files.lessons_folder() / "wrong").glob("*.py")} == {
        path.name for number in NUMBERS for path in files.wrong(number).values()
    }
