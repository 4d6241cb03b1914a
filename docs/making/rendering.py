"""The blocks of a docstring as nodes of docutils: what `docstrings` reads, on a page."""

import re

from docutils import nodes
from sphinx import addnodes

from making import docstrings, public
from making.docstrings import Bullet, Entry, Label, Verbatim

_ERROR = re.compile(r"\b([A-Z]\w+(?:Error|Warning))\b")


def body(blocks, full, known, env):
    """The nodes of blocks. full : whose docstring it is; known : names of its arguments, which are no links"""
    known = known | {name for block in blocks if isinstance(block, Entry) for name in block.names}
    made = []
    for block in blocks:
        if isinstance(block, Entry):
            _last(made, nodes.definition_list, classes=["entries"]).append(_entry(block, full, known, env))
        elif isinstance(block, Bullet):
            _last(made, nodes.bullet_list).append(nodes.list_item("", _paragraph(block.text, full, known, env)))
        elif isinstance(block, Verbatim):
            language = "pycon" if block.text.startswith(">>>") else "text"
            made.append(nodes.literal_block(block.text, block.text, language=language))
        elif isinstance(block, Label):
            made.append(_labelled(block.name, _runs(block.text, full, known, env)))
        else:
            made.append(_paragraph(block.text, full, known, env))
    return made


def _last(made, kind, **options):
    """The list that the last node is, or a new one."""
    if not made or not isinstance(made[-1], kind):
        made.append(kind("", **options))
    return made[-1]


def _entry(block, full, known, env):
    term = nodes.term()
    for at, name in enumerate(block.names):
        term += [nodes.Text(", ")] * bool(at) + [nodes.literal(name, name)]
    meaning = nodes.definition("", _paragraph(block.meaning, full, known, env))
    return nodes.definition_list_item("", term, meaning)


def _paragraph(text, full, known, env):
    return nodes.paragraph("", "", *_runs(text, full, known, env), support_smartquotes=False)


def _labelled(name, runs):
    return nodes.paragraph(
        "", "", nodes.strong(name, name), nodes.Text(" "), *runs, classes=["labelled"], support_smartquotes=False
    )


def _runs(text, full, known, env):
    """A line of a docstring as nodes: code as code, names and exceptions as links where they are public."""
    made = []
    for kind, run in docstrings.inline(text):
        if kind == "text":
            for at, piece in enumerate(_ERROR.split(run)):
                where = resolved(piece, full, known) if at % 2 else None
                made.append(link(where, piece, env) if where else nodes.Text(piece))
        elif kind == "strong":
            made.append(nodes.strong("", "", *_runs(run, full, known, env), support_smartquotes=False))
        else:
            where = resolved(run, full, known) if kind == "name" else None
            made.append(link(where, run, env) if where and where != full else nodes.literal(run, run))
    return made


def resolved(name, full, known):
    """The full name that is meant by a name in the docstring of `full`, or None where no public name is."""
    if name in known or not re.fullmatch(r"[A-Za-z_][\w.]*", name):
        return None
    found, aliases = public.catalogue()
    scope = full
    candidates = [name] if name.startswith("minitensor.") else []
    while scope:
        candidates.append(f"{scope}.{name}")
        scope = scope.rpartition(".")[0]
    candidates += [f"minitensor.Tensor.{name}", f"minitensor.errors.{name}"]
    for each in candidates:
        if each in public.everything():
            return aliases.get(each, each)
    elsewhere = [each for each in found if each.endswith(f".{name}")]
    return elsewhere[0] if len(elsewhere) == 1 else None


def link(full, shown, env):
    """A link to what is documented as `full`."""
    code = nodes.literal(shown, shown, classes=["xref", "py", "py-obj"])
    return addnodes.pending_xref(
        "", code, refdomain="py", reftype="obj", reftarget=full, refdoc=env.docname, refexplicit=True, refwarn=True
    )


def bases(kind, full, env):
    """A line with the classes that a class is one of: ours, and what Python has."""
    mro = kind.__mro__[1:]
    if issubclass(kind, BaseException):
        shown = [base for base in kind.__bases__ if base is not Exception]
    else:
        shown = [base for base in mro if base in public.catalogue()[0].values()]
        shown += [tuple] * (tuple in mro)
    runs = []
    for base in shown:
        where = resolved(base.__name__, full, set()) if base.__module__.startswith("minitensor") else None
        runs += [nodes.Text(", ")] * bool(runs)
        runs.append(link(where, base.__name__, env) if where else nodes.literal(base.__name__, base.__name__))
    return [_labelled("Is also", runs)] if runs else []


def uses(found, docname):
    """A line with the lessons and the exercises that use a name: `found` is a `making.uses.Uses`, or None."""
    if not found:
        return []
    up = "../" * docname.count("/")
    runs = []
    for what, links in (("lesson", found.lessons), ("exercise", found.exercises)):
        if not links:
            continue
        runs += [nodes.Text(("; " if runs else "") + what + ("s " if len(links) > 1 else " "))]
        for at, (number, title, page) in enumerate(links):
            runs += [nodes.Text(", ")] * bool(at)
            runs.append(nodes.reference(number, number, refuri=up + page, reftitle=title, internal=True))
    line = _labelled("Used in", runs)
    line["classes"].append("uses")
    return [line]
