"""The learner's folder: copies of the exercises, and `progress.json`, which says how far its owner has got."""

import ast
import json
import os
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from minitensor.errors import InputError
from minitensor.exercise import files
from minitensor.text.files import on_screen, written

NAME = "progress.json"
ABOUT = "What `minitensor check` has seen of the exercises in this folder. `minitensor reset N` forgets exercise N."
FIRST = "minitensor start my-exercises"  # what is said to those who have no folder yet


@dataclass
class Progress:
    """How far the learner has got with one exercise.

    done : whether it has been right
    stars : which of its second goals have been reached
    hints : how many have been shown
    solution_seen : whether its solution was shown before it was right
    """

    done: bool = False
    stars: list[bool] = field(default_factory=list)
    hints: int = 0
    solution_seen: bool = False

    @classmethod
    def read(cls, entry: Any, where: str, mend: str) -> "Progress":
        """One entry of the file. Raises InputError for what was never written here.

        where, mend : which entry, and what to do about it, for that message
        """
        if not isinstance(entry, dict):
            raise InputError(f"{where} must be an object such as {json.dumps(asdict(cls()))}. {mend}")
        known = {each.name for each in fields(cls)}
        out = cls(**{name: value for name, value in entry.items() if name in known})
        for name in ("done", "solution_seen"):
            if type(getattr(out, name)) is not bool:
                raise InputError(f"{where}: {name!r} must be true or false. {mend}")
        if type(out.hints) is not int or out.hints < 0:
            raise InputError(f"{where}: 'hints' must be a whole number, 0 or more. {mend}")
        if not isinstance(out.stars, list) or not all(type(each) is bool for each in out.stars):
            raise InputError(f"{where}: 'stars' must be a list of true and false. {mend}")
        return out


class Folder:
    """A learner's folder. What it says of progress is read when it is opened and written by `keep`.

    Raises InputError where `progress.json` is there and cannot be understood; it is then left as it is.
    """

    def __init__(self, path: Path):
        self.path = path
        self._text: dict[str, Any] = {"about": ABOUT, "exercises": {}}
        if self.progress_file.exists():
            self._text = self._read()
        self.progress = {
            stem: Progress.read(entry, f"{shown(self.progress_file)}, {stem!r}", self._mend)
            for stem, entry in self._text["exercises"].items()
        }

    @property
    def progress_file(self) -> Path:
        return self.path / NAME

    def file(self, number: int) -> Path:
        """The learner's copy of an exercise, which may not be there."""
        return self.path / files.exercises()[number].name

    def of(self, number: int) -> Progress:
        """The progress with an exercise: change it, then `keep` it."""
        return self.progress.setdefault(files.exercises()[number].stem, Progress())

    def current(self) -> int | None:
        """The first exercise that is not done, None if there is none."""
        return next((number for number in files.exercises() if not self.of(number).done), None)

    def keep(self) -> None:
        """Write the progress, whole or not at all. What others have written into the file stays in it."""
        entries = self._text["exercises"]
        touched = {stem: asdict(each) for stem, each in self.progress.items() if each != Progress() or stem in entries}
        self._text["exercises"] = {stem: entries.get(stem, {}) | entry for stem, entry in sorted(touched.items())}
        put(self.progress_file, json.dumps(self._text, indent=2, ensure_ascii=False) + "\n")

    def unlock(self, number: int) -> Path:
        """Copy the solution of an exercise into the folder. Returns where it is."""
        source = files.solution(number)
        out = self.path / "solutions" / source.name
        put(out, source.read_text(encoding="utf-8"))
        return out

    @property
    def _mend(self) -> str:
        """What to do about a file that cannot be understood."""
        return f"Nothing was changed. Mend it, or give it another name: {_anew(self.path)}"

    def _read(self) -> dict[str, Any]:
        where = shown(self.progress_file)
        try:
            text = json.loads(self.progress_file.read_text(encoding="utf-8-sig"))
        except json.JSONDecodeError as error:
            raise InputError(f"{where} is broken in line {error.lineno}: {error.msg}. {self._mend}") from None
        except (UnicodeDecodeError, RecursionError, ValueError) as error:
            raise InputError(f"{where} is broken: {error}. {self._mend}") from None
        if not isinstance(text, dict) or not isinstance(text.get("exercises"), dict):
            raise InputError(f'{where} has no "exercises": {{...}}. {self._mend}')
        return text


