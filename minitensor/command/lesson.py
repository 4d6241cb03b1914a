"""The lessons: which there are, and running, reading or copying one."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from minitensor import backend
from minitensor.command.cells import cells, facts
from minitensor.errors import InputError, MissingExtraError
from minitensor.exercise.files import exercises, header, lessons_folder
from minitensor.text.files import on_screen
from minitensor.text.hints import LESSONS, install, missing


def lessons() -> dict[int, Path]:
    """The lesson scripts by number: those in the wheel, or those of the checkout that this package runs from."""
    return {int(path.name[:2]): path for path in sorted(lessons_folder().glob("[0-9][0-9]_*.py"))}


def title(path: Path) -> str:
    """The first heading of a lesson."""
    return next(iter(cells(path)[0].headings), path.stem)


def lesson(number: int | None = None, out: Path | None = None, read: bool = False, notebook: bool = False) -> None:
    """Run a lesson, or list the lessons where none is named.

    out : the folder for its pictures; without it they are shown on the screen, if there is one
    read : show its text and its code, page by page, instead of running it
    notebook : write it as a Jupyter notebook into the folder `out`, or into this one, instead of running it

    Raises InputError for a number that no lesson has, or a folder for what writes nothing,
    MissingExtraError where the lessons' packages are missing, BackendError and BackendNameError where the chosen
    backend cannot compute.
    """
    found = lessons()
    if number is not None and number not in found:
        raise InputError(f"there is no lesson {number}; there are {', '.join(map(str, found))}")
    if number is None and (read or notebook or out):
        raise InputError("say which lesson; minitensor lesson lists them")
    if read and out:
        raise InputError("--read writes nothing: leave --out away, or keep the text as a notebook with --notebook")
    if number is None:
        for each, path in found.items():
            print(f"{each:>3}  {facts(path)[0]:>2} min  {title(path)}")
        print("\nminitensor lesson 1 runs the first; --read shows its text, --notebook makes a Jupyter notebook of it")
    elif read:
        _read(found[number])
    elif notebook:
        from minitensor.command.notebook import write

        print(f"wrote {on_screen(write(found[number], out or Path()))}")
    else:
        _run(number, found[number], out)


def _run(number: int, path: Path, out: Path | None) -> None:
    """Cell by cell: its heading, what it prints, and where each of its pictures is."""
    if gone := missing():
        raise MissingExtraError(f"the lessons need {', '.join(gone)}: {install(*gone)}")
    from minitensor import plot

    backend.current()  # where it cannot compute it says so now
    if out:
        plot.headless()
        out.mkdir(parents=True, exist_ok=True)
    print(on_screen(path))
    if not out and plot.is_headless():
        print(f"There is no screen for the pictures. To keep them: minitensor lesson {number} --out DIR")
    count = 0  # of pictures so far
    try:
        with _as_main(path) as names:
            for cell in cells(path):
                for heading in cell.headings:
                    print(f"\n{heading}\n{'-' * len(heading)}", flush=True)
                exec(compile("\n" * cell.line + cell.code, str(path), "exec"), names)
                if out:
                    marks = [f": {on_screen(each)}" for each in plot.save_all(out, f"{number:02}", count + 1)]
                else:
                    marks = [""] * (len(plot.drawn()) - count)
                for count, mark in enumerate(marks, count + 1):  # noqa: B020
                    print(f"picture {count}{mark}", flush=True)
        print(f"\nThe text between: minitensor lesson {number} --read{_exercises(number)}", flush=True)
        plot.show_all()
    finally:
        plot.close_all()


def _exercises(of: int) -> str:
    """Where a lesson goes on: its exercises, if it has any."""
    found = [number for number in exercises() if header(number).lesson == of]
    which = f"{found[0]} to {found[-1]}" if found else ""
    return f"\nIts exercises, {which}: minitensor start my-exercises, then minitensor check" if found else ""


@contextmanager
def _as_main(path: Path) -> Iterator[dict[str, Any]]:
    """The names of a module that is the program, as the script would be."""
    module, before, words = ModuleType("__main__"), sys.modules["__main__"], sys.argv
    module.__file__ = str(path)
    sys.modules["__main__"], sys.argv = module, [str(path)]
    try:
        yield vars(module)
    finally:
        sys.modules["__main__"], sys.argv = before, words


def _read(path: Path) -> None:
    try:
        from rich.console import Console
        from rich.markdown import Markdown
        from rich.syntax import Syntax
    except ImportError:
        raise MissingExtraError(f"reading a lesson needs rich: {install(*LESSONS)}") from None
    console = Console()
    pager = os.environ.get("MANPAGER") or os.environ.get("PAGER") or "less"  # as Python chooses one
    os.environ.setdefault("LESS", "-R")  # it shows colours
    with console.pager(styles=console.is_terminal and "less" in pager and shutil.which("less") is not None):
        console.print(on_screen(path), soft_wrap=True, highlight=False, markup=False)
        for cell in cells(path):
            console.print(Markdown(cell.prose))
            if cell.code:
                console.print()
                if console.is_terminal:
                    console.print(Syntax(cell.code, "python", background_color="default", word_wrap=True))
                else:  # a line stays a line
                    console.print(cell.code, soft_wrap=True, highlight=False, markup=False, emoji=False)
                console.print()
