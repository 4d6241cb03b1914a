"""Ladders: one job done several ways, each rung one idea faster than the rung below.

A rung is a plain function. `run` climbs a ladder: it checks that all rungs agree, times them honestly, skips what
would take too long or too much memory *and says so*, and returns the rows of a table. It knows no ladder by name.
"""

import math
import platform
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from minitensor import backend
from minitensor.errors import InputError, LadderError, MissingExtraError
from minitensor.tensor import Tensor

WARM_UP_WORK = 2e5  # floating-point operations of the small share on which a rung is tried first
TELLING = 0.05  # seconds after which a share of the work tells how long the whole takes
UNEVEN = 2.0  # how many times slower than the fastest call the median is when the table says so


def rung(caption: str, memory: Callable[..., float]) -> Callable[[Callable], Any]:
    """Mark a plain function as a rung.

    caption : what it does, in a few words
    memory : its largest extra memory in bytes, beside inputs and output, as a function of the inputs
    """

    def mark(function: Any) -> Any:
        function.caption, function.memory = caption, memory
        return function

    return mark


class Ladder(NamedTuple):
    """What `run` has to know about a job.

    name : what the job is called
    rungs : the functions, the plainest first; all take the same inputs and return a Tensor
    flops : how many floating-point operations the job takes, as a function of the inputs
    share : ``share(fraction, *inputs)`` are smaller inputs with about that fraction of the work
    tolerance : how far two rungs may differ, as a function of the inputs: a number, or a Tensor like the result
    """

    name: str
    rungs: tuple[Any, ...]
    flops: Callable[..., float]
    share: Callable[..., tuple[Any, ...]]
    tolerance: Callable[..., Any]


class Row(NamedTuple):
    """One rung on one input. Seconds are None where it was skipped, and `note` then says why.

    seconds : the median of `rounds`; low, high : the quartiles; best : the fastest
    over_first, over_before : how many times faster than the first rung, and the last rung, that ran
    """

    rung: str
    caption: str
    memory: float
    seconds: float | None = None
    low: float = math.nan
    high: float = math.nan
    best: float = math.nan
    over_first: float | None = None
    over_before: float | None = None
    gflops: float | None = None
    note: str = ""
    rounds: int = 0


class Climb(NamedTuple):
    """What `run` found."""

    ladder: str
    title: str
    machine: str
    rows: tuple[Row, ...]

    def asdict(self) -> dict[str, Any]:
        """Plain numbers and text, for JSON."""
        return self._asdict() | {"rows": [row._asdict() for row in self.rows]}


def run(
    ladder: Ladder,
    *inputs: Any,
    title: str = "",
    time_limit: float = 5.0,
    memory_limit: float = 1e9,
    seconds: float = 0.5,
    on_rung: Callable[[str], None] = lambda name: None,
) -> Climb:
    """Climb a ladder: every rung on the same inputs, checked against the others and timed.

    Each rung is first tried on a small share of the work, which checks it against the plainest rung. Then on larger
    shares, until one takes long enough to tell how long the whole would: a rung that would take more than `time_limit`
    seconds, or whose formula for memory exceeds `memory_limit` bytes, is not run whole. About `seconds` are spent on
    timing each of the others. `on_rung` is told the name of each rung as its turn comes.

    Raises LadderError, which names the rung and the difference, where two rungs disagree, and InputError if no input
    is a Tensor.
    """
    tensors = [value for value in inputs if isinstance(value, Tensor)]
    if not tensors:
        raise InputError(f"{ladder.name}: a climb needs inputs, and one of them at least is a Tensor")
    lib = backend.of(tensors[0].array)
    flops = ladder.flops(*inputs)
    small = ladder.share(min(1.0, WARM_UP_WORK / max(flops, 1.0)), *inputs)
    expected_small: _Expected = None
    expected: _Expected = None
    rows: list[Row] = []
    for function in ladder.rungs:
        on_rung(function.__name__)
        row = Row(function.__name__, function.caption, function.memory(*inputs))
        if row.memory > memory_limit:
            rows.append(row._replace(note=f"skipped: needs {in_bytes(row.memory)}, limit {in_bytes(memory_limit)}"))
            continue
        result = function(*small)
        expected_small = _agree(ladder, function, result, expected_small, small)
        estimate = _estimate(ladder, function, inputs, lib, time_limit)
        if estimate > time_limit:
            rows.append(row._replace(note=f"skipped: about {in_seconds(estimate)}, limit {in_seconds(time_limit)}"))
            continue
        result = function(*inputs)  # this also warms up
        expected = _agree(ladder, function, result, expected, inputs)
        del result
        times = measure(partial(function, *inputs), lib, seconds)
        best, (low, median, high) = min(times), _quartiles(times)
        before = [other.seconds for other in rows if other.seconds]
        uneven = f"uneven: {in_seconds(best)} at best, the machine is busy" if median > UNEVEN * best else ""
        rows.append(
            row._replace(
                seconds=median,
                low=low,
                high=high,
                best=best,
                over_first=before[0] / median if before else None,
                over_before=before[-1] / median if before else None,
                gflops=flops / median / 1e9,
                note=uneven,
                rounds=len(times),
            )
        )
    return Climb(ladder.name, title, machine(lib), tuple(rows))


