"""Ladders: one job done several ways, each rung one idea faster than the rung below.

A rung is a plain function. `run` climbs a ladder: it checks that all rungs agree, times them honestly, skips what
would take too long or too much memory *and says so*, and returns the rows of a table. It knows no ladder by name.
"""

import math
import platform
import statistics
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from minitensor import backend
from minitensor.errors import LadderError, MissingExtraError
from minitensor.tensor import Tensor

WARM_UP_WORK = 2e5  # floating-point operations of the small share on which a rung is tried first
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

    seconds : the median; low, high : the quartiles; best : the fastest
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

    Each rung is first tried on a small share of the work. That checks it against the plainest rung, and shows how
    long the whole would take: a rung that would take more than `time_limit` seconds, or whose formula for memory
    exceeds `memory_limit` bytes, is not run whole. About `seconds` are spent on timing each of the others. `on_rung`
    is told the name of each rung as its turn comes.

    Raises LadderError, which names the rung and the difference, where two rungs disagree.
    """
    lib = backend.of(next(value.array for value in inputs if isinstance(value, Tensor)))
    flops = ladder.flops(*inputs)
    small = ladder.share(min(1.0, WARM_UP_WORK / max(flops, 1.0)), *inputs)
    growth = flops / max(ladder.flops(*small), 1.0)
    expected_small = expected = None
    rows: list[Row] = []
    for function in ladder.rungs:
        on_rung(function.__name__)
        row = Row(function.__name__, function.caption, function.memory(*inputs))
        if row.memory > memory_limit:
            rows.append(row._replace(note=f"skipped: needs {in_bytes(row.memory)}, limit {in_bytes(memory_limit)}"))
            continue
        result = function(*small)
        expected_small = _agree(ladder, function, result, expected_small, small)
        estimate = growth * _seconds(lambda function=function: function(*small), lib)  # type: ignore[misc]
        if estimate > time_limit:
            rows.append(row._replace(note=f"skipped: about {in_seconds(estimate)}, limit {in_seconds(time_limit)}"))
            continue
        result = function(*inputs)  # this also warms up
        expected = _agree(ladder, function, result, expected, inputs)
        del result
        best, low, median, high = measure(lambda function=function: function(*inputs), lib, seconds)  # type: ignore[misc]
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
            )
        )
    return Climb(ladder.name, title, machine(lib), tuple(rows))


def measure(function: Callable[[], Any], lib: backend.Backend, seconds: float = 0.5) -> tuple[float, ...]:
    """The least, lower quartile, median and upper quartile of the time of one call, device synchronised.

    About `seconds` are spent, in 5 to 25 rounds of as many calls as make a round last a millisecond. A call that
    takes longer than that is timed once, or as often as fits. The first call is left to the caller: it warms up.
    """
    once = _seconds(function, lib)
    calls = max(1, math.ceil(1e-3 / max(once, 1e-9)))
    rounds = int(max(1, min(25, seconds / (once * calls))))
    times = [_seconds(function, lib, calls) for _ in range(rounds)] if rounds > 1 else [once]
    if len(times) == 1:
        return (once,) * 4
    return (min(times), *statistics.quantiles(times, n=4, method="inclusive"))


def _seconds(function: Callable[[], Any], lib: backend.Backend, calls: int = 1) -> float:
    lib.synchronize()
    start = time.perf_counter()
    for _ in range(calls):
        function()
    lib.synchronize()
    return (time.perf_counter() - start) / calls


def _agree(ladder: Ladder, function: Any, result: Tensor, expected: Tensor | None, inputs: tuple[Any, ...]) -> Tensor:
    """Check one rung's result against the first one's, and return the latter. NaN agrees with nothing."""
    if expected is None:
        return result
    if result.shape != expected.shape or result.dtype != expected.dtype:
        raise LadderError(
            f"{ladder.name}: {function.__name__} returns {result.dtype} of shape {result.shape}, "
            f"{ladder.rungs[0].__name__} {expected.dtype} of shape {expected.shape}"
        )
    gap = abs(result - expected)
    if not bool((gap <= ladder.tolerance(*inputs)).all()):
        raise LadderError(
            f"{ladder.name}: {function.__name__} differs from {ladder.rungs[0].__name__} by up to "
            f"{gap.max().item():.3g}, which is more than rounding explains"
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
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{_digits(seconds / size)} {unit}"
    return f"{_digits(seconds / 1e-9)} ns"


def in_bytes(count: float) -> str:
    """Three digits and a unit.

    >>> in_bytes(0), in_bytes(1_500_000)
    ('0 B', '1.5 MB')
    """
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            return f"{_digits(count / size)} {unit}"
    return f"{count:.0f} B"


def _digits(number: float) -> str:
    return f"{number:.3g}" if number < 1000 else f"{number:,.0f}"


def table(climb: Climb, width: int = 80) -> Any:
    """The climb as a table of the rich library, ready for its ``print``; captions are shown where `width` allows.

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
    out.add_column("rung", style="bold", no_wrap=True)
    for heading in ("time", "spread", "× first", "× before", "GFLOP/s", "memory"):
        out.add_column(heading, justify="right", no_wrap=True)
    if width >= 110:
        out.add_column("what it does", no_wrap=True)
    for row in climb.rows:
        cells = ["–"] * 5
        if row.seconds is not None:
            over = [_digits(factor) if factor else "1" for factor in (row.over_first, row.over_before)]
            spread = f"±{50 * (row.high - row.low) / row.seconds:.0f}%"
            cells = [in_seconds(row.seconds), spread, *over, _digits(row.gflops or 0.0)]
        out.add_row(row.rung, *cells, in_bytes(row.memory), *[row.caption] * (width >= 110))
    return out
