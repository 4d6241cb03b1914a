"""A bar that shows how far a long computation has got."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from minitensor.text.numbers import in_seconds

SECONDS = 0.5  # between two lines, where there is no bar
# Letters that each part of the bar takes, with the blank before it: how many are done, the time that is left and the
# time that is past; the fewest of the bar itself, and the fewest and the most of the words.
COUNT, LEFT, PAST, BAR, WORDS, LONGEST = 14, 13, 16, 11, 36, 51
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
        from rich.table import Column
    except ImportError:
        yield _lines(what)
        return
    console = Console(stderr=True)
    # Rich would cut numbers where there is no room: so columns are left out, and words alone are cut.
    room = console.width - COUNT - LEFT
    past = [of_rich.TimeElapsedColumn(), of_rich.TextColumn("so far,")] if room >= WORDS + BAR + PAST else []
    room -= PAST if past else 0
    moving = [of_rich.BarColumn(min(40, max(BAR, room - 1 - LONGEST) - 1))] if room >= WORDS + BAR else []
    room -= (moving[0].bar_width or 0) + 1 if moving else 0
    words = Column(width=max(1, min(LONGEST, room)), no_wrap=True, overflow="ellipsis")
    columns = (
        of_rich.TextColumn("{task.description}", markup=False, table_column=words),
        *moving,
        of_rich.MofNCompleteColumn(),
        *past,
        of_rich.TimeRemainingColumn(),
        of_rich.TextColumn("left"),
    )
    with of_rich.Progress(*columns, console=console, auto_refresh=THREADS) as bar:
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
