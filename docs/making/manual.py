"""The simulator's manual: a broken kernel, what is said of it, and the kernel that is right, all three run.

``diagnosis`` shows a page of `minitensor explain`, or a text of the same form that stands below it. The site is not
made where the kernel does not earn the diagnosis that is named, or where the other is not right.
"""

from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective

from making import pieces
from making.programs import Page, Prose, Step, earned, mends, named, read

STYLED = {"program", "words"}


def setup(app):
    """To Sphinx this file is an extension."""
    app.add_directive("diagnosis", Diagnosis)
    app.add_directive("counters", Counted)
    app.add_directive("kernel-program", Program)
    app.add_directive("diagnosed", Diagnosed)
    app.add_node(places)
    app.connect("doctree-read", fill)
    app.add_transform(pieces.Known)
    app.connect("html-page-context", style)
    return {"parallel_read_safe": True}


def style(app, pagename, templatename, context, doctree):
    """The style of these pages, on these pages."""
    if doctree is not None and any(
        STYLED & set(each["classes"]) for kind in (nodes.container, nodes.bullet_list) for each in doctree.findall(kind)
    ):
        app.add_css_file("manual.css")


class Diagnosis(SphinxDirective):
    """``diagnosis`` with the anchors of a section. kind : of `minitensor.gpu.facts.Facts`, or the name of an error

    page : the word whose page is shown, if it is not the first anchor, and nothing stands below
    """

    required_arguments, final_argument_whitespace, has_content = 1, True, True
    option_spec: ClassVar = {"kind": directives.unchanged, "page": directives.unchanged}

    def run(self) -> list[Any]:
        from minitensor.exercise.files import pages

        first, *others = self.arguments[0].split()
        word = self.options.get("page", first)
        if not self.content:
            self.env.note_dependency(str(pages()[word]))
        text = "\n".join(self.content) if self.content else pages()[word].read_text(encoding="utf-8")
        page = earned(text, self.options.get("kind", ""), word)
        made = pieces.section(self.state.document, [nodes.Text(first)], first, *others)
        made.line = self.lineno
        made += pieces.paragraph(pieces.sentence(page.about), "about")
        made += shown(page)
        return [made]


def shown(page: Page) -> Any:
    """What is broken beside what mends it, each with what came out."""
    both = nodes.container(classes=["program", "pair"])
    for parts, name in zip(page.halves, ("broken", "mended"), strict=True):
        half = nodes.container(classes=[name])
        for part in parts:
            half += paragraph(part) if isinstance(part, Prose) else steps(part)
        both += half
    return both


def paragraph(part: Prose) -> Any:
    return pieces.mending(part.text) if mends(part) else pieces.paragraph(part.text)


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


class Counted(SphinxDirective):
    """``counters`` with the names of counters: a section for them, with words and a program, in Markdown and doctest.

    unit : what is counted
    """

    required_arguments, final_argument_whitespace, has_content = 1, True, True
    option_spec: ClassVar = {"unit": directives.unchanged_required}

    def run(self) -> list[Any]:
        names = self.arguments[0].split()
        title = [part for name in names for part in (nodes.literal(name, name), nodes.Text(", "))][:-1]
        made = pieces.section(self.state.document, title, *names)
        made.line = self.lineno
        made += nodes.paragraph("", f"Unit: {self.options['unit']}", classes=["unit"])
        made += programs(self, names[0])
        return [made]


class Program(SphinxDirective):
    """``kernel-program NAME``: words in Markdown, and a program as a doctest, which is run."""

    required_arguments, has_content = 1, True

    def run(self) -> list[Any]:
        return [programs(self, self.arguments[0])]


def programs(directive: SphinxDirective, name: str) -> Any:
    """What stands below a directive, with what came out; several programs on a page know each other by their names."""
    made = nodes.container(classes=["program"])
    for part in read("\n".join(directive.content), name).parts:
        made += directive.parse_text_to_nodes(part.text) if isinstance(part, Prose) else steps(part)
    return made


class places(nodes.General, nodes.Element):
    """Where the list of all diagnoses of a page will be."""


class Diagnosed(SphinxDirective):
    def run(self) -> list[Any]:
        return [places()]


def fill(app, doctree):
    """Put the list of all diagnoses where it belongs, a paragraph for each heading above them."""
    for place in list(doctree.findall(places)):
        found = nodes.bullet_list(classes=["diagnoses"])
        for heading in doctree.findall(nodes.section):
            inside = [each for each in heading.children if isinstance(each, nodes.section) and each.get("anchored")]
            if not inside:
                continue
            line = nodes.paragraph("", "", nodes.strong("", heading[0].astext()), nodes.Text(": "))
            for number, each in enumerate(inside):
                line += nodes.Text(", " * bool(number))
                link = nodes.reference("", each[0].astext(), internal=True, refid=each["ids"][0])
                line += nodes.inline("", "", link, classes=["word"])
            found += nodes.list_item("", line)
        place.replace_self(found)
