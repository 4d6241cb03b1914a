"""An end for a check that hangs where no line of Python is run, or where an answer catches what would stop it."""

import contextlib
import faulthandler
import sys
import threading
from collections.abc import Iterator
from os import _exit  # while an answer runs os has another of this name

SECONDS = 20.0  # a check takes one or two, also where the machine is busy


@contextlib.contextmanager
def patience(why: str, seconds: float = SECONDS) -> Iterator[None]:
    """End the process with status 1 where the block takes longer. why : is printed before that."""
    out = sys.stdout  # while an answer runs there is another

    def stop() -> None:
        with contextlib.suppress(Exception):
            print(why, file=out, flush=True)
        _exit(1)

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    with contextlib.suppress(RuntimeError):  # a browser has no threads
        timer.start()
    # A loop inside of NumPy or of Python itself lets no other thread run: then the line is all that can be told.
    with contextlib.suppress(RuntimeError, OSError, ValueError, AttributeError):
        faulthandler.dump_traceback_later(seconds + 5, exit=True, file=2)
    try:
        yield
    finally:
        timer.cancel()
        with contextlib.suppress(RuntimeError, AttributeError):
            faulthandler.cancel_dump_traceback_later()
