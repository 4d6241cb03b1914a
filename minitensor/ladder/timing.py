"""Honest times: the device is synchronised before the clock is read."""

import math
import platform
import time
from collections.abc import Callable
from typing import Any

from minitensor import backend


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


def seconds_of(function: Callable[[], Any], lib: backend.Backend, calls: int = 1) -> float:
    """Seconds of one call, the mean of `calls` one after another, device synchronised."""
    lib.synchronize()
    start = time.perf_counter()
    for _ in range(calls):
        function()
    lib.synchronize()
    return (time.perf_counter() - start) / calls
