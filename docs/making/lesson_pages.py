"""Lesson pages: what sphinx-gallery writes, with a number in the title, a line of facts, and our own notebook."""

import json
import re
from pathlib import Path
from typing import NamedTuple

from minitensor.command.lesson import lessons, title
from minitensor.command.notebook import notebook
from minitensor.exercise.files import exercises, header

README = Path(__file__).parents[2] / "README.md"
ROW = re.compile(r"^\| \[(\d+) (.+?)\]\(lessons/\S+\) \| (.+) \|$", re.MULTILINE)
FACTS = re.compile(r"^About (\d+) minutes\.((?: |\n)[^\n]+(?:\n[^\n]+)*)?\n(?:\n|\Z)", re.MULTILINE)
LABEL = re.compile(r"^\.\. _sphx_glr_(?!download)", re.MULTILINE)  # above it is a note about the end of the page
DOWNLOADS = re.compile(
    r"^\.\. _sphx_glr_download_", re.MULTILINE
)  # from here on there are links to sphinx-gallery's files
TITLE = re.compile(r"^(.+)\n=+\n", re.MULTILINE)
AFTER_GALLERY = 900  # a priority: sphinx-gallery writes its pages at 500


class Lesson(NamedTuple):
    """What pages say of a lesson.

    name : its short name; ideas : what is in it, as the README has both
    minutes, needs : from the last paragraph of its docstring; None where it says nothing
    """

    number: int
    stem: str
    title: str
    name: str
    ideas: str
    minutes: int | None
    needs: tuple[int, ...]


def setup(app):
    """To Sphinx this file is an extension, which mends pages as they are read."""
    app.connect("builder-inited", _write_notebooks, priority=AFTER_GALLERY)
    app.connect("source-read", _read)
    app.add_css_file("lessons.css")
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def all_lessons(readme=None):
    """The lessons by number: names and ideas are the README's, all else is the script's."""
    words = README.read_text(encoding="utf-8") if readme is None else readme
    rows = {int(number): (name, ideas) for number, name, ideas in ROW.findall(words)}
    return {
        number: Lesson(number, path.stem, title(path), *rows[number], *facts(path.read_text(encoding="utf-8")))
        for number, path in lessons().items()
    }


def facts(script):
    """Minutes and needed lessons, of the paragraph "About 30 minutes. Needs lessons 2 and 6." in a script.

    >>> facts('About 30 minutes. Needs lessons 2, 3 and 6.')
    (30, (2, 3, 6))
    >>> facts('There is no such paragraph.')
    (None, ())
    """
    found = FACTS.search(script.replace('"""', "\n\n") + "\n")
    return (int(found[1]), tuple(map(int, re.findall(r"\d+", found[2] or "")))) if found else (None, ())


def _write_notebooks(app):
    for path in lessons().values():
        write(Path(app.srcdir) / "lessons" / f"{path.stem}.ipynb", json.dumps(notebook(path), indent=1) + "\n")


def write(path, text):
    """Write a page or a file, if it is not there as it should be: what has not changed is not read again."""
    path.parent.mkdir(exist_ok=True)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


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
    body = body.replace(".. container:: answers", ".. fold:: Answers")
    heading = f"{number} · {known[number].title}"
    below = f"{heading}\n{'=' * len(heading)}\n\n{line_of_facts(number, known)}\n"
    return TITLE.sub(lambda _: below, body, count=1)


def line_of_facts(number, known):
    """What to know before one begins: minutes, what it needs, its exercises, and how to have it."""
    each = known[number]
    needs = [f":doc:`lesson {one} <{known[one].stem}>`" for one in each.needs]
    with_it = exercises_of(number)
    parts = [
        f"About {each.minutes} minutes." if each.minutes else "",
        f"Needs {listed(needs)}." if needs else "",
        f":doc:`{which(with_it)} </exercises/lesson_{number:02}>`" if with_it else "",
    ]
    if with_it:
        parts[-1] += f" {'goes' if len(with_it) == 1 else 'go'} with it."
    have = (
        f"``minitensor lesson {number}`` runs it. To download: :download:`its notebook <{each.stem}.ipynb>`, "
        f"which installs what it needs, or :download:`the script <{each.stem}.py>`."
    )
    return f".. container:: lesson-facts\n\n   {' '.join(filter(None, parts))}\n\n   {have}\n"


def exercises_of(lesson):
    """The numbers of a lesson's exercises."""
    return [number for number in exercises() if header(number).lesson == lesson]


def which(numbers):
    """Exercises in words.

    >>> which([7, 8, 9]), which([51])
    ('Exercises 7 to 9', 'Exercise 51')
    """
    return f"Exercise {numbers[0]}" if len(numbers) == 1 else f"Exercises {numbers[0]} to {numbers[-1]}"


def listed(words):
    """Words with commas and an "and".

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
