"""Threads of this process: how many may compute at once, and work shared out among them."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from functools import cache, partial
from typing import Any

THREADS = sys.platform not in ("emscripten", "wasi")  # a browser's Python starts none
# What sets how many threads the BLAS under NumPy takes: the first of these that is set.
THREAD_VARIABLES = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")


def cores() -> int:
    """How many this process may use."""
    if not THREADS:
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def asked_threads(name: str) -> int | None:
    """How many threads the variable of that name asks for; None where it is not set, or is no number from 1 on.

    OpenMP takes a list too, such as 4,2: for loops, and loops in them. The first number counts.
    """
    first, *others = (number.strip() for number in os.environ.get(name, "").split(","))
    right = first.isdecimal() and int(first) > 0 and all(each.isdecimal() for each in others)
    return int(first) if right else None


def threads_of_blas() -> int:
    """How many threads the BLAS under NumPy takes now: what it says itself, by way of threadpoolctl, where that is
    installed (``pip install threadpoolctl``), else what the environment says."""
    for library in _libraries():
        return max(1, min(cores(), library.num_threads))
    return next((min(cores(), number) for name in THREAD_VARIABLES if (number := asked_threads(name))), cores())


@contextmanager
def blas_limited(count: int) -> Iterator[bool]:
    """While the block runs, the BLAS under NumPy takes `count` threads, in this whole process; not without
    threadpoolctl. Gives whether it does.

    One thread is for many products that are small, but not so small that BLAS leaves them to one thread itself: a
    second gains little, and where another program wants the core each product waits for it.
    """
    before = [(library, library.num_threads) for library in _libraries()]
    try:
        for library, _ in before:
            library.set_num_threads(count)
        yield bool(before)
    finally:
        for library, number in before:
            library.set_num_threads(number)


@cache
def _libraries() -> list[Any]:
    """The BLAS that NumPy has loaded, first its own, as threadpoolctl knows them; none without it."""
    try:
        from threadpoolctl import ThreadpoolController  # takes some 30 ms, when the first large product is made
    except ImportError:
        return []
    found = [each for each in ThreadpoolController().lib_controllers if each.user_api == "blas" and each.num_threads]
    return sorted(found, key=lambda each: "numpy" not in each.filepath)


@contextmanager
def in_threads(count: int) -> Iterator[Callable[..., Iterable[Any]]]:
    """A `map` that calls its function for several items at once, on `count` threads.

    NumPy lets go of Python's lock while it computes, so its threads do run at the same time. Each call sees the
    `use_backend` block, and any other context variable, of whoever asked for it.
    """
    if count == 1 or not THREADS:
        yield map
        return
    from concurrent.futures import ThreadPoolExecutor  # slow to import, and rarely needed

    with ThreadPoolExecutor(count) as pool:

        def each(function: Callable[..., Any], *columns: Iterable[Any]) -> Iterable[Any]:
            calls = [partial(copy_context().run, function, *items) for items in zip(*columns, strict=False)]
            return pool.map(lambda call: call(), calls)

        yield each
