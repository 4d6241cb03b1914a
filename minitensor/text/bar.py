"""A bar that shows how far a long computation has got."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from minitensor.text.numbers import in_seconds

SECONDS = 0.5  # between two lines, where there is no bar
THREADS = sys.platform != "emscripten"  # in a browser there is none that could move the bar


@contextmanager
def progress(what: str, shown: bool) -> Iterator[Callable[[int, int, str], None] | None]:
    """While the block runs, a function ``(how many are done, of how many, words)`` that moves a bar on stderr.

    The bar is the rich library's, with the time that is past and the time that is left; without it there is a line on
    stderr every half second. None if not `shown`.

    >>> with progress("count", shown=False) as step:
    ...     step is None
    True
    """
    if not shown:
        yield None
        return
    try:
        from rich import progress as of_rich
        from rich.console import Console
    except ImportError:
        yield _lines(what)
        return
    columns = (
        of_rich.TextColumn("{task.description}"),
        of_rich.BarColumn(),
        of_rich.MofNCompleteColumn(),
        of_rich.TimeElapsedColumn(),
        of_rich.TimeRemainingColumn(),
        of_rich.TextColumn("left"),
    )
    with of_rich.Progress(*columns, console=Console(stderr=True), auto_refresh=THREADS) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total, words: bar.update(
            task, completed=done, total=total, description=f"{what}: {words}", refresh=not THREADS
        )
        whole = bar.tasks[0].total or 1  # what ended early, or was never counted, is done as well
        bar.update(task, completed=whole, total=whole)


def _lines(what: str) -> Callable[[int, int, str], None]:
    start, due = time.monotonic(), 0.0

    def step(done: int, total: int, words: str) -> None:
        nonlocal due
        now = time.monotonic()
        if now >= due or done == total:
            left = f", about {in_seconds((now - start) * (total - done) / done)} left" if 0 < done < total else ""
            sys.stderr.write(f"{what}: {words}, {done:,} of {total:,}{left}\n")
            due = now + SECONDS

    return step
