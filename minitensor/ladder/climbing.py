"""What a rung and a ladder are, and how a ladder is climbed: every rung checked, timed, and placed under the roof."""

import math
import statistics
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from minitensor import backend
from minitensor.core.tensor import Tensor
from minitensor.errors import DeviceError, InputError, LadderError, MissingExtraError
from minitensor.ladder.roofline import FLOATS, Ceilings, Work, ceilings, roof
from minitensor.ladder.timing import machine, measure, seconds_of
from minitensor.text.numbers import in_bytes, in_seconds

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
    traffic : how many bytes the job must move at least, as a function of the inputs: each input read once, the output
        written once. Without it the rungs have no place under the roof
    exps : how many exponentials the job takes, if it takes any, as a function of the inputs
    """

    name: str
    rungs: tuple[Any, ...]
    flops: Callable[..., float]
    share: Callable[..., tuple[Any, ...]]
    tolerance: Callable[..., Any]
    traffic: Callable[..., float] | None = None
    exps: Callable[..., float] | None = None


class Row(NamedTuple):
    """One rung on one input. Seconds are None where it was skipped, and `note` then says why.

    seconds : the median of `rounds`; low, high : the quartiles; best : the fastest
    over_first, over_before : how many times faster than the first rung, and the last rung, that ran
    fraction : FLOP/s over the FLOP/s that this machine could reach on this job at best; see `roof`
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
    fraction: float | None = None


class Climb(NamedTuple):
    """What `run` found. `work` and `ceilings` are None where the ladder does not say what its job must move."""

    ladder: str
    title: str
    machine: str
    rows: tuple[Row, ...]
    work: Work | None = None
    ceilings: Ceilings | None = None

    def asdict(self) -> dict[str, Any]:
        """Plain numbers and text, for JSON."""
        parts = {"work": self.work, "ceilings": self.ceilings}
        plain = {name: part and part._asdict() for name, part in parts.items()}
        return self._asdict() | plain | {"rows": [row._asdict() for row in self.rows]}


def run(
    ladder: Ladder,
    *inputs: Any,
    title: str = "",
    time_limit: float = 5.0,
    memory_limit: float = 1e9,
    seconds: float = 0.5,
    on_rung: Callable[[str], None] = lambda name: None,
    under: Ceilings | None = None,
) -> Climb:
    """Climb a ladder: every rung on the same inputs, checked against the others and timed.

    Each rung is first tried on a small share of the work, which checks it against the plainest rung. Then on larger
    shares, until one takes long enough to tell how long the whole would: a rung that would take more than `time_limit`
    seconds, or whose formula for memory exceeds `memory_limit` bytes, is not run whole; one that needs an optional
    package or a device that is not there is skipped, and its row says so. About `seconds` are spent on
    timing each of the others. `on_rung` is told the name of each rung as its turn comes.

    A ladder that says what its job must move gets its rungs placed under the roof of this machine, or under
    ceilings given as `under`. To measure those takes about a second and 256 MiB, once.

    Raises LadderError, which names the rung and the difference, where two rungs disagree, and InputError if no input
    is a Tensor.
    """
    tensors = [value for value in inputs if isinstance(value, Tensor)]
    if not tensors:
        raise InputError(f"{ladder.name}: a climb needs inputs, and one of them at least is a Tensor")
    lib = backend.of(tensors[0].array)
    flops = ladder.flops(*inputs)
    work = _work(ladder, inputs, flops)
    kind = np.result_type(*(each.dtype for each in tensors)).name
    if work and not under and kind in FLOATS:
        under = ceilings(kind, lib.name)
    top = roof(work, under) if work and under else None
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
        try:
            result = function(*small)
        except (MissingExtraError, DeviceError) as error:
            rows.append(row._replace(note=f"skipped: {error}"))
            continue
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
                fraction=flops / median / top if top else None,
            )
        )
    return Climb(ladder.name, title, machine(lib), tuple(rows), work, under if work else None)


def _work(ladder: Ladder, inputs: tuple[Any, ...], flops: float) -> Work | None:
    """What the job takes, if the ladder says it and there is anything to do."""
    if not ladder.traffic or not flops:
        return None
    return Work(flops, ladder.traffic(*inputs), ladder.exps(*inputs) if ladder.exps else 0.0)


def _quartiles(times: list[float]) -> list[float]:
    return statistics.quantiles(times, n=4, method="inclusive") if len(times) > 1 else times * 3


def _estimate(ladder: Ladder, function: Any, inputs: tuple[Any, ...], lib: backend.Backend, limit: float) -> float:
    """How long the whole would take, from the smallest share that is within the limit or takes long enough to tell.

    A small share alone would mislead: one row of a matrix product is no matrix product.
    """
    flops, work = max(ladder.flops(*inputs), 1.0), WARM_UP_WORK
    while True:
        part = ladder.share(min(1.0, work / flops), *inputs)
        seconds = seconds_of(partial(function, *part), lib)
        estimate = seconds * flops / max(ladder.flops(*part), 1.0)
        if estimate <= limit or seconds >= TELLING or work >= flops:
            return estimate
        work *= 8


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
