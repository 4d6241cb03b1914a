"""``{ladder} matmul``: the tables of a ladder, from its rungs and from the newest stored measurement.

``{rungs} matmul``: an entry for each of its rungs, with what changed from the rung below it and a link to its source.
"""

import inspect

from making.climbs import (
    COMMAND,
    LADDERS,
    footnotes,
    formula,
    lasting,
    machine,
    newest,
    notes,
    on_gpu,
    ratios,
    sizes,
    spread,
)
from making.wide_tables import code, prose, table, words
from minitensor.gpu.predict import NAMES
from minitensor.text.numbers import digits, in_bytes, in_rate, roughly

NOBODY = f"Nobody has measured this yet: {COMMAND} does it within three minutes."


def measured(key, climb, link, full):
    """Headings and rows of what was timed. link : the nodes of a rung's name; full : with caption and formula"""
    rungs = {each.__name__: each for each in LADDERS[key]}
    headings = ["rung", "time", "× first", "× before", "rate", "memory"]
    rows = []
    for row, ratio in zip(climb["rows"], ratios(climb["rows"]), strict=True):
        rung = rungs.get(row["rung"])
        name = link(rung) if rung else [code(row["rung"])]
        memory = [words(in_bytes(row["memory"]))]
        if full and rung:
            name = [*name, words(" "), words(rung.caption, "aside")]
            memory += [words(" "), *_aside(formula(rung))]
        if ratio:
            mark = "*" if notes(row) else ""
            rate = in_rate(climb["flops"] / row["seconds"], "FLOP/s")
            time = [words(lasting(row["seconds"]) + mark), words(" "), words(spread(row), "aside")]
            cells = [time, *map(digits, ratio), rate]
        else:
            cells = [[words(row["note"], "aside")], *["–"] * 3]
        rows.append([name, *cells, memory])
    return headings, rows


def predicted(key, climb, link):
    """Headings and rows of what is PREDICTED for cards; none where nothing is."""
    rungs = {each.__name__: each for each in LADDERS[key] if on_gpu(each)}
    shown = {name: each for name, each in climb["gpu"].items() if name in rungs and "refused" not in each}
    cards = next(iter(shown.values()), {})
    headings = ["GPU rung", *(f"PREDICTED for {card}" for card in cards)]
    rows = [
        [
            [*link(rungs[name]), words(" "), words(rungs[name].caption.removeprefix("GPU: "), "aside")],
            *map(_foreseen, each.values()),
        ]
        for name, each in shown.items()
    ]
    return headings, rows


def refused(climb):
    """Rungs without a prediction, and why."""
    each = [(name, found["refused"].partition(";")[0]) for name, found in climb["gpu"].items() if "refused" in found]
    return [*prose("No prediction: " + "; ".join(f"`{name}`, {why}" for name, why in each) + ".")] if each else []


def _foreseen(found):
    if isinstance(found, str):
        return found.partition(";")[0]
    untested = "" if found["tested"] else "; untested"
    about = f"{roughly(found['low'])} to {roughly(found['high'])}; {NAMES[found['bound']]}{untested}"
    return [words(roughly(found["seconds"])), words(" "), words(about, "aside")]


def _aside(text):
    each = prose(text)
    for node in each:
        node["classes"].append("aside")
    return each


def worth(found):
    """What a prediction is worth, from the file."""
    one = next(
        (
            card
            for climb in found["climbs"]
            for each in climb["gpu"].values()
            if "refused" not in each
            for card in each.values()
            if not isinstance(card, str)
        ),
        None,
    )
    if not one:
        return ""
    return (
        f"PREDICTED, not measured: by the simulator's count and published facts of the card. The range is that in "
        f"which nine in ten of {one['points']} published measurements lay about their predictions, which are off by "
        f"{one['error']:.2f} times (geometric mean). Beside it stands the unit that bounds the kernel. Untested: no "
        "whole ladder of kernels has been published for the card."
    )


def setup(app):
    from docutils import nodes
    from sphinx import addnodes
    from sphinx.util.docutils import SphinxDirective

    def link(rung):
        target = f"{rung.__module__}.{rung.__name__}"
        name = addnodes.pending_xref("", code(rung.__name__), refdomain="py", reftype="obj", reftarget=target)
        name["refexplicit"], name["refwarn"] = True, True
        return [name]

    class LadderTables(SphinxDirective):
        required_arguments = 1

        def run(self):
            key, found = self.arguments[0], newest()
            self.env.note_reread()
            climbs = [each for each in found["climbs"] if each["ladder"] == key] if found else []
            if not climbs:
                return [nodes.paragraph("", NOBODY)]
            out = []
            for number, climb in enumerate(climbs):
                title = f"{climb['what'][0].upper()}{climb['what'][1:]}: {sizes(climb)}"
                headings, rows = measured(key, climb, link, full=number == 0)
                out.append(table(headings, rows, title, ["measured"]))
                for names, told in footnotes(climb["rows"]):
                    out.append(self.small(*prose(f"* {', '.join(f'`{name}`' for name in names)}: {told}.")))
                headings, rows = predicted(key, climb, link)
                if rows:
                    out.append(table(headings, rows, f"The same, PREDICTED: {sizes(climb)}", ["predicted"]))
                if not_predicted := refused(climb):
                    out.append(self.small(*not_predicted))
            return [*out, self.small(words(f"Measured on {machine(found)}"))]

        def small(self, *inline):
            return nodes.paragraph("", "", *inline, classes=["aside"])

    class Rungs(SphinxDirective):
        required_arguments = 1

        def run(self):
            self.env.note_reread()
            return [entry for rung in LADDERS[self.arguments[0]] for entry in self.entry(rung)]

        def entry(self, rung):
            """What the rung changes, in its own words, with its source."""
            parameters = ", ".join(inspect.signature(rung).parameters)
            text = f"```{{py:function}} {rung.__name__}({parameters})\n:module: {rung.__module__}\n\n"
            ticks = "````" + text[3:] if "```" in (rung.__doc__ or "") else text
            body = as_markdown(inspect.cleandoc(rung.__doc__ or ""))
            entry = self.parse_text_to_nodes(f"`{ticks}*{rung.caption}*\n\n{body}\n````")
            for node in [each for one in entry for each in one.findall(addnodes.desc_addname)]:
                node.parent.remove(node)
            return entry

    class Worth(SphinxDirective):
        def run(self):
            found = newest()
            return [nodes.paragraph("", worth(found) if found else NOBODY)]

    app.add_directive("ladder", LadderTables)
    app.add_directive("rungs", Rungs)
    app.add_directive("worth", Worth)
    app.connect("html-page-context", _style)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def as_markdown(doc):
    """A docstring as Markdown: its examples become code."""
    return "\n\n".join(
        f"```pycon\n{paragraph}\n```" if paragraph.startswith(">>>") else paragraph for paragraph in doc.split("\n\n")
    )


def _style(app, page, template, context, doctree):
    from docutils import nodes

    if doctree is not None and any("fitting" in each["classes"] for each in doctree.findall(nodes.table)):
        app.add_css_file("tables.css")
