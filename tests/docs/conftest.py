"""What makes the site lies in docs/making, which is no part of the package: here it can be imported. And a browser."""

import sys
from pathlib import Path

import pytest
from built import ARGUMENTS, CHROMIUM, Server, site

DOCS = Path(__file__).parents[2] / "docs"
if str(DOCS) not in sys.path:
    sys.path.insert(0, str(DOCS))


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
