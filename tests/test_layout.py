"""Where things are: rooms and their tests, the README's list of rooms, its evening, and where speed is measured."""

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest
from many import for_each
from sources import PACKAGE
from test_package import LEVEL, ROOMS, imported, room_of

ROOT = Path(__file__).parents[1]
TESTS = ROOT / "tests"
EXIST = [room for room in ROOMS if (PACKAGE / room / "__init__.py").is_file() or (PACKAGE / f"{room}.py").is_file()]
# What is tested elsewhere: errors where they are raised, and the list of commands with the commands.
TESTED_ELSEWHERE = {"errors": "test_package.py", "__main__": "command/test_command_line.py"}
NO_ROOMS = {"benchmarks", "docs", "real_gpu"}
EVENING = 1_500  # lines
README = (ROOT / "README.md").read_text(encoding="utf-8")


# Reading the README.
def section(text, heading):
    """What stands between this heading and the next."""
    found = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"README.md has no heading '## {heading}'"
    return found[1]


def rooms_in(text):
    """The rooms that the table under ``## Rooms`` names, in its order: "core" for [`core/`](minitensor/core)."""
    found = []
    for row in re.findall(r"^\| (\[.*?) \|", section(text, "Rooms"), re.MULTILINE):
        for shown, target in re.findall(r"\[`(\S+?)`\]\((\S+?)\)", row):
            assert target == f"minitensor/{shown.rstrip('/')}", f"{shown} links to {target}"
            assert (ROOT / target).is_dir() == shown.endswith("/"), (
                f"a folder ends with a slash and a file does not: {shown}"
            )
            found.append(shown.removesuffix("/").removesuffix(".py"))
    return found


def evening_in(text):
    """The files of the numbered list under ``## An evening``, in its order, as paths inside minitensor/."""
    lines = re.findall(r"^\d+\. .*", section(text, "An evening"), re.MULTILINE)
    assert lines, "## An evening has no numbered list"
    return [evening_line(line) for line in lines]


def evening_line(line):
    found = re.fullmatch(r"\d+\. \[`minitensor/(\S+\.py)`\]\(minitensor/(\S+)\): \S.*", line)
    assert found, f"not of the form '1. [`minitensor/FILE.py`](minitensor/FILE.py): what it tells': {line}"
    assert found[1] == found[2], f"the link says {found[1]} and goes to {found[2]}"
    assert (PACKAGE / found[1]).is_file(), f"there is no minitensor/{found[1]}"
    return found[1]


def lines_of(names):
    return sum(len((PACKAGE / name).read_text(encoding="utf-8").splitlines()) for name in names)


def below(name):
    """The modules that a file imports from rooms below its own."""
    rooms = [(module, module.split(".")[1]) for module in imported(name) if module.startswith("minitensor.")]
    return [module for module, room in rooms if LEVEL.get(room, -1) > LEVEL[room_of(name)]]


# Rooms.
@pytest.mark.parametrize("room", EXIST)
def test_every_room_has_tests(room):
    if room in TESTED_ELSEWHERE:
        assert (TESTS / TESTED_ELSEWHERE[room]).is_file()
    else:
        assert (TESTS / f"test_{room}.py").is_file() or list((TESTS / room).glob("test_*.py"))


def test_every_folder_of_tests_mirrors_a_room():
    holding = {path.parent.relative_to(TESTS) for path in TESTS.rglob("test_*.py")} - {Path()}
    rooms = {folder for folder in holding if folder.parts[0] not in NO_ROOMS}
    assert len(rooms) > 10
    mirrored = {folder for folder in rooms if (PACKAGE / folder).is_dir() or (PACKAGE / f"{folder}.py").is_file()}
    assert rooms - mirrored == set()


def test_every_room_is_in_the_list():
    found = {path.stem for path in PACKAGE.iterdir() if (path / "__init__.py").is_file() or path.suffix == ".py"}
    assert found - {"__init__"} == set(EXIST)


def test_the_readme_names_the_rooms_that_exist_in_their_order():
    assert rooms_in(README) == EXIST


