"""The page of every word that a message ends with: what `minitensor explain` prints, under ``words.html#trap``.

The pages are read from the package, and are not run here: the tests hold their programs to what stands below them.
"""

import re
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from making import pieces
from making.programs import Prose, mends

KERNELS = "Kernels"
ANY = "Any exercise"


def setup(app):
    """To Sphinx this file is an extension."""
    app.add_directive("words", Words)
    return {"parallel_read_safe": True}


class Words(SphinxDirective):
    """A list of all words in groups, and then each with its page. manual : the page that has those of kernels"""

    def run(self) -> list[Any]:
        from minitensor.exercise.files import pages

        found = pages()
        texts = {word: path.read_text(encoding="utf-8") for word, path in found.items()}
        for path in found.values():
            self.env.note_dependency(str(path))
        groups = {titled(title): words for title, words in grouped(texts, lessons_of()).items()}
        short = nodes.bullet_list(classes=["words"])
        for title, words in groups.items():
            line = nodes.paragraph("", "", nodes.strong("", title), nodes.Text(": "))
            for number, word in enumerate(words):
                line += nodes.Text(", " * bool(number))
                line += nodes.inline("", "", nodes.reference("", word, internal=True, refid=word), classes=["word"])
            short += nodes.list_item("", line)
        made = [short]
        for title, words in groups.items():
            group = pieces.section(self.state.document, [nodes.Text(title)], slug(title.partition(",")[0]))
            for word in words:
                group += self.page(word, texts[word], title == KERNELS)
            made.append(group)
        return made

    def page(self, word: str, text: str, is_kernel: bool) -> Any:
        first, _, rest = text.partition("\n")
        made = pieces.section(self.state.document, [nodes.Text(word)], word)
        made.line = self.lineno
        made += pieces.paragraph(f"`{word}`: {first.partition(': ')[2]}", "about")
        for part in parts(rest):
            if isinstance(part, Prose):
                made += pieces.mending(part.text) if mends(part) else pieces.paragraph(part.text)
            else:
                made += pieces.code(part, "pycon")
        if is_kernel:
            made += self.parse_text_to_nodes(
                f"In the manual, with [the whole message, and beside what mends it](manual.md#{word})."
            )
        return made


def parts(text: str) -> Iterator[Prose | str]:
    """Paragraphs, and what is indented between them: programs with what they print.

    >>> list(parts("One\\nline.\\n\\n    >>> 1 + 1\\n    2\\n"))
    [Prose(text='One line.'), '>>> 1 + 1\\n2']
    """
    for part in re.split(r"\n\s*\n", text.strip("\n")):
        lines = part.splitlines()
        if all(line.startswith("    ") for line in lines):
            yield "\n".join(line[4:] for line in lines)
        else:
            yield Prose(" ".join(part.split()))


def lessons_of() -> dict[str, set[int]]:
    """The lessons whose exercises know a wrong answer of this name."""
    from minitensor.exercise.files import exercises, header, wrong

    found: dict[str, set[int]] = {}
    for number in exercises():
        for word in wrong(number):
            found.setdefault(word, set()).add(header(number).lesson)
    return found


def grouped(texts: dict[str, str], lessons: dict[str, set[int]]) -> dict[str, list[str]]:
    """Words by where they belong: those whose program is a kernel, those of one lesson by its number, and the rest.

    >>> grouped({"b": "", "a": "", "c": "cuda.grid(1)"}, {"a": {3}, "c": {7}})
    {'Any exercise': ['b'], 'Lesson 3': ['a'], 'Kernels': ['c']}
    """
    where = {}
    for word, text in sorted(texts.items()):
        of = lessons.get(word, set())
        where[word] = (
            (99, KERNELS) if "cuda" in text else (of_one(of), f"Lesson {of_one(of)}") if of_one(of) else (0, ANY)
        )
    groups: dict[str, list[str]] = {}
    for _, title in sorted(set(where.values())):
        groups[title] = [word for word in texts if where[word][1] == title]
    return {title: sorted(words) for title, words in groups.items()}


def titled(group: str) -> str:
    """A group by the name of its lesson.

    >>> titled("Lesson 7"), titled("Kernels")
    ('Lesson 7, GPU kernels', 'Kernels')
    """
    from making.lesson_pages import all_lessons

    if not group.startswith("Lesson "):
        return group
    return f"{group}, {all_lessons()[int(group.split()[1])].name}"


def of_one(lessons: set[int]) -> int:
    """The lesson, where there is one; 0 where there are none or several."""
    return next(iter(lessons)) if len(lessons) == 1 else 0


def slug(title: str) -> str:
    """An anchor that no word has.

    >>> slug("Lesson 3")
    'group-lesson-3'
    """
    return "group-" + re.sub(r"\W+", "-", title.lower())
