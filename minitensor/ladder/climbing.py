"""What a rung and a ladder are, and how a ladder is climbed: every rung checked, timed, and placed under the roof."""

import math
import statistics
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from minitensor import backend
from minitensor.core.tensor import Tensor
from minitensor.errors import DeviceError, InputError, MissingExtraError
from minitensor.ladder.agreement import Agreement
from minitensor.ladder.roofline import FLOATS, Ceilings, Work, ceilings, roof
from minitensor.ladder.timing import UNEVEN, machine, on_best_threads, seconds_of
from minitensor.text.numbers import in_bytes, in_seconds

WARM_UP_WORK = 2e5  # floating-point operations of the small share on which a rung is tried first
TELLING = 0.05  # seconds after which a share of the work tells how long the whole takes


def rung(
    caption: str, memory: Callable[..., float], predicted: Callable[..., Any] | None = None
) -> Callable[[Callable], Any]:
    """Mark a plain function as a rung.

    caption : what it does, in a few words
    memory : its largest extra memory in bytes, besides inputs and output, as a function of the inputs
    predicted : how long it would take on a machine that is not here, as a function of the inputs and of the machine
    """

    def mark(function: Any) -> Any:
        function.caption, function.memory, function.predicted = caption, memory, predicted
        return function

    return mark


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
    """What a climb found. `work` and `ceilings` are None where the ladder does not say what its job must move."""

    ladder: str
    title: str
    machine: str
    rows: tuple[Row, ...]
    work: Work | None = None
    ceilings: Ceilings | None = None

    def placed(self, under: Ceilings) -> "Climb":
        """The same climb under these ceilings, if it has any."""
        if not self.work or not self.ceilings:
            return self
        top = roof(self.work, under)
        rows = (row._replace(fraction=row.seconds and self.work.flops / row.seconds / top) for row in self.rows)
        return self._replace(ceilings=under, rows=tuple(rows))

    def asdict(self) -> dict[str, Any]:
        """Plain numbers and text, for JSON."""
        plain = {name: part and part._asdict() for name, part in (("work", self.work), ("ceilings", self.ceilings))}
        return self._asdict() | plain | {"rows": [row._asdict() for row in self.rows]}


