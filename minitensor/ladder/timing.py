"""Honest times: the device is synchronised before the clock is read."""

import math
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from minitensor import backend


def measure(function: Callable[[], Any], lib: backend.Backend, seconds: float = 0.5) -> list[float]:
    """Seconds of one call, device synchronised, round by round.

    About `seconds` are spent, in up to 25 rounds of as many calls as make a round last a millisecond; a call that
    takes longer than `seconds` is timed once. The first call is left to the caller: it warms up.
    """
    once = seconds_of(function, lib)
    calls = max(1, math.ceil(1e-3 / max(once, 1e-9)))
    rounds = int(min(25, seconds / (once * calls)))
    return [seconds_of(function, lib, calls) for _ in range(rounds)] if rounds > 1 else [once]


def seconds_of(function: Callable[[], Any], lib: backend.Backend, calls: int = 1) -> float:
    """Seconds of one call, the mean of so many calls one after another, device synchronised."""
    lib.synchronize()
    start = time.perf_counter()
    for _ in range(calls):
        function()
    lib.synchronize()
    return (time.perf_counter() - start) / calls


@contextmanager
def in_threads(count: int) -> Iterator[Callable[..., Iterable[Any]]]:
    """A `map` that calls its function for all items at once, on so many threads.

    NumPy lets go of Python's lock while it computes, so its threads do run at the same time.
    """
    if count == 1:
        yield map
        return
    with ThreadPoolExecutor(count) as pool:
        yield pool.map
