"""``{backends}``: the table of backends, from their classes, with what each was tried on in the README's words."""

import inspect
import re
from importlib import import_module
from pathlib import Path

from minitensor.backend.loading import _CLASSES, NAMES
from minitensor.backend.names import MEANT

README = Path(__file__).parents[2] / "README.md"
# Sentences of the README: `said` fails where it says something else by now.
TRIED = {
    "numpy": ["Everything runs on NumPy."],
    "cupy": [
        "The CuPy backend has not been run on a GPU yet; the tests run the same code on a fake device that refuses "
        "what a GPU refuses.",
    ],
    "torch": [
        "The tests run on PyTorch's processor and on a pretended GPU without float64.",
        "It was tried on no other device.",
    ],
    "auto": [],
}
AUTO = "CuPy where it computes, else NumPy: it never takes PyTorch."
INSTALLED = {"numpy": "with minitensor", "cupy": "the extra cuda13, or cuda12", "torch": "the extra torch", "auto": ""}


def rows():
    """For each backend: name, what it is, where kernels run, what installs it, tried on, its other names."""
    return [
        [name, what(name), kernels(name), INSTALLED[name], said(TRIED[name]), ", ".join(called(name))] for name in NAMES
    ]


def what(name):
    """The first sentence of its class."""
    return AUTO if name == "auto" else inspect.getdoc(_class(name)).partition("\n\n")[0].partition(" Raises ")[0]


def kernels(name):
    where = None if name == "auto" else _class(name).runs_kernels_on
    return {"simulator": "on the simulator", "gpu": "on the GPU"}.get(where, "–")


def called(name):
    """What people call it elsewhere; an error asks whether they mean this name."""
    return sorted(other for other, meant in MEANT.items() if meant.partition(":")[0] == name)


def said(sentences, readme=None):
    """The sentences, if they stand in the README. Raises ValueError for one that does not."""
    text = re.sub(r"\s+", " ", readme or README.read_text(encoding="utf-8"))
    for sentence in sentences:
        if sentence not in text:
            raise ValueError(f"the README no longer says: {sentence}")
    return " ".join(each.rstrip(".") + "." for each in sentences)


def _class(name):
    module, kind = _CLASSES[name]
    return getattr(import_module(f"minitensor.backend.{module}"), kind)


def setup(app):
    from docutils import nodes
    from sphinx.util.docutils import SphinxDirective

    from making.wide_tables import code, prose, table

    class Backends(SphinxDirective):
        def run(self):
            self.env.note_reread()
            self.env.note_dependency(str(README))
            headings = ["name", "what it is", "kernels run", "installed by", "tried on"]
            shown = [[[code(name)], prose(about), where, by, tried] for name, about, where, by, tried, _ in rows()]
            others = [
                nodes.list_item("", nodes.paragraph("", "", code(name), *prose(f": {_quoted(called(name))}")))
                for name in NAMES
            ]
            return [table(headings, shown, "", ["backends"]), nodes.bullet_list("", *others)]

    def _quoted(names):
        return ", ".join(f"`{each}`" for each in names)

    app.add_directive("backends", Backends)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
