"""The reference: every public name is documented once, under a name that is there, with its types; no word is lost."""

import re
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

DOCS = Path(__file__).parents[2] / "docs"
if not (DOCS / "making").is_dir():
    pytest.skip("the site's sources are not here", allow_module_level=True)
pytest.importorskip("matplotlib", reason="the names of minitensor.plot need matplotlib")
sys.path.insert(0, str(DOCS))
from making import pages, public, signatures  # noqa: E402

import minitensor as mt  # noqa: E402
from minitensor import functions  # noqa: E402


def faults(documented):
    """What is documented twice, what nowhere, and what is documented and not there."""
    count = Counter(name for names in documented.values() for name in names)
    wanted = {*public.catalogue()[0], *public.members("minitensor.Tensor")}
    return {name for name, times in count.items() if times > 1}, wanted - {*count}, {*count} - wanted


def test_every_public_name_is_documented_once():
    assert faults(pages.documented(DOCS / "reference")) == (set(), set(), set())


def test_a_name_too_many_or_too_few_is_noticed():
    found = {**pages.documented(DOCS / "reference"), "more": ["minitensor.mean", "minitensor.nothing"]}
    found["norms"] = found["norms"][1:]
    assert faults(found) == ({"minitensor.mean"}, {"minitensor.norms.frobenius"}, {"minitensor.nothing"})


def test_the_catalogue_has_every_name_of_every_room():
    found, aliases = public.catalogue()
    known = {*found, *aliases, *public.MODULES}
    for room in public.ROOMS:
        module = public.room(room)
        assert {f"{module.__name__}.{name}" for name in getattr(module, "__all__", ())} <= known
    for name in functions.__all__:  # the same functions, which have their names from the package
        assert getattr(functions, name) is getattr(mt, name)


def test_an_alias_is_the_thing_itself():
    found, aliases = public.catalogue()
    assert aliases["minitensor.linalg.matmul"] == "minitensor.matmul"
    for alias, full in aliases.items():
        room, _, name = alias.rpartition(".")
        assert getattr(sys.modules[room], name) is found[full]


def test_every_name_has_a_place_in_a_file():
    for full in public.catalogue()[0]:
        room, _, name = full.rpartition(".")
        file = public.defined_in(room, name)
        assert file == "math" or name in public.tags(file), full
    kind, first, last = public.tags("minitensor.functions.elementwise")["exp"]
    assert (kind, first) == ("other", last)


def test_every_page_is_in_the_index():
    listed = pages.names_on  # the index itself documents nothing
    assert listed((DOCS / "reference/index.md").read_text(encoding="utf-8")) == []
    text = (DOCS / "reference/index.md").read_text(encoding="utf-8").split("{toctree}")[1].split("```")[0].split()
    assert {page.stem for page in (DOCS / "reference").glob("*.md")} - {"index"} == {*text} - {":hidden:"}


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("mean", "(x: minitensor.Tensor, axis: int | Sequence[int] | None = None, keepdims: bool = False)"
                 " -> minitensor.Tensor"),
        ("add", "(a: Operand, b: Operand, /) -> minitensor.Tensor"),
        ("exp", "(x: minitensor.Tensor) -> minitensor.Tensor"),
        ("concat", "(tensors: Sequence[minitensor.Tensor], axis: int | None = 0) -> minitensor.Tensor"),
        ("clip", "(x: minitensor.Tensor, /, min: Operand | None = None, max: Operand | None = None)"
                 " -> minitensor.Tensor"),
        ("broadcast_shapes", "(*shapes: Sequence[int]) -> tuple[int, ...]"),
    ],
)  # fmt: skip
def test_signatures(name, written):
    assert signatures.signatures(getattr(mt, name)) == [written]


def test_a_signature_for_each_overload():
    assert len(signatures.signatures(mt.einsum)) == 2
    assert signatures.signatures(mt.Tensor.sum, bound=True)[0].startswith("(axis:")


def test_no_signature_names_a_module_of_the_inside():
    for full, thing in public.catalogue()[0].items():
        for line in signatures.signatures(thing) if callable(thing) else []:
            assert not re.search("minitensor\\.core|collections|<", line), full


@pytest.mark.parametrize(
    ("kind", "words"),
    [(np.random.Generator, "np.random.Generator"), (float | None, "float | None"), ("Tensor", "minitensor.Tensor"),
     (list[str], "list[str]"), (type(None), "None")],
)  # fmt: skip
def test_annotations(kind, words):
    assert signatures.in_words(kind) == words


class _Env:
    docname = "reference/x"


def letters(text):
    """A text without spaces, and without the marks that become type or lines."""
    return re.sub(r"[\s`*:;,-]", "", text).casefold()


def test_no_word_is_lost_on_a_page():
    pytest.importorskip("sphinx", reason="what a page holds is made of Sphinx's nodes; pip install minitensor[docs]")
    from making import docstrings, rendering

    for full, thing in public.catalogue()[0].items():
        doc = thing.__doc__ if callable(thing) else None
        if isinstance(doc, str):
            blocks = docstrings.read(doc)
            shown = "".join(node.astext() for node in rendering.body(blocks, full, set(), _Env))
            assert letters(shown) == letters("".join(docstrings.words(blocks))), full


def test_names_in_a_docstring_lead_to_what_they_mean():
    pytest.importorskip("sphinx", reason="the links are Sphinx's; pip install minitensor[docs]")
    from making.rendering import resolved

    assert resolved("mse", "minitensor.norms.rmse", set()) == "minitensor.norms.mse"
    assert resolved("fit", "minitensor.cluster.KMeans", set()) == "minitensor.cluster.KMeans.fit"
    assert resolved("ShapeError", "minitensor.mean", set()) == "minitensor.errors.ShapeError"
    assert resolved("digits", "minitensor.models.split", set()) == "minitensor.data.digits"
    assert resolved("memory", "minitensor.cluster.mean_shift", {"memory"}) is None  # its argument, not plot.memory
    assert resolved("nothing_like_it", "minitensor.mean", set()) is None