@pytest.mark.parametrize(
    ("rows", "rooms"),
    [
        ("| [`errors.py`](minitensor/errors.py) | every exception |", ["errors"]),
        ("| [`core/`](minitensor/core), [`ops.py`](minitensor/ops.py) | two, [`text/`](x) |", ["core", "ops"]),
        ("| room | holds |\n|---|---|\n| [`__main__.py`](minitensor/__main__.py) | `x` |", ["__main__"]),
    ],
)
def test_the_list_of_rooms_is_read(rows, rooms):
    other = "| [`plot/`](minitensor/plot) | a |"
    text = f"# mini\n\n## Before\n\n{other}\n\n## Rooms\n\nWords.\n\n{rows}\n\n## After\n{other}\n"
    assert rooms_in(text) == rooms


@pytest.mark.parametrize(
    "row", ["| [`core/`](minitensor/ops.py) |", "| [`core`](minitensor/core) |", "| [`ops.py/`](minitensor/ops.py) |"]
)
def test_a_wrong_list_of_rooms_is_found_out(row):
    with pytest.raises(AssertionError, match=r"links to|a folder ends with a slash"):
        rooms_in(f"## Rooms\n{row}\n")


# The evening.
def test_the_evening_is_short():
    assert lines_of(evening_in(README)) <= EVENING


def test_nothing_on_the_evenings_path_imports_from_below():
    assert {name: below(name) for name in evening_in(README) if below(name)} == {}


def test_the_evenings_list_is_read():
    text = """## An evening

About an hour each:

1. [`minitensor/broadcasting.py`](minitensor/broadcasting.py): the rule
2. [`minitensor/core/tensor.py`](minitensor/core/tensor.py): the class, as
   `class Tensor`.

## After

1. another list
"""
    assert evening_in(text) == ["broadcasting.py", "core/tensor.py"]
    assert lines_of(["broadcasting.py", "broadcasting.py"]) == 2 * lines_of(["broadcasting.py"]) > 200


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("1. [`minitensor/core/`](minitensor/core/): the class", "not of the form"),
        ("1. minitensor/ops.py: operations", "not of the form"),
        ("1. [`minitensor/ops.py`](minitensor/ops.py)", "not of the form"),
        ("1. [`minitensor/ops.py`](minitensor/errors.py): operations", "goes to errors.py"),
        ("1. [`minitensor/kitchen.py`](minitensor/kitchen.py): soup", "there is no minitensor/kitchen.py"),
        ("Nothing yet.", "no numbered list"),
    ],
)
def test_a_wrong_list_for_the_evening_is_found_out(line, message):
    with pytest.raises(AssertionError, match=message):
        evening_in(f"## An evening\n\n{line}\n")


def test_an_import_from_below_is_found_out(monkeypatch):
    monkeypatch.setitem(
        globals(), "imported", lambda name: ["minitensor.errors.ShapeError", "minitensor.plot", "numpy"]
    )
    assert below("ops.py") == ["minitensor.plot"]


def test_what_ci_runs_is_for_every_bash():
    """macOS has bash 3.2, and none of GNU's own tools."""
    text = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    words = r"\b(mapfile|readarray|timeout|declare -A|coproc)\b|&>>|\|&|\$\{\w+[\^,@]|--quiet\b|\btar -c "
    assert re.findall(words, text) == []
    assert (ROOT / ".ci" / "run").read_bytes().startswith(b"#!/usr/bin/env bash\n")


# Files named in texts.
FILE = re.compile(r"[\w/]*\w\.(?:py|cu)\b")


def missing(text, there):
    """The files that a text names and that are nowhere in this repository."""
    return sorted({name for name in FILE.findall(text) if not any(f"/{path}".endswith(f"/{name}") for path in there)})


def unlisted(text, files):
    """The files of a package that its docstring leaves out, if it lists them."""
    named = set(FILE.findall(text))
    return sorted(files - named) if len(files & named) > 1 else []


THERE = [
    path.relative_to(ROOT).as_posix() for top in ("minitensor", "lessons", "tests") for path in (ROOT / top).rglob("*")
]


