"""Code on a page does what the page says, or the page is not made."""

import importlib.util
import sys
from pathlib import Path

import pytest

PATH = Path(__file__).parents[2] / "docs" / "making" / "run.py"


@pytest.fixture
def run():
    spec = importlib.util.spec_from_file_location("run", PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_shows_what_was_printed_and_the_last_value(run):
    names = {}
    assert run.ran("x = 2\nprint('two')\nx + 1", names) == "two\n3"
    assert run.ran("x * 10", names) == "20"  # names stay
    assert run.ran("y = x", names) == ""
    assert run.ran("None", names) == ""


def test_it_shows_the_message_of_an_error_as_given(run):
    code = "import minitensor as mt\nprint('first')\nmt.einsum('i,i->', mt.ones(3), mt.ones(4))"
    output = run.ran(code, {}, "EinsumError")
    assert output.startswith("first\nminitensor.errors.Einsum")
    with pytest.raises(Exception, match="sizes") as caught:
        exec(code, {})
    assert output.endswith(str(caught.value))
    assert run.ran(code, {}, "ValueError") == output  # a class above it will do


def test_what_does_not_do_as_the_page_says_is_refused(run):
    with pytest.raises(run.WrongExample, match="it raises ZeroDivisionError"):
        run.ran("1 / 0", {})
    with pytest.raises(run.WrongExample, match="it raises ZeroDivisionError"):
        run.ran("1 / 0", {}, "KeyError")
    with pytest.raises(run.WrongExample, match="it does not raise KeyError"):
        run.ran("1 / 1", {}, "KeyError")


def test_a_kernel_on_a_page_can_be_read(run):
    code = """
import numpy as np
from minitensor.gpu import cuda, kernel
@kernel
def past(x):
    x[cuda.grid(1) + 1] = 1
past[1, 4](np.zeros(4, "float32"))
"""
    assert "example.py:6: x[cuda.grid(1) + 1] = 1" in run.ran(code, {}, "OutOfBoundsError", "a page 3/example.py")


def test_the_directive_builds_a_page_and_stops_where_it_is_wrong(tmp_path):
    pytest.importorskip("sphinx", reason="the site's tools are not installed: pip install -e '.[docs]'")
    from sphinx.application import Sphinx
    from sphinx.errors import ExtensionError

    def build(text):
        (tmp_path / "index.rst").write_text(f"Page\n====\n\n{text}")
        extensions = {"extensions": [], "html_static_path": [str(PATH.parents[1] / "static")]}
        app = Sphinx(tmp_path, None, tmp_path / "out", tmp_path / "trees", "html", extensions, status=None)
        app.setup_extension("run")
        app.build(force_all=True)
        return (tmp_path / "out" / "index.html").read_text()

    sys.path.insert(0, str(PATH.parent))
    try:
        page = build(".. run::\n\n   x = 6 * 7\n\n.. run::\n   :hide-code:\n\n   print(x, 'found')\n")
        assert "42 found" in page
        assert "print" not in page
        assert "run.css" in page
        with pytest.raises(ExtensionError, match=r"index\.rst:4: it raises NameError"):
            build(".. run::\n\n   y\n")
    finally:
        sys.path.remove(str(PATH.parent))