def find(named: Path | None = None) -> Folder | None:
    """The folder that is named; else this one or one above it; else the only one inside this one. None without any.

    Raises InputError where the named one holds no exercises, several inside this one do, or `progress.json` is gone.
    """
    if named is not None:
        if not _exercises_in(named):
            raise InputError(
                f"there are no exercises in {shown(named)!r}: `minitensor start {shown(named)}` puts them there"
            )
        return _opened(named)
    here = Path.cwd()
    try:
        below = sorted(here.iterdir())
    except OSError:
        below = []
    for is_sought in is_one, _has_most:  # a folder that lacks its progress is taken where there is no other
        if above := next((each for each in (here, *here.parents) if is_sought(each)), None):
            return _opened(above)
        inside = [each for each in below if is_sought(each)]
        if len(inside) > 1:
            names = ", ".join(shown(each) for each in inside)
            raise InputError(f"there are exercises in {names}: say in which, such as --dir {shown(inside[0])}")
        if inside:
            return _opened(inside[0])
    return None


def find_one(named: Path | None = None) -> Folder:
    """The same. Raises InputError, which says how to begin, where there is none."""
    folder = find(named)
    if folder is None:
        raise InputError(f"there are no exercises in this folder. To begin: {FIRST}")
    return folder


def is_one(path: Path) -> bool:
    """Whether this is a learner's folder: it holds `progress.json`, a name that others use too, and an exercise."""
    return _has_progress(path) and _exercises_in(path) > 0


def _has_progress(path: Path) -> bool:
    try:
        return (path / NAME).is_file()
    except OSError:  # a folder that may not be looked into
        return False


def _has_most(path: Path) -> bool:
    """Whether a folder without `progress.json` is a learner's: one exercise alone may be there for another reason."""
    return 2 * _exercises_in(path) > len(files.exercises())


def _exercises_in(path: Path) -> int:
    """How many exercises of a learner a folder holds; those that minitensor comes with are none."""
    try:
        if path.resolve().parent == files.lessons_folder().resolve():
            return 0
        return sum((path / each.name).is_file() for each in files.exercises().values())
    except OSError:
        return 0


def _opened(path: Path) -> Folder:
    """The folder. Raises InputError, which says how to mend it, where its progress is missing."""
    if not _has_progress(path):
        raise InputError(f"{shown(path / NAME)} is missing: {_anew(path)}")
    return Folder(path)


def _anew(path: Path) -> str:
    return f"`minitensor start {shown(path)}` makes a new one and leaves your exercises as they are"


def start(path: Path) -> tuple[Folder, list[Path]]:
    """Copy the exercises to a folder, and begin its `progress.json`. What is there already stays as it is.

    Returns the folder and the files that were copied.
    """
    if path.exists() and not path.is_dir():
        raise InputError(f"{shown(path)!r} is a file; name a folder, such as my-exercises")
    folder = Folder(path)
    copied = [out for number in files.exercises() if not (out := folder.file(number)).exists()]
    for number, source in files.exercises().items():
        if folder.file(number) in copied:
            put(folder.file(number), source.read_text(encoding="utf-8"))
    if not folder.progress_file.exists():
        folder.keep()
    return folder, copied


def put(path: Path, text: str) -> None:
    """Write a text file, whole or not at all."""
    with written(path) as where:
        where.write_text(text, encoding="utf-8")


def near(path: Path) -> Path:
    """The same path, from the current folder if it is in there.

    >>> near(Path.cwd() / "my-exercises" / "solutions").parts
    ('my-exercises', 'solutions')
    """
    whole, here = Path(os.path.abspath(path)), Path.cwd()
    return whole.relative_to(here) if whole.is_relative_to(here) else whole


def shown(path: Path) -> str:
    """A path as a person would type it."""
    return on_screen(near(path))


def line_of(path: Path) -> int:
    """The line where the work begins: of the body that is missing, the first blank, or the function to mend."""
    try:
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8-sig"))))
    except (OSError, SyntaxError, ValueError):
        return 1
    missing = [each for each in nodes if isinstance(each, ast.Raise) and "NotImplementedError" in ast.unparse(each)]
    values = [value for each in nodes if isinstance(each, ast.Dict) for value in each.values]
    blanks = [each for each in values if isinstance(each, ast.Constant) and each.value is ...]
    functions = [each for each in nodes if isinstance(each, ast.FunctionDef)]
    return min((each.lineno for each in missing or blanks or functions), default=1)
