"""The tables of the reference: constants and dtypes, operators, rungs, and the names of all pages."""

import re
import typing

import numpy as np
from docutils import nodes

import minitensor
from making import docstrings, pages, public, rendering, signatures, wide_tables
from minitensor.core.tensor import Tensor


def table(head, rows, *classes):
    """A table of cells, each a list of nodes."""
    head, *body = [
        [[nodes.paragraph("", "", *cell)] for cell in row] for row in ([[nodes.Text(each)] for each in head], *rows)
    ]
    return nodes.container("", wide_tables.grid(head, body, "api-table", *classes), classes=["scrolls"])


def values(listed):
    """Constants with their numbers, dtypes with how many bytes they take and what they hold."""
    rows = []
    for full in listed:
        name = full.rpartition(".")[2]
        code = nodes.literal(name, name, documents=full)
        rows.append([[code], [nodes.Text(_value(public.catalogue()[0][full]))]])
    return table(("name", "what it is"), rows)


def _value(thing):
    """A constant or a dtype in words.

    >>> _value(np.dtype("int8")), _value(None)
    ('1 byte: whole numbers from -128 to 127', 'None')
    """
    if not isinstance(thing, np.dtype):
        return repr(thing)
    size = f"{thing.itemsize} byte{'s' * (thing.itemsize > 1)}"
    if thing.kind == "b":
        return f"{size}: True or False"
    if thing.kind in "iu":
        facts = np.iinfo(thing)
        return f"{size}: whole numbers from {facts.min:,} to {facts.max:,}"
    if thing.kind == "c":
        return f"{size}: a real and an imaginary part, each float{thing.itemsize * 4}"
    facts = np.finfo(thing)
    return f"{size}: about {facts.precision} decimal digits, up to {float(facts.max):.3g}, eps {float(facts.eps):.3g}"


def operators(env):
    """Each operator of Tensor: how it is written, what it writes over, and the function of the same name."""
    rows = []
    symbols = {}
    for name, thing in vars(Tensor).items():
        if name.startswith("__") and (found := re.fullmatch(r"``a (\S+) b``\.", getattr(thing, "__doc__", None) or "")):
            symbols.setdefault(found[1], name)
    by_symbol = {}
    for full, thing in public.catalogue()[0].items():
        doc = docstrings.summary(getattr(thing, "__doc__", "") if callable(thing) else "")
        if found := re.match(r"``a (\S+) b``", doc):
            by_symbol[found[1]] = full
    by_symbol["@"] = "minitensor.matmul"
    for symbol, python in symbols.items():
        in_place = hasattr(Tensor, f"__i{python.strip('_')}__")
        function = by_symbol.get(symbol)
        rows.append([
            [_code(f"a {symbol} b")], [_code(f"a {symbol}= b")] if in_place else [],
            [rendering.link(function, function.rpartition(".")[2], env)] if function else [],
        ])  # fmt: skip
    for symbol, python, function in (("-a", "__neg__", "negative"), ("+a", "__pos__", "positive"),
                                     ("~a", "__invert__", "bitwise_invert"), ("abs(a)", "__abs__", "abs")):  # fmt: skip
        if hasattr(Tensor, python) and hasattr(minitensor, function):
            rows.append([[_code(symbol)], [], [rendering.link(f"minitensor.{function}", function, env)]])
    return table(("operator", "written over a", "function"), rows)


def _code(text):
    return nodes.literal(text, text)


def rungs(ladder, full, env):
    """The rungs of a ladder, with their captions."""
    rows = []
    for rung in ladder.rungs:
        where = rendering.resolved(rung.__name__, full, set())
        same = where and public.catalogue()[0].get(where) is rung
        rows.append([[rendering.link(where, rung.__name__, env) if same else _code(rung.__name__)],
                     [nodes.Text(rung.caption)]])  # fmt: skip
    return [nodes.paragraph("", "", nodes.Text(f"The ladder “{ladder.name}”.")), table(("rung", "what it does"), rows)]


def names(folder, directive):
    """For each page, in the order of the toctree of the index, its title, its sentence and its names."""
    made = []
    index = (folder / "index.md").read_text(encoding="utf-8")
    listed = re.search(r"\{toctree\}\n(.*?)```", index, re.DOTALL)[1].split()
    found = pages.documented(folder)
    for page in (each for each in listed if each in found):
        text = (folder / f"{page}.md").read_text(encoding="utf-8")
        made += directive.parse_text_to_nodes(f"**[{pages.title(text)}]({page}.md)**: {pages.first_sentence(text)}")
        line = nodes.paragraph("", classes=["names"])
        for full in found[page]:
            inside = full.rpartition(".")[0] in public.catalogue()[0]
            line += [rendering.link(full, "." * inside + full.rpartition(".")[2], directive.env), nodes.Text(" ")]
        made.append(line)
    return made


def aliases(env):
    """The names that something has beside the one under which it is documented."""
    rows = [[[_code(alias)], [rendering.link(full, full, env)]] for alias, full in public.catalogue()[1].items()]
    return table(("name", "documented as"), rows)


def types():
    """The names that signatures have for long unions."""
    rows = []
    for name, kind in signatures.NAMED.items():
        parts = " | ".join(map(signatures.in_words, typing.get_args(kind)))
        rows.append([[_code(name)], [_code(parts.replace("minitensor.", ""))]])
    return table(("name", "what it stands for"), rows)
