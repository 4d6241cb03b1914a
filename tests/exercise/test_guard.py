"""What may be read where pupils' programs run. The hook itself is tried by test_grading.py, in processes of their own:
it cannot be taken away again."""

import os

import pytest

from minitensor.errors import ForbiddenError
from minitensor.exercise.classroom import guard


@pytest.fixture
def places(tmp_path):
    """A library with solutions in it, and a class in which there is a place to work."""
    tmp_path = tmp_path.resolve()
    for each in ("library/solutions", "class/anna", "class/work", "elsewhere"):
        (tmp_path / each).mkdir(parents=True)
    allowed = (str(tmp_path / "library"), str(tmp_path / "class" / "work"))
    refused = (str(tmp_path / "library" / "solutions"), str(tmp_path / "class"))
    return tmp_path, allowed, refused


@pytest.mark.parametrize(
    ("path", "may"),
    [
        ("library/a.py", True), ("library/solutions/a.py", False), ("library/solutions/../a.py", True),
        ("class/anna/a.py", False), ("class/work/a.py", True), ("class/work/../anna/a.py", False),
        ("elsewhere/a.py", False), ("library2/a.py", False), ("library/solutions2/a.py", True),
    ],
)  # fmt: skip
def test_the_innermost_folder_counts(path, may, places):
    root, allowed, refused = places
    ask = (os.path.join(root, path), "r", 0)
    if may:
        guard._ask_open(ask, allowed, refused)
        guard._ask_open((os.fsencode(ask[0]), None, os.O_RDONLY), allowed, refused)
    else:
        with pytest.raises(ForbiddenError, match="may not be read here"):
            guard._ask_open(ask, allowed, refused)


@pytest.mark.parametrize(
    ("mode", "flags"),
    [("w", 0), ("a", 0), ("x", 0), ("r+", 0), ("wb", 0), (None, os.O_WRONLY), (None, os.O_RDWR), (None, os.O_CREAT)],
)
def test_nothing_is_written(mode, flags, places):
    root, allowed, refused = places
    with pytest.raises(ForbiddenError, match="no file may be written here"):
        guard._ask_open((str(root / "class" / "work" / "a.py"), mode, flags), allowed, refused)


def test_what_is_open_already_stays_open(places):
    guard._ask_open((3, "w", 0), (), ())
