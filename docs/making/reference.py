"""The directives of docs/reference: ``{api}``, ``{family}``, ``{room}``, ``{values}``, ``{operators}`` and more.

Each object of the package becomes an object of Sphinx's Python domain under its public name, so that links, the search,
the index and the pages of source know it. What stands below its signature is its docstring, read by `docstrings`.
"""

import importlib
import inspect
import re
from pathlib import Path
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective

from making import docstrings, pages, public, rendering, signatures, tables
from making.uses import used_in
from minitensor.ladder import Ladder


def setup(app):
    for name, kind in [("api", Api), ("family", Api), ("room", Api), ("values", Values)]:
        app.add_directive(name, kind)
    app.add_directive("operators", Operators)
    app.add_directive("names", Names)
    app.add_directive("aliases", Aliases)
    app.add_directive("types", Types)
    app.connect("config-inited", _configured)
    app.connect("viewcode-follow-imported", lambda app, module, name: public.defined_in(module, name))
    app.connect("viewcode-find-source", _source)
    app.connect("doctree-read", _led_back_to)
    app.connect("html-page-context", _lists_of_parameters)
    app.add_css_file("reference.css")
    return {"parallel_read_safe": True}


def _configured(app, config):
    config.python_maximum_signature_line_length = 76
    config.python_trailing_comma_in_multi_line_signatures = False
    config.python_use_unqualified_type_names = True
    config.toc_object_entries_show_parents = "hide"


def _source(app, module):
    return (public.source(module), public.tags(module)) if module.startswith("minitensor") else None


def _led_back_to(app, doctree):
    """The ids that viewcode's pages lead back to: it knows one room for each file, and a file may serve several."""
    taken = {each for node in doctree.findall(addnodes.desc_signature) for each in node["ids"]}
    for node in doctree.findall(addnodes.desc_signature):
        if node["ids"] and (node.get("module") or "").startswith("minitensor"):
            more = public.other_ids(node["module"], node["fullname"])
            node["ids"] += [each for each in more if each not in taken]
            taken |= {*more}


def _lists_of_parameters(app, page, template, context, doctree):
    """Signatures of several lines are lists; Sphinx writes them as definitions of nothing, which axe refuses."""
    parts = re.split(r"(<dl>\s*(?:<dd>.*?</dd>\s*)+</dl>)", context.get("body", ""), flags=re.DOTALL)
    for at in range(1, len(parts), 2):
        parts[at] = parts[at].replace("<dl>", '<dl role="list">').replace("<dd>", '<dd role="listitem">')
    if len(parts) > 1:
        context["body"] = "".join(parts)


class Api(SphinxDirective):
    """The entries of the names that are given, or that a file or a room makes."""

    has_content, optional_arguments, final_argument_whitespace = True, 1, True
    option_spec: ClassVar = {"no-members": directives.flag, "no-docstring": directives.flag, "under": str, "skip": str}

    def run(self):
        listed = [*" ".join(self.arguments).split(), *" ".join(self.content).split()]
        found = pages.expanded(self.name, listed, self.options)
        if not found:
            raise self.error(f"{self.name} {' '.join(listed)}: there is no such name to document")
        made = self._module(listed) if self.name == "room" else []
        for full in found:
            made += self.entry(full)
        return made

    def _module(self, listed):
        """The docstring of a module, and a target that its name links to."""
        made = []
        for name in listed:
            made += self._domain("module", name, {"no-index-entry": None})
            if "no-docstring" not in self.options:
                blocks = docstrings.read(importlib.import_module(name).__doc__)[1:]  # the page says it in its own words
                made += rendering.body(blocks, f"{name}.", set(), self.env)
        return made

    def _domain(self, kind, signature, options):
        """What the Python domain makes of a signature."""
        directive = self.env.get_domain("py").directive(kind)
        return directive(
            f"py:{kind}", [signature], options, StringList(), self.lineno, self.content_offset,
            self.block_text, self.state, self.state_machine,
        ).run()  # fmt: skip

    def entry(self, full):
        """The signature of one object, its docstring, where it is used, and its members."""
        owner, _, name = full.rpartition(".")
        found, _ = public.catalogue()
        inside = owner in found
        thing = public.members(owner)[full] if inside else found.get(full)
        if full not in found and not inside:
            raise self.error(f"{full} is no public name")
        module, shown = (
            (owner.rpartition(".")[0], full[len(owner.rpartition(".")[0]) + 1 :]) if inside else (owner, name)
        )
        kind, lines, options = _form(thing, shown, inside)
        made = self._domain(kind, "\n".join(lines), {"module": module, **options})
        desc = next(each for each in made if isinstance(each, addnodes.desc))
        desc["classes"] += ["api", f"api-{kind}"]
        for each in list(desc.findall(addnodes.desc_addname)):  # without "minitensor.", which stands before all
            short = each.astext().removeprefix("minitensor.")
            each.parent.replace(each, [addnodes.desc_addname(short, short)] if short else [])
        for each in list(desc.findall(addnodes.pending_xref)):  # "bool" in a type is Python's, not minitensor.bool
            if each.get("reftype") == "class" and "." not in each["reftarget"]:
                each.parent.replace(each, [nodes.Text(each["reftarget"])])
        content = next(each for each in desc if isinstance(each, addnodes.desc_content))
        known = set(signatures.parameters(thing))
        blocks = docstrings.read(_doc(thing))
        content += rendering.body(blocks, full, known, self.env)
        if inspect.isclass(thing):
            self._note_attributes(full, content)
            content += rendering.bases(thing, full, self.env)
        if isinstance(thing, Ladder):
            content += tables.rungs(thing, full, self.env)
        content += rendering.uses(used_in().get(full), self.env.docname)
        if inspect.isclass(thing) and "no-members" not in self.options:
            said = {name for block in blocks if isinstance(block, docstrings.Entry) for name in block.names}
            for member, each in public.members(full).items():
                if _doc(each) or member.rpartition(".")[2] not in said:
                    content += self.entry(member)
        return made

    def _note_attributes(self, full, content):
        """A target for each attribute that stands in the docstring of a class."""
        domain = self.env.get_domain("py")
        for term in content.findall(nodes.term):
            for code in list(term.findall(nodes.literal)):
                name = f"{full}.{code.astext()}"
                is_member = name in public.members(full) and _doc(public.members(full)[name])
                if name in public.attributes(full) and not is_member and name not in domain.objects:
                    term["ids"].append(name)
                    domain.note_object(name, "attribute", name, location=term)


