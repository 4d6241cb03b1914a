"""What must hold of every exercise: its stub is not done, its solution is right, its wrong answers are told apart."""

import ast
import difflib
import random
import re
import shutil

import numpy as np
import pytest

import minitensor as mt
from minitensor.exercise import checking, files
from minitensor.exercise.calls import calls, costs_of_solution, counted_on, of_solution
from minitensor.exercise.catalogue import EXERCISES
from minitensor.exercise.comparing import alike, difference, numbers
from minitensor.exercise.programs import clause, known, names_of

NUMBERS = sorted(EXERCISES)


def sampled(number):
    """In random order, which shows that none needs another; the quick profile takes every third of those that run."""
    return pytest.param(number, id=files.exercises()[number].stem, marks=[pytest.mark.thorough] if number % 3 else [])


each_exercise = pytest.mark.parametrize("number", [pytest.param(n, id=files.exercises()[n].stem) for n in NUMBERS])
some_exercises = pytest.mark.parametrize("number", list(map(sampled, random.Random(16).sample(NUMBERS, len(NUMBERS)))))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A learner's folder, in which nothing is done."""
    found = tmp_path_factory.mktemp("exercises")
    for path in files.exercises().values():
        shutil.copy(path, found)
    return found


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


@some_exercises
def test_the_solution_is_right_and_reaches_every_star_where_all_others_are_stubs(number, folder):
    path = folder / files.stub(number).name
    shutil.copy(files.solution(number), path)
    outcome = checking.check(number, path=path)
    shutil.copy(files.stub(number), path)
    assert outcome.status == "right", outcome.text
    assert outcome.stars == (True,) * len(EXERCISES[number].stars), outcome.text
    if kind_of(number) == "write":
        assert outcome.stars
    assert len(outcome.text.splitlines()) <= 20


@some_exercises
def test_another_way_is_right_too(number):
    path = files.solution(number)
    if known(path).function("other_way") is not None:
        outcome = checking.check(number, names_of(path)["other_way"])
        assert outcome.status == "right", outcome.text


@each_exercise
def test_what_is_counted_is_counted_of_the_solution(number):
    exercise = EXERCISES[number]
    for which, star in enumerate(exercise.stars):
        if star.most:
            key, _ = counted_on(number, f"star {which}", 0)
            assert star.most.keys() <= costs_of_solution(number, key, 0).keys()


def in_float16(x):
    """The same numbers with the digits that float16 keeps."""
    if isinstance(x, (tuple, list)):
        return type(x)(map(in_float16, x))
    if isinstance(x, dict):
        return {key: in_float16(value) for key, value in x.items()}
    if isinstance(x, float):
        return float(np.float16(x))
    is_float = isinstance(x, (mt.Tensor, np.ndarray)) and str(x.dtype).startswith("float")
    if not is_float:
        return x
    rounded = numbers(x).astype("float16").astype(str(x.dtype))
    return mt.tensor(rounded) if isinstance(x, mt.Tensor) else rounded


@some_exercises
@pytest.mark.filterwarnings("ignore:overflow encountered in cast")
def test_too_few_digits_are_found_out(number):
    exercise = EXERCISES[number]
    if not exercise.function:
        return
    found = [of_solution(number, key, 0).value for key, _ in calls(number, "cases", 0)]
    rounded = [in_float16(each) for each in found]
    with_floats = any(not alike(one, other) for one, other in zip(found, rounded, strict=True))
    seen = any(difference(one, other, exercise.digits) for one, other in zip(found, rounded, strict=True))
    assert seen == with_floats


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
    assert lines[1].strip()  # no empty line below the title
    "\n".join(lines).encode("cp1252")
    text = ast.get_docstring(known(files.stub(number)).tree)
    assert len(re.findall(r"^Star: ", text, re.M)) == len(EXERCISES[number].stars)
    assert re.search(r"\blesson \d", text.partition("\n")[2])


@each_exercise
def test_a_solution_fits_the_screen(number):
    lines = files.solution(number).read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if len(line) > 88] == []


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


def test_each_lesson_names_its_exercises():
    scripts = {int(path.name[:2]): path for path in files.lessons_folder().glob("[0-9][0-9]_*.py")}
    of = {lesson: [n for n in NUMBERS if files.header(n).lesson == lesson] for lesson in scripts}
    for lesson, path in scripts.items():
        found = re.findall(r"^# Exercises (\d+) (and|to) (\d+) go with", path.read_text(encoding="utf-8"), re.M)
        both = (
            [(str(of[lesson][0]), "and" if len(of[lesson]) == 2 else "to", str(of[lesson][-1]))] if of[lesson] else []
        )
        assert found == both, path.name
