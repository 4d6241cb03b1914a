"""Of the built site: every link and every anchor leads somewhere, and nothing comes from another host."""

from urllib.parse import unquote, urlsplit

import pytest
from built import Page, page, pages, site


def broken(folder, name):
    """The links of a page that lead nowhere within the site."""
    for link in page(folder / name).links:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        target = (folder / name).parent / unquote(parts.path) if parts.path else folder / name
        target = target / "index.html" if target.is_dir() else target
        anchor = unquote(parts.fragment) if target.suffix == ".html" else ""
        if not target.is_file() or (anchor and anchor not in page(target).ids):
            yield link


def test_every_link_and_anchor_leads_somewhere():
    folder = site()
    assert {name: found for name in pages(folder) if (found := sorted(set(broken(folder, name))))} == {}


def test_a_broken_link_is_found(tmp_path):
    (tmp_path / "a.html").write_text('<a href="b.html">b</a> <a href="#here">c</a> <a href="a.html#there">d</a>')
    assert list(broken(tmp_path, "a.html")) == ["b.html", "#here", "a.html#there"]


def test_nothing_is_loaded_from_another_host():
    folder = site()
    found = {
        name: [
            each for each in page(folder / name).loads if urlsplit(each).netloc or "//" in each.partition("?")[0][:8]
        ]
        for name in pages(folder)
    }
    assert {name: each for name, each in found.items() if each} == {}
    sheets = [path for path in (folder / "_static").rglob("*.css") if "url(http" in path.read_text(encoding="utf-8")]
    assert sheets == []


def test_every_picture_has_a_text_in_its_place():
    folder = site()
    assert {name: page(folder / name).wordless for name in pages(folder) if page(folder / name).wordless} == {}


@pytest.mark.parametrize("words", ['<img src="a.png">', '<img src="a.png" title="b">'])
def test_a_picture_without_one_is_found(words):
    assert Page(words).wordless == ["a.png"]


def test_no_id_is_given_twice():
    folder = site()
    twice = {
        name: sorted({each for each in page(folder / name).ids if page(folder / name).ids.count(each) > 1})
        for name in pages(folder)
    }
    assert {name: each for name, each in twice.items() if each} == {}
