"""Hints name what is missing, in quotes that every shell takes, and never this project's name on the index."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest

import minitensor
from minitensor.text.hints import LESSONS, install

PACKAGE = Path(minitensor.__file__).parent
LESSON_FILES = next(each for each in (PACKAGE.parent / "lessons", PACKAGE / "lessons") if each.is_dir())
FILES = sorted({*PACKAGE.rglob("*.py"), *LESSON_FILES.glob("*.py")})


@pytest.mark.parametrize("packages", [("numba",), ("cupy-cuda13x[ctk]",), ("rich>=13.7", "dask[array]", "distributed")])
def test_a_shell_reads_the_packages_as_they_are(packages):
    line = install(*packages)
    assert shlex.split(line) == ["pip", "install", *packages]
    assert "'" not in line  # to cmd.exe it is a letter like any other


def test_the_packages_of_the_lessons_are_those_of_the_extra():
    if not (project := PACKAGE.parent / "pyproject.toml").is_file():
        pytest.skip("minitensor is installed without its pyproject.toml")
    extra = tomllib.loads(project.read_text())["project"]["optional-dependencies"]["lessons"]
    assert {re.match(r"[\w-]+", each)[0] for each in extra} == set(LESSONS)


def test_no_hint_installs_by_the_name_of_a_stranger():
    lines = [(file.name, line) for file in FILES for line in file.read_text(encoding="utf-8").splitlines()]
    named = re.compile(r"minitensor\[(lessons|dask|numba|threads|cuda|test|\{)|pip install ['\"]?minitensor\b")
    assert [(name, line) for name, line in lines if named.search(line)] == []
