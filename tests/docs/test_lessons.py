"""What a lesson must be for its page: narrow, said to be how long, and every picture said in words."""

import ast
import io
import re
from pathlib import Path

import pytest

import minitensor
from minitensor.command.cells import LINK, cells, facts
from minitensor.command.lesson import lessons

pytest.importorskip("matplotlib", reason="what draws is asked of minitensor.plot, which needs matplotlib")
from minitensor import plot

ROOT = Path(minitensor.__file__).parents[1]
WIDTH = 88
ALT = re.compile(r"^# alt: .*(?:\n#  .*)*", re.MULTILINE)
NO_PICTURE = {"outlined", "drawn", "save", "save_all", "show_all", "close_all", "headless", "is_headless"}


def text_of(number):
    return lessons()[number].read_text(encoding="utf-8")


def wide(text):
    return [line for line in text.splitlines() if len(line) > WIDTH]


def words_of(comment):
    """The words of one comment `# alt: …` on one line."""
    return " ".join(line.lstrip("#").strip() for line in comment.splitlines()).removeprefix("alt: ")


def drawing(code):
    """The lines, from 0, on which a statement of a cell draws a figure."""
    return [
        statement.lineno - 1
        for statement in ast.parse(code).body
        if not isinstance(statement, ast.FunctionDef)
        for node in ast.walk(statement)
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("plot.")
        if node.func.attr in set(plot.__all__) - NO_PICTURE
    ]


def without_words(code):
    """The lines of a cell that draw, and have no comment `# alt: …` right above."""
    ends = {code[: found.end()].count("\n") + 1 for found in ALT.finditer(code)}
    return [code.splitlines()[line] for line in drawing(code) if line not in ends]


def raw_prose(text):
    """The reStructuredText of a lesson: its docstring, and what stands below each ``# %%``."""
    blocks = re.findall(r"^# %%.*\n((?:#.*\n)*)", text, re.MULTILINE)
    return "\n\n".join([ast.get_docstring(ast.parse(text)), *(re.sub("^# ?", "", each, flags=re.M) for each in blocks)])


def complaints(prose):
    """What docutils says of it."""
    docutils = pytest.importorskip("docutils.core", reason="reads reStructuredText")
    settings = {"report_level": 2, "halt_level": 5, "warning_stream": io.StringIO(), "syntax_highlight": "none"}
    docutils.publish_doctree(prose, settings_overrides=settings)
    return settings["warning_stream"].getvalue()


@pytest.mark.parametrize("number", lessons())
def test_lessons_are_narrow(number):
    assert wide(text_of(number)) == []


@pytest.mark.parametrize("number", lessons())
def test_a_lesson_says_how_long_it_takes_and_what_it_needs(number):
    minutes, needs = facts(lessons()[number])
    assert 10 <= minutes <= 90
    assert minutes % 5 == 0
    for other in map(int, re.findall(r"\d+", needs)):
        assert other < number


@pytest.mark.parametrize("number", lessons())
def test_every_picture_is_said_in_words(number):
    for cell in cells(lessons()[number]):
        assert without_words(cell.code) == []
        assert len(ALT.findall(cell.code)) == len(drawing(cell.code))


def test_the_words_say_what_is_seen_and_no_two_pictures_have_the_same():
    said = [words_of(each) for number in lessons() for each in ALT.findall(text_of(number))]
    assert len(said) > 80
    assert len(set(said)) == len(said)
    for words in said:
        assert words.endswith(".")
        assert 60 <= len(words) <= 400, words
        assert not re.match(r"(?i)(a |the )?(plot|picture|chart|figure|image|graph) of\b", words) or "tasks" in words


@pytest.mark.parametrize("number", lessons())
def test_the_prose_is_good_restructured_text(number):
    assert complaints(raw_prose(text_of(number))) == ""


@pytest.mark.parametrize("number", lessons())
def test_relative_links_lead_to_pages_of_the_site(number):
    addresses = [address for _, address in LINK.findall(raw_prose(text_of(number))) if ":" not in address]
    if addresses and not (ROOT / "docs" / "explore").is_dir():
        pytest.skip("the site's pages are not here")
    for address in addresses:
        page = re.fullmatch(r"\.\./([\w/]+)\.html(?:\?[\w,=&%.-]+)?(?:#[\w-]+)?", address)[1]
        assert (ROOT / "docs" / f"{page}.md").is_file(), address


def test_the_explorers_are_named_where_they_help():
    for number, page in {3: "broadcasting", 4: "einsum", 6: "mean_shift", 7: "memory"}.items():
        assert f"<../explore/{page}.html" in text_of(number)
    assert "broadcasting.html?shapes=4,4x1>" in text_of(3)  # the trap


# These checks can fail.
def test_a_wide_line_is_found():
    assert wide(f"{'x' * WIDTH}\n{'x' * (WIDTH + 1)}") == ["x" * (WIDTH + 1)]


def test_a_picture_without_words_is_found():
    good = "x = 1\n# alt: Two dots,\n#      far apart.\nplot.images(\n    x,\n)\n"
    assert without_words(good) == []
    assert [words_of(each) for each in ALT.findall(good)] == ["Two dots, far apart."]
    assert without_words(good.replace("# alt", "# not")) == ["plot.images("]
    assert without_words(good.replace("plot.images", "y = 2\nplot.images")) == ["plot.images("]
    two = good + "fig = plot.losses(x)\n"
    assert without_words(two) == ["fig = plot.losses(x)"]
    assert without_words("plot.outlined(x)\nplot.drawn()") == []


@pytest.mark.parametrize(
    ("prose", "complaint"),
    [("The modulus |v| of v.", "Undefined substitution"), ("An *open end.", "emphasis"), ("* a\nb", "Bullet list"),
     (r"The modulus \|v\| of `v <../v.html?x=1,4>`__.", "")],
)  # fmt: skip
def test_bad_restructured_text_is_found(prose, complaint):
    assert complaint in complaints(prose)
    assert bool(complaints(prose)) == bool(complaint)