@pytest.mark.parametrize("top", ["minitensor", "lessons", "README.md"])
def test_the_files_that_texts_name_exist(top):
    paths = [path for path in (ROOT / top).rglob("*") if path.suffix in {".py", ".cu"}] or [ROOT / top]
    there = [*THERE, "kernel.cu"]  # what NVRTC is told that a source is called
    found = {path.name: missing(path.read_text(encoding="utf-8"), there) for path in paths}
    assert {name: files for name, files in found.items() if files} == {}


@for_each(sorted(PACKAGE.rglob("__init__.py")))
def test_a_package_that_lists_its_files_lists_all(path):
    files = {each.name for each in path.parent.iterdir() if each.suffix in {".py", ".cu"}} - {"__init__.py"}
    words = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert unlisted(words, files) == []


def test_a_stale_or_a_missing_name_is_found_out():
    assert missing("`core/tensor.py`, see gpu/matmul.cu and ladder.run", THERE) == ["gpu/matmul.cu"]
    assert missing("ensor.py", THERE) == ["ensor.py"]
    assert unlisted("`a.py` and `b.py`", {"a.py", "b.py", "c.py"}) == ["c.py"]
    assert unlisted("`a.py` begins", {"a.py", "b.py"}) == []


# Claims of speed.
CLAIM = re.compile(
    r"(\d|two|three|four|five|eight|ten|twenty|hundred|thousand|several) times (as )?(fast|slow|quick|long)"
    r"|half (the time|as long)|(thirds?|quarter) of the time|a third (longer|faster|slower|quicker)",
    re.IGNORECASE,
)
MEASURED = re.compile(r"tests/benchmarks/(\w+\.py)")


def blocks(text):
    """Every docstring, and every run of lines that end in a comment, as one line of words."""
    comments, last = [], -1
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.STRING and token.string.endswith('"""'):
            yield " ".join(token.string.split())
        if token.type == tokenize.COMMENT:
            if token.start[0] > last + 1 and comments:
                yield " ".join(comments)
                comments = []
            comments += token.string.strip("#").split()
            last = token.start[0]
    yield " ".join(comments)


def unmeasured(text):
    """The blocks that claim to be so many times as fast as something, and name no benchmark that exists."""
    there = {path.name for path in (TESTS / "benchmarks").glob("*.py")}
    return [block for block in blocks(text) if CLAIM.search(block) and not there & set(MEASURED.findall(block))]


@for_each(sorted(PACKAGE.rglob("*.py")))
def test_every_claim_of_speed_names_its_benchmark(path):
    assert unmeasured(path.read_text(encoding="utf-8")) == []


def test_the_table_of_small_claims_names_files_that_make_them():
    text = (TESTS / "benchmarks" / "claims.py").read_text(encoding="utf-8")
    named = {file for column in re.findall(r'@claim\(\s*"(.*?)"', text) for file in column.split(", ")}
    making = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if "tests/benchmarks/claims.py" in path.read_text(encoding="utf-8")
    }
    assert len(named) > 8
    assert named == making


@pytest.mark.parametrize(
    "claim",
    [
        "3 times as fast", "10 times\n# slower", "several times as long", "half the time", "half as long",
        "a third\n# of the time", "two thirds of the time", "Ten times quicker", "2.5 times faster", "a third longer",
    ],
)  # fmt: skip
def test_a_claim_of_speed_without_a_benchmark_is_found_out(claim):
    comment = f"x = 1  # here it takes\n# {claim} there\ny = 2\n"
    docstring = f'def f():\n    """Takes {claim.replace("# ", "    ")} here.\n\n    And more.\n    """\n'
    elsewhere = "# tests/benchmarks/claims.py\n\n"
    for text in (comment, docstring, elsewhere + comment, elsewhere + docstring):
        assert len(unmeasured(text)) == 1
        assert unmeasured(text.replace("here", "(tests/benchmarks/nothing.py)")) != []
        assert unmeasured(text.replace("here", "(tests/benchmarks/claims.py)")) == []
