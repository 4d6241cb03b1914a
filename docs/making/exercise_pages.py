"""The exercises: a page of them for each lesson, and the table of all, made from the files that learners begin with."""

import ast
import re
from itertools import groupby
from pathlib import Path

from making.lesson_pages import all_lessons, exercises_of, which, write
from making.links import link
from minitensor.exercise.catalogue import EXERCISES
from minitensor.exercise.files import exercises, header, stub

FIGURE = "    "  # what a line of a figure begins with
HEADINGS = ("No.", "Exercise", "To do", "How much", "Minutes", "Stars")


def setup(app):
    """To Sphinx this file is an extension, which writes the pages, and knows a directive for the table."""
    from docutils import nodes
    from sphinx.util.docutils import SphinxDirective

    class ExerciseTable(SphinxDirective):
        """All exercises in one table, which begins anew at each lesson; rows are anchors: ``#exercise-7``."""

        def run(self):
            known, body = all_lessons(), nodes.tbody()
            for lesson, numbers in groupby(exercises(), lambda number: header(number).lesson):
                numbers = list(numbers)
                first = nodes.paragraph()
                first += self.to_lesson(known[lesson])
                body += nodes.row("", nodes.entry("", first, morecols=len(HEADINGS) - 1), classes=["of-lesson"])
                for number in numbers:
                    cells = [[nodes.Text(str(number))], [self.to_exercise(number)], *map(_text, about(number))]
                    entries = [nodes.entry("", nodes.paragraph("", "", *cell)) for cell in cells]
                    body += nodes.row("", *entries, ids=[f"exercise-{number}"])
            head = nodes.thead("", nodes.row("", *(nodes.entry("", nodes.paragraph("", each)) for each in HEADINGS)))
            group = nodes.tgroup("", *(nodes.colspec(colwidth=1) for _ in HEADINGS), head, body, cols=len(HEADINGS))
            return [nodes.table("", group, classes=["exercises"])]

        def to_lesson(self, each):
            return link(self.env, f"Lesson {each.number} · {each.name}", "doc", f"/lessons/{each.stem}")

        def to_exercise(self, number):
            return link(self.env, header(number).title, "ref", f"exercise-{number}")

    def _text(words):
        return [nodes.Text(words)]

    app.connect("builder-inited", _write_pages)
    app.connect("source-read", _read)
    app.add_directive("exercise-table", ExerciseTable)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _write_pages(app):
    for each in _with_exercises(all_lessons()):
        write(Path(app.srcdir) / "exercises" / f"lesson_{each.number:02}.rst", page(each))


def _read(app, name, source):
    if name == "exercises":
        source[0] += order(all_lessons())


def order(known):
    """The pages in their order, for the list at the left, for "previous" and for "next"."""
    lines = [f"{each.number} · {each.name} <exercises/lesson_{each.number:02}>" for each in _with_exercises(known)]
    return "\n".join(["", "```{toctree}", ":hidden:", "", *lines, "```", ""])


def _with_exercises(known):
    return [each for each in known.values() if exercises_of(each.number)]


def about(number):
    """What the table says beside a title: what there is to do, how much of it, minutes, stars."""
    each = header(number)
    return each.kind, each.amount, str(each.minutes), "★" * len(EXERCISES[number].stars)


def page(lesson):
    """The exercises of a lesson as reStructuredText."""
    numbers = exercises_of(lesson.number)
    minutes = sum(header(number).minutes for number in numbers)
    top = (
        f"{which(numbers)} of :doc:`lesson {lesson.number}, {lesson.title.partition(':')[0]}"
        f" </lessons/{lesson.stem}>`, some {minutes} minutes for whoever has read it. "
        "How to begin: :doc:`/exercises`. Where a solution lies is said by ``minitensor check`` once yours is right.\n"
    )
    words = f"{lesson.number} · {lesson.name}: exercises"
    return "\n".join([_heading(words, "="), top, *map(section, numbers)])


def section(number):
    """One exercise: its statement, the code to begin with, and its hints, each folded."""
    each, path = header(number), stub(number)
    text = path.read_text(encoding="utf-8")
    doc = ast.parse(text).body[0]
    words = doc.value.value.split("\n", 2)[2].strip("\n")  # after the two lines of the header
    code = "\n".join(text.splitlines()[doc.end_lineno :]).strip("\n")
    hints = [
        f".. fold:: Hint {at} of {len(EXERCISES[number].hints)}\n\n   {inline(hint)}\n"
        for at, hint in enumerate(EXERCISES[number].hints, 1)
    ]
    facts = f"{each.kind.capitalize()}, {each.amount}, {each.minutes} minutes. ``minitensor check {number}``"
    return "\n".join(
        [
            f".. _exercise-{number}:\n",
            _heading(f"{number} · {each.title}", "-"),
            f".. rst-class:: exercise-facts\n\n{facts}\n",
            statement(words),
            f".. code-block:: python\n   :caption: {path.name}\n",
            *(f"   {line}".rstrip() for line in code.splitlines()),
            "",
            *hints,
        ]
    )


def statement(words):
    """The text of an exercise as reStructuredText: figures, which are indented, stay as they are.

    >>> print(statement("Shapes:\\n\\n    table  3  4\\n\\nStar: any `n`\\n      of axes."))
    Shapes:
    <BLANKLINE>
    .. code-block:: text
    <BLANKLINE>
        table  3  4
    <BLANKLINE>
    **Star:** any ``n`` of axes.
    <BLANKLINE>
    """
    out = []
    for kind, block in _blocks(words.splitlines()):
        if kind == "figure":
            out += [".. code-block:: text", "", *block]
        else:
            plain = inline(" ".join(line.strip() for line in block))
            out.append(re.sub(r"^Star: ", "**Star:** ", plain))
        out.append("")
    return "\n".join(out)


def _blocks(lines):
    """Runs of lines: ("figure", its lines) or ("words", a paragraph's). A star's sentence goes on indented."""
    out = []
    for line in lines:
        star = out and out[-1][0] == "words" and out[-1][1] and out[-1][1][0].startswith("Star:")
        if not line.strip():
            if out and out[-1][0] == "figure":
                out[-1][1].append("")
            else:
                out.append(("words", []))
        elif line.startswith(FIGURE) and not star:
            if not out or out[-1][0] != "figure":
                out.append(("figure", []))
            out[-1][1].append(line)
        else:
            if not out or out[-1][0] != "words" or line.startswith("Star:"):
                out.append(("words", []))
            out[-1][1].append(line)
    return [(kind, "\n".join(block).rstrip().splitlines()) for kind, block in out if any(block)]


def inline(words):
    """Words of an exercise for reStructuredText: `code` and *stress* stay what they are, all other marks are plain.

    >>> inline("`out[i]` is *one* of n * m * d")
    '``out[i]`` is *one* of n \\\\* m \\\\* d'
    """
    parts = re.split(r"(`[^`]+`|(?<!\w)\*\w[^*]*\w\*(?!\w))", words)
    plain = (re.sub(r"([\\*`_|])", r"\\\1", part) for part in parts[::2])
    marked = (f"`{part}`" if part.startswith("`") else part for part in [*parts[1::2], ""])
    return "".join(a + b for a, b in zip(plain, marked, strict=True))


def _heading(words, line):
    return f"{inline(words)}\n{line * (len(words) + 9)}\n"