def _doc(thing):
    """The docstring of a thing itself, not that of its type."""
    if callable(thing) or isinstance(thing, property) or type(thing).__module__ == "minitensor.gpu.device":
        doc = getattr(thing, "__doc__", None)
        return "" if not isinstance(doc, str) or type(thing).__module__ == "typing" else doc
    return ""


def _form(thing, shown, inside):
    """The kind of object that this is for the Python domain, its signatures, its options."""
    if isinstance(thing, property):
        result = inspect.signature(thing.fget).return_annotation if thing.fget else inspect.Signature.empty
        return "property", [shown], {} if result is inspect.Signature.empty else {"type": signatures.in_words(result)}
    plain = getattr(thing, "__func__", thing)
    if inspect.isclass(thing):
        kind = "exception" if issubclass(thing, BaseException) else "class"
        empty = kind == "exception" or "__init__" not in dir(thing) or thing.__init__ is object.__init__
        return kind, [shown + ("" if empty and not hasattr(thing, "_fields") else each) for each in
                      signatures.signatures(thing)], {}  # fmt: skip
    if callable(plain) and not isinstance(thing, type(list[int])) and type(thing).__module__ != "typing":
        options = {"classmethod": None} if isinstance(thing, classmethod) else {}
        bound = inside and not isinstance(thing, staticmethod)
        lines = [shown + each for each in signatures.signatures(plain, bound)]
        return ("method" if inside else "function"), lines, options
    return "data", [shown], {"type": signatures.in_words(thing)} if type(thing).__module__ == "typing" else {}


class Values(SphinxDirective):
    """Constants and dtypes in a table, each a target of its name."""

    has_content, optional_arguments, final_argument_whitespace = True, 1, True

    def run(self):
        listed = [*" ".join(self.arguments).split(), *" ".join(self.content).split()]
        domain = self.env.get_domain("py")
        made = tables.values(listed)
        for literal in list(made.findall(nodes.literal)):
            name = literal.get("documents")
            if name:
                literal["ids"].append(name)
                domain.note_object(name, "data", name, location=literal)
                shown = f"{name.rpartition('.')[2]} (in module {name.rpartition('.')[0]})"
                literal.parent.insert(0, addnodes.index(entries=[("single", shown, name, "", None)]))
        return [made]


class Operators(SphinxDirective):
    """The operators of a Tensor, with the function of each."""

    def run(self):
        return [tables.operators(self.env)]


class Aliases(SphinxDirective):
    """What has more than one public name."""

    def run(self):
        return [tables.aliases(self.env)]


class Types(SphinxDirective):
    """The names that signatures have for long unions, with what they stand for."""

    def run(self):
        return [tables.types()]


class Names(SphinxDirective):
    """Every page of the reference with its sentence and its names."""

    def run(self):
        folder = Path(self.env.doc2path(self.env.docname)).parent
        for page in folder.glob("*.md"):
            self.env.note_dependency(str(page))
        return tables.names(folder, self)
