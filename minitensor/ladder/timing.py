"""Honest times: the device is synchronised before the clock is read."""

import math
import platform
import statistics
import time
from collections.abc import Callable
from typing import Any

from minitensor import backend
from minitensor.backend.threads import blas_limited
from minitensor.text.numbers import in_seconds

SHORT = 0.5  # seconds of a call that is tried on one thread too, however little time there is
UNEVEN = 2.0  # where the median is more than this times what it could be, the table says so


def machine(lib: backend.Backend) -> str:
    """What computed, for the caption of a table: backend, its version, processor or GPU, Python."""
    return f"{lib.xp.__name__} {lib.xp.__version__}, {lib.device_name()}, Python {platform.python_version()}"


def measure(function: Callable[[], Any], lib: backend.Backend, seconds: float = 0.5) -> list[float]:
    """Seconds of one call, device synchronised, round by round.

    About `seconds` are spent, in up to 25 rounds, each of enough calls to last a millisecond; a call that takes longer
    than `seconds` is timed once. The first call is left to the caller: it warms up.
    """
    once = seconds_of(function, lib)
    calls = max(1, math.ceil(1e-3 / max(once, 1e-9)))
    rounds = int(min(25, seconds / (once * calls)))
    return [seconds_of(function, lib, calls) for _ in range(rounds)] if rounds > 1 else [once]


def on_best_threads(function: Callable[[], Any], lib: backend.Backend, seconds: float = 0.5) -> tuple[list[float], str]:
    """The times of `measure`, on all threads that BLAS takes or on one, where that is quicker; "", or that it is so.

    Where another program wants a core, a product on two threads waits for the second, however small it is. Half of the
    seconds are for each; a call that takes longer than all of them, and than half a second, is timed once.
    """
    many = lib.threads()
    if many == 1:
        return measure(function, lib, seconds), ""
    times = measure(function, lib, seconds / 2)
    with blas_limited(1) as limited:
        alone = measure(function, lib, seconds / 2) if limited and times[0] <= max(seconds, SHORT) else times
    if statistics.median(alone) >= statistics.median(times):
        return times, ""
    slower = statistics.median(times)
    if slower <= UNEVEN * statistics.median(alone):
        return alone, ""
    return alone, f"on 1 thread; on {many} threads it takes {in_seconds(slower)}, as the machine is busy"


def seconds_of(function: Callable[[], Any], lib: backend.Backend, calls: int = 1) -> float:
    """Seconds of one call, the mean of `calls` one after another, device synchronised."""
    lib.synchronize()
    start = time.perf_counter()
    for _ in range(calls):
        function()
    lib.synchronize()
    return (time.perf_counter() - start) / calls
