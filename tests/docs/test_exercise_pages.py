"""Pages of exercises: every statement, all hints, no solution."""

import ast
import re

import pytest
from making import exercise_pages
from making.lesson_pages import all_lessons, exercises_of
from many import for_each

from minitensor.exercise.catalogue import EXERCISES
from minitensor.exercise.files import exercises, header, solution, stub

WORD = re.compile(r"[A-Za-z0-9]+")


@for_each(list(exercises()))
def test_a_section_has_all_that_the_file_says_and_three_hints(number):
    made = exercise_pages.section(number)
    assert made.startswith(f".. _exercise-{number}:\n")
    file = stub(number).read_text(encoding="utf-8")
    said, shown = (WORD.findall(text) for text in (file, made))
    assert set(said) - set(shown) <= {f"{number:02}", "lesson", str(header(number).lesson)} | {
        word for word in said if word.lower() in (header(number).kind, "lesson")
    }
    assert re.findall(r"fold:: (.*)", made) == ["Hint 1 of 3", "Hint 2 of 3", "Hint 3 of 3"]
    assert made.count("**Star:**") <= max(1, len(EXERCISES[number].stars))


@for_each(list(exercises()))
def test_no_solution_is_on_a_page(number):
    begun, block = stub(number).read_text("utf-8"), exercise_pages.section(number).partition(".. fold::")[0]
    tree = ast.parse(solution(number).read_text("utf-8"))
    lines = {ast.unparse(each) for each in ast.walk(tree) if isinstance(each, ast.stmt)}
    own = [each for each in lines if "\n" not in each and len(each) > 30 and each not in begun]
    assert [each for each in own if each in block] == []
    words = ast.get_docstring(tree).split("\n", 2)[2].split(". ")[0]
    assert " ".join(words.split()) not in " ".join(block.split())


@pytest.mark.parametrize(
    ("words", "made"),
    [
        ("One\nline.", ["One line.", ""]),
        ("As here:\n\n    a  b\n\n    c\n\nAnd on.",
         ["As here:", "", ".. code-block:: text", "", "    a  b", "", "    c", "", "And on.", ""]),
        ("    a\n    b\nWords `x_`.", [".. code-block:: text", "", "    a", "    b", "", "Words ``x_``.", ""]),
        ("Star: one\n      more.\nStar: two.", ["**Star:** one more.", "", "**Star:** two.", ""]),
    ],
)  # fmt: skip
def test_figures_stay_and_words_flow(words, made):
    assert exercise_pages.statement(words).split("\n") == made


def test_marks_are_plain():
    assert exercise_pages.inline("|x|² - 2 * y_ * z") == r"\|x\|² - 2 \* y\_ \* z"
    assert exercise_pages.inline("what *one* does to `a_`") == "what *one* does to ``a_``"


def test_every_exercise_is_on_the_page_of_its_lesson_in_order():
    known = all_lessons()
    pages = [exercise_pages.page(each) for each in known.values() if exercises_of(each.number)]
    anchors = re.findall(r"^\.\. _exercise-(\d+):$", "".join(pages), re.MULTILINE)
    assert list(map(int, anchors)) == list(exercises())
    listed = re.findall(r"<exercises/lesson_(\d\d)>", exercise_pages.order(known))
    assert list(map(int, listed)) == sorted({header(number).lesson for number in exercises()})


def test_the_table_says_kind_amount_minutes_and_stars():
    assert exercise_pages.about(8) == ("write", "about 8 lines", "15", "★" * len(EXERCISES[8].stars))
