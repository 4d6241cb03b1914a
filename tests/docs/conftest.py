"""Tests of the site, for those who have what makes it: ``pip install -e ".[docs]"``. And a browser."""

import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from built import ARGUMENTS, CHROMIUM, Server, site

HERE = Path(__file__).parent
DOCS = HERE.parents[1] / "docs"
if str(DOCS) not in sys.path:
    sys.path.insert(0, str(DOCS))
# The lessons are more than pages: their test always runs.
collect_ignore = (
    [] if find_spec("sphinx") else [path.name for path in HERE.glob("test_*.py") if path.stem != "test_lessons"]
)


@pytest.fixture(scope="module")
def served():
    with Server(site()) as server:
        yield server


@pytest.fixture(scope="module")
def browser():
    if not CHROMIUM:
        pytest.skip("there is no Chromium on the path")
    driver = pytest.importorskip("playwright.sync_api", reason="the site is driven by Playwright")
    with driver.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()
