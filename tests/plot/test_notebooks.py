"""In a notebook each picture is shown once, below the cell that drew it, and animations play."""

import sys
from types import ModuleType, SimpleNamespace

import pytest
from pictures import CLIMB, LABELS, POINTS

from minitensor import plot
from minitensor.errors import InputError
from minitensor.plot import notebooks


class Events:
    def __init__(self):
        self.called = []

    def register(self, event, function):
        self.called.append((event, function))

    def unregister(self, event, function):
        self.called.remove((event, function))


@pytest.fixture
def notebook(monkeypatch):
    """What a notebook has: the functions that it calls after a cell, and what is on the page."""
    shell, page = SimpleNamespace(events=Events()), []
    own, display = ModuleType("IPython"), ModuleType("IPython.display")
    own.get_ipython, own.version_info = (lambda: shell), (9, 0)
    display.HTML, display.Image, display.display = "HTML {}".format, lambda data: data, page.append
    inline = ModuleType("matplotlib_inline.backend_inline")
    inline.flush_figures = print
    shell.events.register("post_execute", print)
    for name, module in {
        "IPython": own, "IPython.display": display, "matplotlib_inline": ModuleType("matplotlib_inline"),
        "matplotlib_inline.backend_inline": inline,
    }.items():  # fmt: skip
        monkeypatch.setitem(sys.modules, name, module)
    return shell, page


def after_a_cell(shell):
    """Matplotlib itself also wants to be called."""
    for event, function in shell.events.called:
        assert event == "post_execute"
        assert function is not print
        function()


def test_each_picture_is_shown_once_in_its_place(notebook):
    shell, page = notebook
    plot.in_notebook()
    plot.in_notebook()  # the first cell is run again
    assert [function for _, function in shell.events.called].count(notebooks.show) == 1
    plot.climbs(CLIMB)
    plot.moving([POINTS, POINTS * 0.5], LABELS)
    after_a_cell(shell)
    after_a_cell(shell)
    still, moving = page
    assert still.startswith(b"\x89PNG")
    assert moving.startswith("HTML ")
    assert 'class="animation"' in moving


def test_a_picture_that_cannot_be_drawn_is_not_tried_again(notebook):
    shell, page = notebook
    plot.in_notebook()
    _, ax = plot.figure()
    ax.set_title("$\\no$")
    with pytest.raises(ValueError, match="no"):
        after_a_cell(shell)
    after_a_cell(shell)
    assert page == []


@pytest.mark.parametrize("module", [None, SimpleNamespace(get_ipython=lambda: None)])
def test_outside_a_notebook_it_says_so(monkeypatch, module):
    monkeypatch.setitem(sys.modules, "IPython", module)
    with pytest.raises(InputError, match=r"this is no notebook; minitensor\.plot\.save"):
        plot.in_notebook()
