"""The roofline: what this machine could do at best with a job, by its own measured ceilings.

A job takes a number of FLOPs, and must move at least a number of bytes. No rung can be faster than the machine
computes, or than it moves those bytes, or, where the job takes exponentials, than it makes them. With few FLOPs for
each byte memory is the limit, with many arithmetic is (Williams, Waterman and Patterson 2009, "Roofline").
"""

import math
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple

from minitensor.backend import Backend, current, load, matmul
from minitensor.backend.threads import in_threads
from minitensor.errors import DTypeError, InputError
from minitensor.ladder.timing import machine, on_best_threads
from minitensor.text.numbers import in_bytes

COPIED = 2**27  # bytes copied: source and destination are more than the caches of most machines
SECONDS = 0.1  # spent on each measurement
FLOATS = ("float32", "float64")
ENOUGH = 0.015  # seconds of a matrix product after which no larger one is tried
SIDES = (256, 512, 1024, 2048, 4096)  # of the matrices that are tried
EXPONENTIALS = 512  # one after another on each element: long enough for every thread to find its core


class Work(NamedTuple):
    """What a job takes, however it is done.

    flops : floating-point operations
    traffic : bytes that must move at least: inputs read once, output written once
    exps : exponentials
    """

    flops: float
    traffic: float
    exps: float = 0.0

    @property
    def intensity(self) -> float:
        """FLOPs for each byte of the job. It is an ideal: a rung that moves more than it must lies lower."""
        return self.flops / self.traffic if self.traffic else math.inf


class Ceilings(NamedTuple):
    """What a machine can do in one second, by a measurement.

    bytes_per_second : of a copy, read and written bytes both counted
    flops_per_second : of a matrix product
    exps_per_second : of exponentials
    backend, dtype, threads, machine : what they were measured on
    how, when : what was run, and the date and time in UTC
    """

    bytes_per_second: float
    flops_per_second: float
    exps_per_second: float
    backend: str = ""
    dtype: str = ""
    threads: int = 1
    machine: str = ""
    how: str = ""
    when: str = ""


_known: dict[tuple[Any, ...], Ceilings] = {}  # one measurement for each backend, device, dtype and number of threads


def ceilings(dtype: Any = "float32", backend: str | None = None, again: bool = False) -> Ceilings:
    """Measure what this machine can do, once for each backend, dtype and number of threads; later calls look it up.

    dtype : the floats to compute with: float32 or float64
    backend : the current one if not given
    again : measure once more, and keep the higher of each, from now on

    Bandwidth is that of a copy of 128 MiB, 256 MiB of memory in all. Arithmetic is the product of square matrices, the
    best of sides from 256 to 4,096 or until one takes 15 milliseconds. Exponentials are the array library's, on numbers
    in the cache (on a GPU, in registers): a rung that makes its own may come out above its roof. Each is the best of
    several runs, on as many threads as BLAS takes and on one. Time: one to two seconds. Memory: 256 MiB, or up to
    600 MB on a GPU, freed afterwards.

    Processes that compute at the same time lower what is measured. A small job, whose data stay in the caches, may come
    out above its roof.

    Raises DTypeError for a dtype that is not float32 or float64.
    """
    lib = load(backend) if backend else current()
    kind = str(getattr(dtype, "name", dtype))
    if kind not in FLOATS:
        raise DTypeError(f"ceilings are measured in {' or '.join(FLOATS)}, not in {kind}")
    key = lib, lib.device_name(), kind, lib.threads()
    before = _known.get(key)
    if again or not before:
        found = _measured(lib, kind, lib.threads())
        old = before or found
        _known[key] = found._replace(
            bytes_per_second=max(old.bytes_per_second, found.bytes_per_second),
            flops_per_second=max(old.flops_per_second, found.flops_per_second),
            exps_per_second=max(old.exps_per_second, found.exps_per_second),
        )
    return _known[key]


