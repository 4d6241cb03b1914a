"""The lessons: which there are, and running one."""

import ast
import runpy
from pathlib import Path

from minitensor.errors import InputError

HERE = Path(__file__).parents[1]


def lessons() -> dict[int, Path]:
    """The lesson scripts by number: those in the wheel, or those of the checkout that this package runs from."""
    folder = next((each for each in (HERE / "lessons", HERE.parent / "lessons") if each.is_dir()), None)
    return {int(path.name[:2]): path for path in sorted(folder.glob("[0-9][0-9]_*.py"))} if folder else {}


def title(path: Path) -> str:
    """The first line of a lesson's docstring."""
    return (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or path.stem).partition("\n")[0]


def lesson(number: int | None = None, out: Path | None = None) -> None:
    """Run a lesson: its text output on the terminal, its pictures on the screen or, if given, into the folder `out`.

    Without a number, list the lessons.
    Raises InputError for a number that no lesson has, MissingExtraError where the lessons' packages are missing.
    """
    found = lessons()
    if number is None:
        for each, path in found.items():
            print(f"{each:>3}  {title(path)}")
        return
    if number not in found:
        raise InputError(f"there is no lesson {number}; there are {', '.join(map(str, found))}")
    from minitensor import plot

    if out:
        plot.headless()
    path = found[number]
    try:
        runpy.run_path(str(path), run_name="__main__")
    except BaseException:
        plot.close_all()
        raise
    if out:
        for picture in plot.save_all(out, path.stem):
            print(f"wrote {picture}")
    elif plot.show_all() and plot.is_headless():
        print(f"There is no screen for the pictures. To keep them: minitensor lesson {number} --out DIR")
