"""The built site, for tests that look at its pages: where it is, which pages it has, a server and a browser for it."""

import os
import shutil
import threading
from functools import cache, partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

VARIABLE = "MINITENSOR_SITE"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]  # fmt: skip


def site():
    """The folder of the built site; the test is skipped where none was named."""
    named = os.environ.get(VARIABLE)
    if not named:
        pytest.skip(f"{VARIABLE} does not say where the site was built: sphinx-build -W docs docs/build")
    folder = Path(named).resolve()
    assert (folder / "index.html").is_file(), f"{VARIABLE}={named}: there is no index.html"
    return folder


def pages(folder):
    """Every page, by its address below the front page; those that are loaded by other pages left out."""
    found = (path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*.html")))
    return [name for name in found if not name.startswith(("_static/", "_downloads/"))]


class Page(HTMLParser):
    """What a page asks for: its links and its ids, what it loads, and its pictures without words."""

    def __init__(self, text):
        super().__init__()
        self.links, self.loads, self.ids, self.wordless = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        has = dict(attributes)
        if "id" in has:
            self.ids.append(has["id"])
        if tag == "a" and has.get("href"):
            self.links.append(has["href"])
        if tag == "link" and "stylesheet" in has.get("rel", "") + has.get("as", ""):
            self.loads.append(has["href"])
        if tag in ("script", "img", "source", "video", "iframe"):
            several = (has.get("srcset") or "").split(", ")
            self.loads += [each.split(" ")[0] for each in [has.get("src") or "", *several] if each]
        if tag == "img" and "alt" not in has:
            self.wordless.append(has.get("src"))


@cache
def page(path):
    return Page(path.read_text(encoding="utf-8"))


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *words):
        pass


class Server:
    """The site on this machine, while a block lasts."""

    def __init__(self, folder):
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *what):
        self.server.shutdown()
        self.server.server_close()


class Watched:
    """A page of a browser, in a context of its own, that remembers what went wrong in it."""

    def __init__(self, browser, **options):
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.page.set_default_timeout(10_000)
        self.faults = []
        self.page.on("console", lambda said: said.type in ("error", "warning") and self.faults.append(said.text))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("request", self.asked)
        self.page.on("response", lambda got: got.status >= 400 and self.faults.append(f"{got.status} {got.url}"))

    def asked(self, request):
        if not request.url.startswith(("http://127.0.0.1:", "data:", "blob:", "about:")):
            self.faults.append(f"asks another host: {request.url}")

    def __enter__(self):
        return self

    def __exit__(self, *what):
        self.context.close()
