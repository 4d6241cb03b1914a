"""The pages of the evening are those of the files that the README names, in its order."""

import re
from pathlib import Path

import pytest
from making import evening, excerpts, front

DOCS = Path(__file__).parents[2] / "docs"


def test_each_file_has_a_page_and_each_page_a_file():
    listed = re.search(r"```\{toctree\}\n:hidden:\n\n(.*?)```", (DOCS / "evening/index.md").read_text("utf-8"), re.S)
    *pages, rooms = listed[1].split()
    assert rooms == "rooms"
    names = [f"{Path(file.path).parent.name}_{Path(file.path).stem.strip('_')}" for file in evening.files()]
    assert pages == names
    for number, page in enumerate(pages, 1):
        text = (DOCS / "evening" / f"{page}.md").read_text("utf-8")
        assert text.startswith(f"# {number} · ")
        assert f"```{{evening}} {number}\n" in text


def test_a_page_names_only_what_is_in_its_file():
    for page, file in zip(sorted_pages(), evening.files(), strict=True):
        code = (DOCS.parent / file.path).read_text("utf-8")
        for name in re.findall(r"`(_?[a-z_]+(?:_[a-z]+)+)`", page):
            assert name in code, f"{file.path} has no {name}"


def sorted_pages():
    texts = [path.read_text("utf-8") for path in (DOCS / "evening").glob("*_*.md")]
    return sorted(texts, key=lambda text: int(re.match(r"# (\d)", text)[1]))


def test_the_evening_is_long_enough_to_be_true():
    assert len(evening.files()) == 7
    assert 2 < sum(file.minutes for file in evening.files()) / 60 < 5


def test_the_front_page_has_the_two_commands():
    tour, tests = front.commands()
    assert tour.endswith("minitensor tour")
    assert tests.endswith("pytest")


def test_what_a_page_says_of_speed_is_in_the_file():
    text = (DOCS / "comparisons.md").read_text("utf-8")
    blocks = re.findall(r"```\{excerpt\} (\S+)\n(.*?)```", text, re.S)
    assert len(blocks) > 6
    for name, patterns in blocks:
        measured = (DOCS / "measurements" / name).read_text("utf-8")
        assert excerpts.excerpt(measured, patterns.splitlines())


def test_what_nobody_measured_is_refused():
    with pytest.raises(LookupError, match=r"2\.5 times"):
        excerpts.excerpt("1.5 times", ["2.5 times"])