class Ladder(NamedTuple):
    """One job, and the ways to do it.

    name : what the job is called
    rungs : the functions, the plainest first; all take the same inputs and return a Tensor
    flops : how many floating-point operations the job takes, as a function of the inputs
    share : ``share(fraction, *inputs)`` are smaller inputs with about that fraction of the work
    tolerance : how far two rungs may differ, as a function of the inputs: a number, or a Tensor like the result
    traffic : how many bytes the job must move at least, as a function of the inputs: each input read once, the output
        written once. Without it the rungs have no place under the roof
    exps : how many exponentials the job takes, if it takes any, as a function of the inputs

    >>> import minitensor as mt
    >>> @rung("the definition", memory=lambda x: 0)
    ... def plain(x):
    ...     return x + x
    >>> doubling = Ladder("doubling", (plain,), lambda x: x.size, lambda part, x: (x,), lambda x: 0.0)
    >>> doubling.climb(mt.ones(3), seconds=0.01).rows[0].rung
    'plain'
    """

    name: str
    rungs: tuple[Any, ...]
    flops: Callable[..., float]
    share: Callable[..., tuple[Any, ...]]
    tolerance: Callable[..., Any]
    traffic: Callable[..., float] | None = None
    exps: Callable[..., float] | None = None

    def climb(
        self,
        *inputs: Any,
        title: str = "",
        time_limit: float = 5.0,
        memory_limit: float = 1e9,
        seconds: float = 0.5,
        on_rung: Callable[[str], None] = lambda name: None,
        under: Ceilings | None = None,
    ) -> Climb:
        """Every rung on the same inputs, checked against the others and timed for about `seconds`.

        Each rung is first tried on a small share of the work, then on larger ones, until it is plain how long the
        whole would take. A rung that would take more than `time_limit` seconds, or whose formula for memory exceeds
        `memory_limit` bytes, is not run whole; one that needs an optional package or a device that is not there is
        skipped. Its row says so. `on_rung` is told the name of each rung as its turn comes.

        A ladder that says what its job must move gets its rungs placed under the roof of this machine, or under
        ceilings given as `under`. To measure those takes about a second and 256 MiB, once; where a rung comes out above
        the roof they are measured again, and the higher are kept. Each rung is timed on one thread of BLAS too, and the
        quicker is kept, with a note where that is much quicker: then the machine is busy.

        Raises LadderError, which names the rung and the difference, where two rungs disagree, and InputError if no
        input is a Tensor.
        """
        tensors = [each for each in inputs if isinstance(each, Tensor)]
        if not tensors:
            raise InputError(f"{self.name}: a climb needs inputs, at least one of them a Tensor")
        lib = backend.of(tensors[0].array)
        flops, work = self.flops(*inputs), None
        if flops and self.traffic:
            work = Work(flops, self.traffic(*inputs), self.exps(*inputs) if self.exps else 0.0)
        dtype = np.result_type(*(each.dtype for each in tensors)).name
        measured = bool(work and not under and dtype in FLOATS)
        if measured:
            under = ceilings(dtype, lib.name)
        top = roof(work, under) if work and under else math.nan
        small = self.share(min(1.0, WARM_UP_WORK / max(flops, 1.0)), *inputs)
        on_small, on_all = Agreement(self, small), Agreement(self, inputs)
        rows: list[Row] = []
        for function in self.rungs:
            on_rung(function.__name__)
            row = Row(function.__name__, function.caption, function.memory(*inputs))
            try:
                if row.memory > memory_limit:
                    raise _Skipped(f"needs {in_bytes(row.memory)}, limit {in_bytes(memory_limit)}")
                on_small.check(function)
                estimate = _estimate(self, function, inputs, lib, time_limit)
                if estimate > time_limit:
                    raise _Skipped(f"about {in_seconds(estimate)}, limit {in_seconds(time_limit)}")
                on_all.check(function)  # this also warms up
                times, note = on_best_threads(partial(function, *inputs), lib, seconds)
            except (_Skipped, MissingExtraError, DeviceError) as reason:
                rows.append(row._replace(note=f"skipped: {reason}"))
            else:
                rows.append(_timed(row._replace(note=note), times, rows, flops, top))
        found = Climb(self.name, title, machine(lib), tuple(rows), work, under if work else None)
        if measured and any((row.fraction or 0.0) > 1.0 for row in rows):
            return found.placed(ceilings(dtype, lib.name, again=True))  # the machine may have been busy
        return found

    def predictions(self, *inputs: Any, **where: Any) -> list[tuple[str, Any]]:
        """For each rung that can say so, its name and what it is PREDICTED to take on a machine that is not here.

        where : which machine, in the words of the rungs: ``gpu="RTX 3090"``
        """
        predicted = [(each.__name__, getattr(each, "predicted", None)) for each in self.rungs]
        return [(name, function(*inputs, **where)) for name, function in predicted if function]


class _Skipped(Exception):
    """Why a rung is not run whole."""


def _estimate(ladder: Ladder, function: Any, inputs: tuple[Any, ...], lib: backend.Backend, limit: float) -> float:
    """Seconds of the whole, from the smallest share that is within the limit or takes long enough to tell.

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


def _timed(row: Row, times: list[float], below: list[Row], flops: float, top: float) -> Row:
    """The row with its times, beside those of the rungs below. top : the FLOP/s of the roof, NaN if there is none"""
    low, median, high = statistics.quantiles(times, n=4, method="inclusive") if len(times) > 1 else times * 3
    before = [other.seconds for other in below if other.seconds]
    row = row._replace(seconds=median, low=low, high=high, best=min(times), rounds=len(times))
    row = row._replace(gflops=flops / median / 1e9, fraction=None if math.isnan(top) else flops / median / top)
    if before:
        row = row._replace(over_first=before[0] / median, over_before=before[-1] / median)
    if median > UNEVEN * row.best or high > UNEVEN * median:
        uneven = f"uneven: {in_seconds(row.best)} at best, the machine is busy"
        row = row._replace(note="; ".join(filter(None, [row.note, uneven])))
    return row