def _measured(lib: Backend, kind: str, threads: int) -> Ceilings:
    when = datetime.now(UTC).isoformat(timespec="seconds")
    each = {1, threads}
    moved = max(_copy(lib, count) for count in each)
    side, multiplied = _matmul(lib, kind)
    made = max(_exponentials(lib, kind, count) for count in each)
    on = "1 thread" if threads == 1 else f"1 and {threads} threads"
    how = (
        f"a copy of {in_bytes(COPIED)}, a product of {side:,} × {side:,} matrices and {EXPONENTIALS} × "
        f"{lib.chunk * threads:,} exponentials, on {on}, best of several"
    )
    return Ceilings(moved, multiplied, made, lib.name, kind, threads, machine(lib), how, when)


def _copy(lib: Backend, threads: int) -> float:
    """Bytes per second, read and written. A copy is the same for every dtype."""
    count, dtype = COPIED // 4, lib.dtype("float32")
    source, target = lib.xp.ones(count, dtype=dtype, **lib.on), lib.xp.empty(count, dtype=dtype, **lib.on)
    part = -(-count // threads)
    parts = [slice(start, min(start + part, count)) for start in range(0, count, part)]

    def copy(here: slice) -> None:
        lib.assign(target, here, source[here])

    with in_threads(threads) as each:
        return 2 * COPIED / _best(lambda: list(each(copy, parts)), lib)


def _matmul(lib: Backend, kind: str) -> tuple[int, float]:
    """The side of the matrices whose product ran at the highest rate, and that FLOP/s."""
    rates: dict[int, float] = {}
    for side in SIDES:
        a, b = (lib.xp.ones((side, side), dtype=lib.dtype(kind), **lib.on) for _ in range(2))
        seconds = _best(partial(matmul, a, b), lib)
        rates[side] = 2.0 * side**3 / seconds
        if seconds >= ENOUGH:
            break
    return max(rates.items(), key=lambda item: item[1])


def _exponentials(lib: Backend, kind: str, threads: int) -> float:
    """Exponentials per second, on numbers that stay in the caches."""
    x = lib.xp.linspace(-10.0, 0.0, lib.chunk, dtype=lib.dtype(kind), **lib.on)
    with in_threads(threads) as each:
        seconds = _best(lambda: list(each(lambda _: lib.exps(x, EXPONENTIALS), range(threads))), lib)
    return threads * lib.chunk * EXPONENTIALS / seconds


def _best(function: Callable[[], Any], lib: Backend) -> float:
    function()  # warms up
    return min(on_best_threads(function, lib, SECONDS)[0])


def roof(work: Work, under: Ceilings) -> float:
    """FLOP/s that a machine with these ceilings could reach on this job at best, by the tightest of the three.

    >>> machine = Ceilings(bytes_per_second=10e9, flops_per_second=100e9, exps_per_second=1e9)
    >>> roof(Work(flops=2e9, traffic=1e9), machine) / 1e9  # 2 FLOPs a byte: the memory is the limit
    20.0
    >>> roof(Work(flops=50e9, traffic=1e9), machine) / 1e9  # 50 FLOPs a byte: the arithmetic is
    100.0
    >>> roof(Work(flops=50e9, traffic=1e9, exps=5e9), machine) / 1e9  # 10 FLOPs an exponential: those are
    10.0

    Raises InputError for a job without FLOPs.
    """
    return limits(work, under)[bound(work, under)]


def bound(work: Work, under: Ceilings) -> str:
    """Which of the ceilings is the tightest for this job: "memory", "arithmetic" or "exp".

    >>> bound(Work(2e9, 1e9), Ceilings(10e9, 100e9, 1e9))
    'memory'
    """
    each = limits(work, under)
    return min(each, key=lambda name: each[name])


def limits(work: Work, under: Ceilings) -> dict[str, float]:
    """FLOP/s that each of the ceilings allows."""
    if not work.flops > 0:
        raise InputError(f"a job of {work.flops:g} FLOPs has no place under a roof; it needs some")
    exps = work.flops / work.exps * under.exps_per_second if work.exps else math.inf
    return {
        "memory": work.intensity * under.bytes_per_second,
        "arithmetic": under.flops_per_second,
        "exp": exps,
    }
