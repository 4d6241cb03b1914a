"""Which folders of a class are pupils', and where in them the exercises lie."""

import os

import pytest

from minitensor.command.line import main
from minitensor.errors import InputError
from minitensor.exercise import files
from minitensor.exercise.classroom import folders, grading

DOT = files.stub(6).name


@pytest.fixture
def room(tmp_path):
    """An empty class."""
    (tmp_path / "class").mkdir()
    return tmp_path / "class"


def put(folder, *names):
    for name in names or (DOT,):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("")


def linked(link, to, **options):
    try:
        link.symlink_to(to, **options)
    except OSError:
        pytest.skip("this system lets nobody make links")


@pytest.mark.parametrize(
    ("names", "where"),
    [
        ([DOT], "."),
        ([f"my-exercises/{DOT}"], "my-exercises"),
        ([f"as sent/in a folder/my-exercises/{DOT}"], "as sent/in a folder/my-exercises"),
        ([DOT, f"solutions/{DOT}", f"old/{DOT}"], "."),
        ([f"solutions/{DOT}", f"mine/{DOT}", f"mine/solutions/{DOT}"], "mine"),
        ([f".git/{DOT}", f"__MACOSX/mine/{DOT}", f"mine/{DOT}"], "mine"),
        ([f"lessons/exercises/{DOT}", f"lessons/solutions/{DOT}", f"mine/{DOT}", "mine/progress.json"], "mine"),
    ],
)
def test_the_exercises_are_found_where_they_lie(names, where, room):
    put(room / "anna", *names)
    assert folders.exercises_in(room / "anna") == {6: room / "anna" / where / DOT}
    assert folders.pupils(room) == [room / "anna"]


@pytest.mark.parametrize("names", [[f"solutions/{DOT}"], ["dot.py"], ["a/b/c/d/e/" + DOT], [f"{DOT}/a.txt"]])
def test_what_is_no_exercise_is_none(names, room):
    put(room / "anna", *names)
    assert folders.exercises_in(room / "anna") == {}
    with pytest.raises(InputError, match="holds exercises; each pupil's is made by"):
        folders.pupils(room)


def test_of_several_folders_none_is_chosen(room):
    put(room / "group", *(f"{name}/{DOT}" for name in ("emil", "frida", "gus", "hans")))
    with pytest.raises(InputError, match="several folders of exercises, emil, frida, gus and 1 more; leave one"):
        folders.exercises_in(room / "group")


def test_a_pupils_own_folder_is_no_class(room, capsys):
    put(room / "anna", DOT, f"solutions/{DOT}")
    assert main(["grade", str(room / "anna")]) == 1
    said = f"{str(room / 'anna')!r} holds exercises itself: it is a pupil's folder. Name the one that it lies in"
    assert capsys.readouterr() == ("", f"minitensor grade: {said}\n")
    put(room / "solutions")
    assert folders.pupils(room) == [room / "anna"]


def test_a_link_is_no_answer(room):
    (room / "mallory").mkdir()
    linked(room / "mallory" / DOT, files.solution(6))
    linked(room / "mallory" / "mine", files.solution(6).parent, target_is_directory=True)
    linked(room / "mallory" / "loop", ".", target_is_directory=True)
    assert folders.exercises_in(room / "mallory") == {}


def test_a_pupil_who_is_a_link_is_named_and_not_graded(room):
    put(room / "anna")
    linked(room / "trent", "anna", target_is_directory=True)
    assert [each.name for each in folders.pupils(room)] == ["anna", "trent"]
    found = grading.graded(room / "trent")
    assert found.note == "it is a link, and these are not followed"
    assert {row.status for row in found.rows} == {"missing"}


def test_a_class_may_be_a_link_or_the_folder_that_one_is_in(room, monkeypatch):
    put(room / "anna")
    linked(room.parent / "link", room, target_is_directory=True)
    assert set(folders.exercises_in(room.parent / "link" / "anna")) == {6}
    monkeypatch.chdir(room)
    (pupil,) = folders.pupils(folders.Path())
    assert set(folders.exercises_in(pupil)) == {6}


@pytest.mark.skipif(os.name == "nt" or not hasattr(os, "geteuid") or os.geteuid() == 0, reason="all may be read")
def test_a_folder_that_may_not_be_read_costs_its_owner_only(room):
    put(room / "anna")
    put(room / "ben")
    (room / "anna").chmod(0)
    try:
        assert [each.name for each in folders.pupils(room)] == ["anna", "ben"]
        assert grading.graded(room / "anna").note == "it cannot be read: Permission denied"
    finally:
        (room / "anna").chmod(0o700)