def measure(function: Callable[[], Any], lib: backend.Backend, seconds: float = 0.5) -> list[float]:
    """Seconds of one call, device synchronised, round by round.

    About `seconds` are spent, in up to 25 rounds of as many calls as make a round last a millisecond; a call that
    takes longer than `seconds` is timed once. The first call is left to the caller: it warms up.
    """
    once = _seconds(function, lib)
    calls = max(1, math.ceil(1e-3 / max(once, 1e-9)))
    rounds = int(min(25, seconds / (once * calls)))
    return [_seconds(function, lib, calls) for _ in range(rounds)] if rounds > 1 else [once]


def _quartiles(times: list[float]) -> list[float]:
    return statistics.quantiles(times, n=4, method="inclusive") if len(times) > 1 else times * 3


def _estimate(ladder: Ladder, function: Any, inputs: tuple[Any, ...], lib: backend.Backend, limit: float) -> float:
    """How long the whole would take, from the smallest share that is within the limit or takes long enough to tell.

    A small share alone would mislead: one row of a matrix product is no matrix product.
    """
    flops, work = max(ladder.flops(*inputs), 1.0), WARM_UP_WORK
    while True:
        part = ladder.share(min(1.0, work / flops), *inputs)
        seconds = _seconds(partial(function, *part), lib)
        estimate = seconds * flops / max(ladder.flops(*part), 1.0)
        if estimate <= limit or seconds >= TELLING or work >= flops:
            return estimate
        work *= 8


def _seconds(function: Callable[[], Any], lib: backend.Backend, calls: int = 1) -> float:
    lib.synchronize()
    start = time.perf_counter()
    for _ in range(calls):
        function()
    lib.synchronize()
    return (time.perf_counter() - start) / calls


_Expected = tuple[str, Tensor] | None  # the first rung that ran, and its result


def _agree(ladder: Ladder, function: Any, result: Tensor, expected: _Expected, inputs: tuple[Any, ...]) -> _Expected:
    """Check one rung's result against that of the first, and return the latter. NaN agrees with nothing."""
    name = function.__name__
    if expected is None:
        return name, result
    first, right = expected
    if result.shape != right.shape or result.dtype != right.dtype:
        raise LadderError(
            f"{ladder.name}: {name} returns {result.dtype} of shape {result.shape}, "
            f"{first} {right.dtype} of shape {right.shape}"
        )
    gap = abs(result - right)
    if not bool((gap <= ladder.tolerance(*inputs)).all()):
        if bool((gap != gap).any()):
            raise LadderError(f"{ladder.name}: the results of {name} and {first} hold NaN or infinite numbers")
        raise LadderError(
            f"{ladder.name}: {name} differs from {first} by up to {gap.max().item():.3g}, "
            "which is more than rounding explains"
        )
    return expected


# --- showing it ----------------------------------------------------------------------------------------------------


def machine(lib: backend.Backend) -> str:
    """What computed, for the caption of a table: backend, its version, processor or GPU, Python."""
    return f"{lib.xp.__name__} {lib.xp.__version__}, {lib.device_name()}, Python {platform.python_version()}"


def in_seconds(seconds: float) -> str:
    """Three digits and a unit.

    >>> in_seconds(0.00123), in_seconds(12.3456)
    ('1.23 ms', '12.3 s')
    """
    return _with_unit(seconds, (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9)))


def in_bytes(count: float) -> str:
    """Three digits and a unit.

    >>> in_bytes(0), in_bytes(1_500_000)
    ('0 B', '1.5 MB')
    """
    return _with_unit(round(count), (("GB", 1e9), ("MB", 1e6), ("kB", 1e3), ("B", 1.0)))


def _with_unit(number: float, units: tuple[tuple[str, float], ...]) -> str:
    """The number in the largest unit of which it is one at least, once it is rounded."""
    unit, size = next((each for each in units if number >= 0.9995 * each[1]), units[-1])
    return f"{_digits(number / size)} {unit}"


def _digits(number: float) -> str:
    return f"{number:.3g}" if number < 999.5 else f"{number:,.0f}"


def table(climb: Climb, width: int = 80) -> Any:
    """The climb as a table of the rich library, ready for its ``print``, in at most `width` columns from 45 on.

    Raises MissingExtraError without rich.
    """
    try:
        from rich import box
        from rich.table import Table
    except ImportError:
        raise MissingExtraError("tables need rich: pip install 'minitensor[lessons]'") from None
    notes = [f"{row.rung} {row.note}" for row in climb.rows if row.note]
    out = Table(
        title=f"{climb.ladder}: {climb.title}",
        caption="\n".join([*notes, climb.machine]),
        title_justify="left",
        caption_justify="left",
        box=box.SIMPLE_HEAD,
    )
    headings = ["time", "× first", "GFLOP/s"]
    if width >= 78:
        headings = ["time", "spread", "× first", "× before", "GFLOP/s", "memory"]
    if width >= 110:
        headings.append("what it does")
    out.add_column("rung", style="bold", no_wrap=True)
    for heading in headings:
        out.add_column(heading, justify="left" if heading == "what it does" else "right", no_wrap=True)
    for row in climb.rows:
        cells = {"memory": in_bytes(row.memory), "what it does": row.caption}
        if row.seconds is not None:
            cells |= {
                "time": in_seconds(row.seconds),
                "spread": f"±{50 * (row.high - row.low) / row.seconds:.0f}%" if row.rounds > 1 else "once",
                "× first": _digits(row.over_first or 1.0),
                "× before": _digits(row.over_before or 1.0),
                "GFLOP/s": _digits(row.gflops or 0.0),
            }
        out.add_row(row.rung, *(cells.get(heading, "–") for heading in headings))
    return out
