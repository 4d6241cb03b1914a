"""The glossary: its words, their forms, and the first mention on a page."""

import re
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
if not (DOCS / "making").is_dir():
    pytest.skip("the site's sources are not here", allow_module_level=True)
sys.path.insert(0, str(DOCS))
from making.glossary import ELSEWHERE_ANOTHER, GLOSSARY, Term, forms, pattern, pieces, terms  # noqa: E402

TEXT = GLOSSARY.read_text(encoding="utf-8")


def linked(text, *found):
    return [(piece, word) for piece, word in pieces(text, pattern(list(found)), set()) if word]


def test_the_longest_word_wins_and_only_the_first_mention_counts():
    bank, conflict = Term("bank", "bank", ()), Term("bank conflict", "bank conflict", ())
    assert linked("Banks, bank conflicts, a bank.", bank, conflict) == [
        ("Banks", "bank"),
        ("bank conflicts", "bank conflict"),
    ]


def test_synonyms_are_one_entry():
    words = Term("thread block", "block", ()), Term("block", "block", ())
    assert linked("A thread block is a block.", *words) == [("thread block", "block")]


@pytest.mark.parametrize("text", ["databanks", "bank-like", "embankment", "x.bank"])
def test_a_part_of_a_word_is_no_mention(text):
    assert linked(text, Term("bank", "bank", ())) == []


def test_capitals_tell_a_name_from_a_word():
    clip = Term("CLIP", "CLIP", ())
    assert linked("clip it", clip) == []
    assert linked("a CLIP", clip) == [("CLIP", "CLIP")]


def test_nothing_of_the_text_is_lost():
    text = "Axes and strides: an axis has a stride."
    found = pattern([Term("axis", "axis", ()), Term("stride", "stride", ())])
    assert "".join(piece for piece, _ in pieces(text, found, set())) == text


def test_a_word_of_two_trades_is_linked_where_its_entry_says():
    kernel = Term("kernel", "kernel", ("lessons/07_gpu_kernels",))
    pages = ("lessons/07_gpu_kernels", "manual", "lessons/06_mean_shift")
    assert [kernel.on(page) for page in pages] == [True, True, False]
    assert Term("stride", "stride", ("lessons/01_tensors",)).on("lessons/06_mean_shift")


def test_plurals():
    assert [forms(word)[-1] for word in ("axis", "density", "loss", "softmax", "bias")] == [
        "axes", "densities", "losses", "softmaxes", "bias",
    ]  # fmt: skip


def test_every_entry_leads_to_a_page_that_is_there():
    found = terms(TEXT)
    assert len({term.entry for term in found}) > 80
    for term in found:
        assert term.pages, term
        for page in term.pages:
            source = DOCS.parent / f"{page}.py" if page.startswith("lessons/") else DOCS / f"{page}.md"
            assert source.is_file(), (term.word, page)


def test_no_word_stands_twice_and_all_exceptions_are_words():
    words = [term.word for term in terms(TEXT)]
    assert len(words) == len(set(words))
    assert set(words) >= ELSEWHERE_ANOTHER - {"order"}


def test_an_entry_is_short():
    for entry in re.findall(r"^  \S.*(?:\n  .*)*", TEXT, re.MULTILINE):
        assert len(re.findall(r"[.!?:](?:\s|$)", entry)) <= 5, entry
