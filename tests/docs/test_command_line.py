"""Every command has an entry with its usage, its options and an example that can be typed."""

import importlib
import shlex
from pathlib import Path

import pytest

from minitensor.command.line import COMMANDS, main, parser

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture
def making(monkeypatch):
    monkeypatch.syspath_prepend(str(DOCS))
    return importlib.import_module("making.command_line")


def test_no_command_lacks_an_entry(making, monkeypatch):
    assert making.unknown() == set()
    assert list(making.commands()) == list(COMMANDS)
    monkeypatch.setitem(making.EXAMPLES, "dance", {})
    assert making.unknown() == {"dance"}
    monkeypatch.delitem(making.EXAMPLES, "tour")
    assert making.unknown() == {"dance", "tour"}


def test_each_example_can_be_read(making):
    for name, examples in making.EXAMPLES.items():
        assert examples
        for line in examples:
            words = shlex.split(line.partition(" > ")[0])
            assert words[:2] == ["minitensor", name]
            assert parser().parse_args(words[1:]).command == name


def test_usage_and_options_are_those_of_the_parser(making):
    commands = making.commands()
    assert making.usage(commands["lesson"]) == "minitensor lesson [--out OUT] [--read | --notebook] [number]"
    assert making.usage(commands["doctor"]) == "minitensor doctor"
    options = dict(making.arguments(commands["tour"]))
    assert list(options) == ["--out OUT", "--quick", "--json", "--gpu GPU"]
    assert options["--gpu GPU"].endswith("(RTX 3090)")  # what it is if it is not given
    for name, command in commands.items():
        assert command.description
        for typed, what in making.arguments(command):
            assert what, f"{name} {typed}"
            assert "%(" not in what


def test_what_is_shown_is_what_it_prints(making):
    shown = making.output(making.SHOWN["explain"])
    assert shown.startswith("ij,jk->ik with x0 (5, 784), x1 (784, 10)")
    assert "78,400 FLOPs" in shown


def test_the_exit_statuses_are_those_of_the_page(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["lesson"]) == 0
    assert main(["explain", "i,i->", "3", "4"]) == 1
    with pytest.raises(SystemExit, match="2"):
        main(["dance"])
    assert main(["start", "mine"]) == 0
    assert main(["check", "1", "--dir", "mine"]) == 2  # not done yet
    page = (DOCS / "command_line.md").read_text(encoding="utf-8")
    assert [line.split("|")[1].strip() for line in page.splitlines() if line.startswith("| ")][1:] == [
        "0", "1", "2", "130"
    ]  # fmt: skip


def test_what_backends_were_tried_on_is_what_the_readme_says(monkeypatch):
    monkeypatch.syspath_prepend(str(DOCS))
    backends = importlib.import_module("making.backends")
    assert [row[0] for row in backends.rows()] == ["numpy", "cupy", "torch", "auto"]
    assert "cuda" in backends.called("cupy")
    assert "mps" in backends.called("torch")
    with pytest.raises(ValueError, match="no longer says: It flies"):
        backends.said(["It flies."], readme="It walks.")
