"""The search ranks pages of a title, lessons and public names before listings and inner names."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

SCORER = Path(__file__).parents[2] / "docs" / "static" / "scorer.js"
if not SCORER.is_file() or shutil.which("node") is None:
    pytest.skip("the scorer or node is not here", allow_module_level=True)


def ranked(query, *found, script=None):
    """The results as the search shows them: each (page, title, score, kind), the highest first."""
    rows = [[page, title, "", None, score, "", kind] for page, title, score, kind in found]
    code = (
        f"globalThis.location = {{search: '?' + new URLSearchParams({{q: {json.dumps(query)}}})}};\n"
        f"{script or SCORER.read_text(encoding='utf-8')}\n"
        f"const found = {json.dumps(rows)};\n"
        "console.log(JSON.stringify(found.map((each) => Scorer.score(each))));"
    )
    scores = json.loads(subprocess.run(["node", "-e", code], capture_output=True, text=True, check=True).stdout)
    assert len(scores) == len(set(scores)), scores
    return [each[:2] for _, each in sorted(zip(scores, found, strict=True), reverse=True)]


LESSON = ("lessons/12_kmeans", "Lesson 12: k-means, and how many clusters", 15, "text")
OTHERS = [
    ("glossary", "Glossary", 100, "index"),
    ("evening/rooms", "The rooms", 5, "text"),
    ("lessons/10_calculus", "Lesson 10: calculus", 11, "text"),
]
NAMES = [
    ("reference/products", "minitensor.matmul", 16, "object"),
    ("reference/backend", "minitensor.backend.Backend.matmul", 16, "object"),
    ("reference/gpu", "minitensor.gpu.kernel", 16, "object"),
    ("reference/cluster", "minitensor.cluster.lsh.kernels", 16, "object"),
]


@pytest.mark.parametrize("query", ["k-means", "K means", "k-means clusters"])
def test_the_page_whose_title_has_all_words_is_first(query):
    assert ranked(query, *OTHERS, LESSON)[0] == LESSON[:2]


def test_a_part_of_a_title_is_not_enough():
    assert ranked("k-means rooms", LESSON, ("reference/a", "Rooms and k-means", 5, "text"))[0][0] == "reference/a"


def test_public_names_are_before_inner_ones():
    assert ranked("matmul", *NAMES[:2])[0] == NAMES[0][:2]
    assert ranked("kernel", *NAMES[2:])[0] == NAMES[2][:2]


def test_listings_are_last():
    found = [(page, "A page", 5, "text") for page in ("changelog", "exercises", "lessons/04_einsum")]
    assert [page for page, _ in ranked("einsum", *found)] == ["lessons/04_einsum", "exercises", "changelog"]


def test_without_it_the_order_is_another():
    assert ranked("k-means", *OTHERS, LESSON, script="const Scorer = {score: (each) => each[4]};")[0] != LESSON[:2]
