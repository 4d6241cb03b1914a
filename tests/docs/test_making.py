"""Of every file in docs/making: its examples are right, and it is not too long to be read."""

import doctest
import importlib
import re
from pathlib import Path

import pytest

pytest.importorskip("sphinx", reason="the site is made by Sphinx: pip install minitensor-lessons[docs]")
MAKING = Path(__file__).parents[2] / "docs" / "making"
FILES = sorted(path.stem for path in MAKING.glob("[a-z]*.py"))


@pytest.mark.parametrize("name", FILES)
def test_the_examples_are_right(name):
    module = importlib.import_module(f"making.{name}")
    assert module.__doc__
    options = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    assert doctest.testmod(module, optionflags=options).failed == 0


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_one_idea(name):
    assert len((MAKING / f"{name}.py").read_text(encoding="utf-8").splitlines()) <= 320


def test_the_folder_lists_its_files():
    import making

    listed = set(re.findall(r"`(\w+)\.py`", making.__doc__))
    assert listed == set(FILES)
