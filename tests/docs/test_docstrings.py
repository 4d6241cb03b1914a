"""The reader of docstrings: hard ones, and the law that no word of a public docstring is lost."""

import importlib
import inspect
import pkgutil
import sys
from pathlib import Path

import pytest

import minitensor

DOCS = Path(__file__).parents[2] / "docs"
if not (DOCS / "making").is_dir():
    pytest.skip("the site's sources are not here", allow_module_level=True)
sys.path.insert(0, str(DOCS))
from making import docstrings  # noqa: E402
from making.docstrings import Bullet, Entry, Label, Prose, Verbatim, inline, read, summary, words  # noqa: E402


def test_several_entries_stand_on_a_line_and_go_on_indented():
    assert read("What.\n\nx : any shape; p, q : 1 or\n    more\nkeepdims : whether") == [
        Prose("What."),
        Entry(("x",), "any shape"),
        Entry(("p", "q"), "1 or more"),
        Entry(("keepdims",), "whether"),
    ]


def test_an_entry_goes_on_without_indent_where_the_sentence_does():
    (entry, label) = read("axis : None for all; int64 beside\nuint64 is refused.\nReturns one number.")
    assert entry == Entry(("axis",), "None for all; int64 beside uint64 is refused.")
    assert label == Label("Returns", "one number.")


def test_names_of_two_words_and_signs_are_entries():
    assert [block.names for block in read("loads, stores : a\nin shared : b; FLOP/B : c\n*args : d")] == [
        ("loads", "stores"), ("in shared",), ("FLOP/B",), ("*args",),
    ]  # fmt: skip


def test_an_entry_may_follow_a_sentence():
    assert read("`to` by its name; device : where") == [Prose("`to` by its name"), Entry(("device",), "where")]
    assert read("By name. deep : nothing.") == [Prose("By name."), Entry(("deep",), "nothing.")]


def test_labels_are_cut_out_of_paragraphs_and_of_entries():
    blocks = read("a, b : one shape; returns one number. Its unit is u.\n\nExact. Memory: O(n). Time if exact: O(n²).")
    assert blocks == [
        Entry(("a", "b"), "one shape"),
        Label("Returns", "one number. Its unit is u."),
        Prose("Exact."),
        Label("Memory", "O(n)."),
        Label("Time if exact", "O(n²)."),
    ]


def test_words_that_only_look_like_labels_stay_where_they_are():
    assert read("Time and memory are those of two sorts.") == [Prose("Time and memory are those of two sorts.")]
    assert read("It raises what it must, and Memory is a word.") == [
        Prose("It raises what it must, and Memory is a word.")
    ]


def test_code_is_no_entry():
    assert read("See ``a : b``; ``c : d`` too") == [Prose("See ``a : b``; ``c : d`` too")]


def test_examples_and_formulas_are_left_as_they_are():
    blocks = read("One.\n\n    a = b\n\n    c = d\n\nTwo:\n\n>>> f(\n...     1)\n2\n\n>>> g()\n3\n\nRaises A.")
    assert blocks[1] == Verbatim("a = b\n\nc = d")
    assert blocks[3] == Verbatim(">>> f(\n...     1)\n2\n\n>>> g()\n3")
    assert blocks[4] == Label("Raises", "A.")


def test_bullets_go_on_indented():
    assert read("Inside:\n\n- one\n  more\n- two") == [Prose("Inside:"), Bullet("one more"), Bullet("two")]


def test_code_names_and_stress_within_a_line():
    assert inline("an ``a ** b``, `mean` and **that `x`**") == [
        ("text", "an "), ("code", "a ** b"), ("text", ", "), ("name", "mean"),
        ("text", " and "), ("strong", "that `x`"),
    ]  # fmt: skip


def test_the_summary_is_the_first_sentence():
    assert summary("One sentence, of 1.5 lines\nhere. Another.\n\nx : y") == "One sentence, of 1.5 lines here."
    assert summary(None) == ""


def docstrings_of_the_package():
    """Every docstring of minitensor that one can reach, with its name."""
    for info in pkgutil.walk_packages(minitensor.__path__, "minitensor."):
        if info.name.endswith("__main__"):
            continue
        try:
            module = importlib.import_module(info.name)
        except ImportError:  # an optional package is not there
            continue
        yield info.name, module.__doc__
        for name, thing in list(vars(module).items()):
            if getattr(thing, "__module__", None) == info.name:
                yield f"{info.name}.{name}", thing.__doc__
                for inner, member in vars(thing).items() if inspect.isclass(thing) else ():
                    if callable(member) or isinstance(member, property):
                        yield f"{info.name}.{name}.{inner}", member.__doc__


def lost(found):
    """The names whose docstrings have other words than what is read of them."""
    return [name for name, doc in found if isinstance(doc, str) and words(inspect.cleandoc(doc)) != words(read(doc))]


def test_no_word_is_lost():
    found = list(docstrings_of_the_package())
    assert len(found) > 2000
    assert lost(found) == []


def test_a_lost_word_is_noticed(monkeypatch):
    monkeypatch.setattr(docstrings, "_labelled", lambda text: [Prose(text.split(" Memory:")[0])])
    assert lost([("a", "One. Memory: two."), ("b", "One.")]) == ["a"]
