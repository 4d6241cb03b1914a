"""Each error of einsum is on its page, earned by code that the page shows, and so is each form of the grammar."""

import ast
import importlib.util
import re
from pathlib import Path

import pytest

import minitensor as mt
from minitensor.einsums import front, parser, planner, sublists
from minitensor.errors import MinitensorError

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "reference" / "einsum.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"```\{run\}\n(?::raises: (\w+)\n\n)?(.*?)```", re.DOTALL)


def places():
    """(file, first line, last line) of each place in the package that raises an EinsumError of its own."""
    found = set()
    for module in (front, parser, planner, sublists):
        text = Path(module.__file__).read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)):
            called = node.exc.func if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) else None
            own = isinstance(called, ast.Name) and called.id in ("_fault", "EinsumError", "_two_sizes")
            if own and 'EinsumError(f"{error}' not in ast.get_source_segment(text, node):  # which adds to another
                found.add((module.__file__, node.lineno, node.end_lineno))
    return found


def raised(error):
    """Where in the package an error, or one that it stands for, was raised."""
    while error:
        trace = error.__traceback__
        while trace:
            yield trace.tb_frame.f_code.co_filename, trace.tb_lineno
            trace = trace.tb_next
        error = error.__context__


def earned(page):
    """The places that the code of a page reaches."""
    names, reached = {}, set()
    with mt.use_backend("numpy"):
        for raises, code in BLOCK.findall(page):
            if not raises:
                exec(code, names)
                continue
            with pytest.raises(MinitensorError) as caught:
                exec(code, names)
            assert caught.type.__name__ == raises
            lines = set(raised(caught.value))
            reached |= {
                place for place in places() if any(place[0] == at and place[1] <= n <= place[2] for at, n in lines)
            }
    return reached


def test_each_error_of_einsum_is_earned_on_its_page():
    assert len(places()) >= 15
    assert places() - earned(PAGE) == set()


def test_a_page_without_one_of_them_is_found():
    page = PAGE.replace('mt.einsum("mk->m,k", a)', 'raise mt.errors.EinsumError("another")')
    assert len(places() - earned(page)) == 1


def test_the_page_has_the_places_that_others_link_to():
    for heading in ("Grammar", "Errors"):  # whose anchors are #grammar and #errors
        assert f"\n## {heading}\n" in PAGE
    links = re.findall(r"explore/einsum\.html\?spec=([^&]+)&amp;sizes=([\dx,]+)", PAGE)
    assert links
    for spec, sizes in links:
        shapes = [tuple(map(int, each.split("x"))) for each in sizes.split(",")]
        mt.einsum_plan(spec.replace("%3E", ">"), *shapes)


def test_run_shows_the_messages_as_given():
    spec = importlib.util.spec_from_file_location("run", DOCS / "making" / "run.py")
    run = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(run)
    with pytest.raises(mt.errors.EinsumError) as caught:
        parser.parse("mk->mx")
    assert run.ran("mt.einsum('mk->mx', mt.ones((2, 2)))", {"mt": mt}, "EinsumError").endswith(str(caught.value))
