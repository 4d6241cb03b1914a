"""A bar that shows how far a long computation has got."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SECONDS = 0.5  # between two lines, where there is no bar


@contextmanager
def progress(what: str, shown: bool) -> Iterator[Callable[[int, int, str], None] | None]:
    """While the block runs, a function ``(how many are done, of how many, words)`` that moves a bar on stderr.

    The bar is the rich library's; without it there is a line on stderr every half second. None if not `shown`.

    >>> with progress("count", shown=False) as step:
    ...     step is None
    True
    """
    if not shown:
        yield None
        return
    try:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
    except ImportError:
        yield _lines(what)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total, words: bar.update(task, completed=done, total=total, description=f"{what}: {words}")


def _lines(what: str) -> Callable[[int, int, str], None]:
    due = 0.0

    def step(done: int, total: int, words: str) -> None:
        nonlocal due
        if time.monotonic() >= due or done == total:
            sys.stderr.write(f"{what}: {words}, {done:,} of {total:,}\n")
            due = time.monotonic() + SECONDS

    return step
