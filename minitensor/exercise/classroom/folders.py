"""A class as folders: which of them are pupils', and where in each of these the exercises lie."""

from pathlib import Path

from minitensor.errors import InputError
from minitensor.exercise import files
from minitensor.exercise.folder import NAME as PROGRESS

DEEPEST = 4  # folders in folders, in which a pupil's exercises are looked for
NOT_A_PUPIL = "solutions"  # what `minitensor check` makes in a pupil's folder


def pupils(folder: Path) -> list[Path]:
    """The folders of a class. Raises InputError where there are none, and for a pupil's own folder."""
    name = str(folder)
    if not folder.is_dir():
        raise InputError(f"there is no folder {name!r}; name the one that holds the pupils' folders")
    if _own(folder):
        raise InputError(f"{name!r} holds exercises itself: it is a pupil's folder. Name the one that it lies in")
    found = [each for each in sorted(folder.iterdir()) if each.is_dir() and _may_be_one(each)]
    if not any(_places(each) for each in found):
        raise InputError(f"no folder inside {name!r} holds exercises; each pupil's is made by `minitensor start`")
    return found


def exercises_in(folder: Path) -> dict[int, Path]:
    """A pupil's files by number: in the folder, or in the only one inside it that has any.

    Raises InputError, which says why, for a link to elsewhere, for what cannot be read, and where several folders
    inside have exercises, and not just one of them is a learner's that `minitensor start` made.
    """
    if _is_link(folder):
        raise InputError("it is a link, and these are not followed")
    try:
        next(folder.iterdir(), None)
    except OSError as error:
        raise InputError(f"it cannot be read: {error.strerror}") from None
    places = _places(folder)
    begun = [each for each in places if (each / PROGRESS).is_file()]
    places = begun if len(begun) == 1 else places
    if len(places) > 1:
        names = ", ".join(each.relative_to(folder).as_posix() for each in places[:3])
        more = f" and {len(places) - 3} more" if len(places) > 3 else ""
        raise InputError(f"it holds several folders of exercises, {names}{more}; leave one for each pupil")
    return _own(places[0]) if places else {}


def _places(folder: Path, depth: int = DEEPEST) -> list[Path]:
    """The folders that hold exercises: this one, or else those inside it."""
    if _is_link(folder):
        return []
    if _own(folder):
        return [folder]
    try:
        inside = sorted(folder.iterdir()) if depth else []
    except OSError:  # it may not be looked into
        return []
    return [place for each in inside if _may_be_one(each) and each.is_dir() for place in _places(each, depth - 1)]


def _own(folder: Path) -> dict[int, Path]:
    """The exercises that lie in a folder. A link is none."""
    paths = {number: folder / each.name for number, each in files.exercises().items()}
    try:
        return {number: path for number, path in paths.items() if path.is_file() and not _is_link(path)}
    except OSError:
        return {}


def _may_be_one(path: Path) -> bool:
    return path.name != NOT_A_PUPIL and not path.name.startswith((".", "__"))


def _is_link(path: Path) -> bool:
    """Whether it lies elsewhere, or is a folder that it lies in; Windows has more than one kind of these."""
    return path.is_symlink() or path.resolve().parent != path.parent.resolve()
