"""The simulator's manual: a broken kernel, what is said of it, and the kernel that is right, all three run.

``diagnosis`` shows a page of `minitensor explain`, or a text of the same form that stands below it. The site is not
made where the kernel does not earn the diagnosis that is named, or where the other is not right.
"""

import re
from typing import Any

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective

from making import _anchors
from making._programs import Page, Prose, Step, Wrong, mends, read


def setup(app):
    """To Sphinx this file is an extension."""
    app.add_directive("diagnosis", Diagnosis)
    app.add_directive("counters", Counted)
    app.add_transform(_anchors.Known)
    app.connect("html-page-context", style)
    return {"parallel_read_safe": True}


def style(app, pagename, templatename, context, doctree):
    """The style of these pages, on these pages."""
    if doctree is not None and any("program" in each["classes"] for each in doctree.findall(nodes.container)):
        app.add_css_file("manual.css")


class Diagnosis(SphinxDirective):
    """``diagnosis`` with the anchors of a section. kind : of `minitensor.gpu.facts.Facts`, or the name of an error

    page : the word whose page is shown, if it is not the first anchor, and nothing stands below
    """

    required_arguments, final_argument_whitespace, has_content = 1, True, True
    option_spec = {"kind": directives.unchanged, "page": directives.unchanged}

    def run(self) -> list[Any]:
        from minitensor.exercise.files import pages

        first, *others = self.arguments[0].split()
        word = self.options.get("page", first)
        if not self.content:
            self.env.note_dependency(str(pages()[word]))
        text = "\n".join(self.content) if self.content else pages()[word].read_text(encoding="utf-8")
        page = earned(text, self.options.get("kind", ""), word)
        made = _anchors.section(self.state.document, [nodes.Text(first)], first, *others)
        made.line = self.lineno
        made += _anchors.paragraph(sentence(page.about), "about")
        made += shown(page)
        return [made]


def earned(text: str, kind: str, word: str) -> Page:
    """The page, run. Raises Wrong where its first error is not of this kind, or where it has none and should."""
    page = read(text)
    error = page.error
    known = {type(error).__name__, getattr(getattr(error, "facts", None), "kind", "")} if error else {""}
    if kind not in known:
        raise Wrong(f"{word}: the kernel should earn {kind or 'no error'}, and earns {error!r}")
    if not page.halves[1]:
        raise Wrong(f"{word}: nothing mends the kernel")
    return page


def sentence(text: str) -> str:
    return text[:1].upper() + text[1:] if text[:1].isalpha() and not text.startswith("cuda.") else text


def shown(page: Page) -> Any:
    """What is broken beside what mends it, each with what came out."""
    both = nodes.container(classes=["program", "pair"])
    for parts, name in zip(page.halves, ("broken", "mended"), strict=True):
        half = nodes.container(classes=[name])
        for part in parts:
            half += prose(part) if isinstance(part, Prose) else steps(part)
        both += half
    return both


def prose(part: Prose) -> Any:
    """A paragraph, in which "Mend" stands out."""
    if not mends(part):
        return _anchors.paragraph(part.text)
    word, _, rest = part.text.partition(" ")
    made = _anchors.paragraph(f" {sentence(rest)}")
    made.insert(0, nodes.strong(word, word))
    return made


def steps(step: Step) -> list[Any]:
    """The code, and below it what it printed or raised."""
    text = step.source.strip("\n")
    begins = step.line + len(step.source) - len(step.source.lstrip("\n"))
    code = nodes.literal_block(text, text, language="python", linenos=bool(step.error))
    lines = [each - begins + 1 for each in named(step.error) if each >= begins]
    code["highlight_args"] = {"linenostart": begins} | ({"hl_lines": lines} if lines else {})
    found = [code]
    if step.error:
        name = type(step.error).__name__
        path = f"{type(step.error).__module__}.{name}"
        link = addnodes.pending_xref("", nodes.literal(name, name), refdomain="py", reftype="obj", reftarget=path)
        found += [nodes.paragraph("", "", link, classes=["label", "fault"]), said(str(step.error), "message")]
    if step.output:
        found += [nodes.paragraph("", "gives", classes=["label"]), said(step.output.rstrip("\n"), "output")]
    return found


def said(text: str, kind: str) -> Any:
    block = nodes.literal_block(text, text, language="text", classes=[kind])
    return nodes.container("", block, classes=[kind])


def named(error: Exception | None) -> list[int]:
    """The lines of a program that a message names.

    >>> named(ValueError("thread 7 writes it: race.py:8: s[t] = x[t]"))
    [8]
    """
    return sorted({int(each) for each in re.findall(r"\b\w+\.py:(\d+): ", str(error or ""))})


class Counted(SphinxDirective):
    """``counters`` with the names of counters: a section for them, with words and a program, in Markdown and doctest.

    unit : what is counted
    """

    required_arguments, final_argument_whitespace, has_content = 1, True, True
    option_spec = {"unit": directives.unchanged_required}

    def run(self) -> list[Any]:
        names = self.arguments[0].split()
        title = [part for name in names for part in (nodes.literal(name, name), nodes.Text(", "))][:-1]
        made = _anchors.section(self.state.document, title, *names)
        made.line = self.lineno
        made += nodes.paragraph("", f"Unit: {self.options['unit']}", classes=["unit"])
        program = nodes.container(classes=["program"])
        for part in read("\n".join(self.content), names[0]).parts:
            if isinstance(part, Prose):
                program += self.parse_text_to_nodes(part.text)
            else:
                program += steps(part)
        made += program
        return [made]

