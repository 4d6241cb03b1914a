"""Lesson pages: what sphinx-gallery writes, with a number in the title, a line of facts, and our own notebook."""

import json
import re
from pathlib import Path
from typing import NamedTuple

from minitensor.command.cells import facts
from minitensor.command.lesson import lessons, title
from minitensor.command.notebook import notebook
from minitensor.exercise.files import exercises, header

README = Path(__file__).parents[2] / "README.md"
ROW = re.compile(r"^\| \[(\d+) (.+?)\]\(lessons/\S+\) \| (.+) \|$", re.MULTILINE)
FACTS = re.compile(r"^About\s\d+\sminutes\.\sNeeds\s(?:.|\n(?!\n))+\n", re.MULTILINE)
LABEL = re.compile(r"^\.\. _sphx_glr_(?!download)", re.MULTILINE)  # above it is a note about the end of the page
DOWNLOADS = re.compile(r"^\.\. _sphx_glr_download_", re.MULTILINE)  # below it are links to sphinx-gallery's files
TITLE = re.compile(r"^(.+)\n=+\n", re.MULTILINE)
MENTION = re.compile(r"(?<![*`\w])(?:[Ll]esson (\d+)|Exercises? (\d+)(?: (?:to|and) \d+)?)(?![*`\w])")
OUTPUT = re.compile(
    r"^\.\. rst-class:: sphx-glr-script-out\n\n \.\. code-block:: none\n\n(?:    .*\n|\n)+", re.MULTILINE
)
COLUMNS = 88
AFTER_GALLERY = 900  # a priority: sphinx-gallery writes its pages at 500


class Lesson(NamedTuple):
    """What pages say of a lesson.

    name : its short name; ideas : what is in it, as the README has both
    minutes, needs : as its docstring ends, such as 20 and "lessons 1 and 2"
    """

    number: int
    stem: str
    title: str
    name: str
    ideas: str
    minutes: int
    needs: str


def setup(app):
    """To Sphinx this file is an extension, which mends pages as they are read."""
    app.connect("builder-inited", _write_notebooks, priority=AFTER_GALLERY)
    app.connect("source-read", _read)
    app.connect("html-page-context", _style)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def all_lessons(readme=None):
    """The lessons by number: names and ideas are the README's, all else is the script's."""
    words = README.read_text(encoding="utf-8") if readme is None else readme
    rows = {int(number): (name, ideas) for number, name, ideas in ROW.findall(words)}
    return {
        number: Lesson(number, path.stem, title(path), *rows[number], *facts(path))
        for number, path in lessons().items()
    }


def _write_notebooks(app):
    for path in lessons().values():
        write(Path(app.srcdir) / "lessons" / f"{path.stem}.ipynb", json.dumps(notebook(path), indent=1) + "\n")


def write(path, text):
    """Write a page or a file, if it is not there as it should be: what has not changed is not read again."""
    path.parent.mkdir(exist_ok=True)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def _style(app, name, *_):
    if name.startswith(("lessons/", "exercises")):
        app.add_css_file("lessons.css")


def _read(app, name, source):
    found = re.fullmatch(r"lessons/(\d\d)_\w+", name)
    if name == "lessons/index":
        source[0] = index((lessons()[1].parent / "README.rst").read_text(encoding="utf-8"), all_lessons())
    elif found:
        source[0] = page(source[0], int(found[1]), all_lessons())


def index(words, known):
    """The page of all lessons: its words, a card for each, and their order for "previous" and "next"."""
    order = [f"   {number} · {each.name} <{each.stem}>" for number, each in known.items()]
    return "\n".join([words, ".. lesson-cards::", "", ".. toctree::", "   :hidden:", "", *order, ""])


def page(written, number, known):
    """A page of sphinx-gallery's as we want it."""
    start, end = LABEL.search(written), DOWNLOADS.search(written)
    body = FACTS.sub("", written[start.start() if start else 0 : end.start() if end else None], count=1)
    body = linked(body.replace(".. container:: answers", ".. fold:: Answers"), number, known)
    heading = f"{number} · {known[number].title}"
    below = f"{heading}\n{'=' * len(heading)}\n\n{line_of_facts(number, known)}\n"
    return TITLE.sub(lambda _: below, OUTPUT.sub(_marked, body), count=1)


def _marked(output):
    """What a cell printed: long lines of words are broken to fit the page, those of tables and of code never."""
    long = [line for line in output[0].splitlines() if len(line) > COLUMNS + 4]  # 4 of indentation
    words = long and not re.search(r"\S  +\S", output[0])
    return output[0].replace("sphx-glr-script-out", "sphx-glr-script-out words") if words else output[0]


def linked(text, number, known):
    """The page with links from the words "lesson 3" and "Exercises 7 to 14", in paragraphs alone."""

    def link(found):
        lesson = int(found[1]) if found[1] else None
        if lesson and lesson != number and lesson in known:
            return f":doc:`{found[0]} </lessons/{known[lesson].stem}>`"
        if found[2] and int(found[2]) in exercises():
            return f":doc:`{found[0]} </exercises/lesson_{header(int(found[2])).lesson:02}>`"
        return found[0]

    lines = text.split("\n")
    for at, (line, below) in enumerate(zip(lines, [*lines[1:], ""], strict=True)):
        if not line.startswith((" ", "..")) and not re.fullmatch(r"([-=])\1+", below):
            lines[at] = MENTION.sub(link, line)
    return "\n".join(lines)


def line_of_facts(number, known):
    """What to know before one begins: minutes, what it needs, its exercises, and how to have it."""
    each = known[number]
    with_it = exercises_of(number)
    practice = f" :doc:`{which(with_it)} </exercises/lesson_{number:02}>` with it." if with_it else ""
    practice = practice.replace("` with", "` goes with" if len(with_it) == 1 else "` go with")
    have = (
        f"``minitensor lesson {number}`` runs it. To download: :download:`its notebook <{each.stem}.ipynb>`, "
        f"for where minitensor is installed, or :download:`the script <{each.stem}.py>`."
    )
    first = f"About {each.minutes} minutes. Needs {_with_links(each.needs, known)}.{practice}"
    return f".. container:: lesson-facts\n\n   {first}\n\n   {have}\n"


def _with_links(needs, known):
    """The words "lesson 1" and the numbers of "lessons 1 and 2" as links."""

    def link(found):
        return f":doc:`{found[0]} </lessons/{known[int(found[1])].stem}>`"

    return re.sub(r"(?:\blesson )?\b(\d+)\b", link, needs)


def exercises_of(lesson):
    """The numbers of a lesson's exercises."""
    return [number for number in exercises() if header(number).lesson == lesson]


def which(numbers):
    """Exercises in words.

    >>> which([7, 8, 9]), which([5, 6]), which([51])
    ('Exercises 7 to 9', 'Exercises 5 and 6', 'Exercise 51')
    """
    first, last = numbers[0], numbers[-1]
    return f"Exercises {first} {'and' if last == first + 1 else 'to'} {last}" if last > first else f"Exercise {first}"
