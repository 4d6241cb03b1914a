"""A GPU in slow motion: every thread of a block is a greenlet, a function that can pause and resume.

Blocks run one after another. In a block each thread runs until it ends or comes to a barrier; when all are there, the
accesses since the last barrier are checked for races and counted, and all go on. So a launch is the same every time.
It is exact in dtype, as NumPy's scalars are; whole numbers outside of arrays are Python's and never overflow.

What it cannot show: how long anything takes, caches, and orders in which a real GPU would run the threads.
"""

import itertools
import sys
from collections.abc import Callable, Iterator
from contextvars import copy_context
from typing import Any

import numpy as np

from minitensor.errors import BarrierError, DataRaceError, KernelError, LaunchError, MissingExtraError, StepLimitError
from minitensor.gpu.device import MATHS, WARP, Dim3, on
from minitensor.gpu.instrument import Program
from minitensor.gpu.ledger import Ledger
from minitensor.gpu.memory import UNWRITTEN, Memory
from minitensor.gpu.races import Race, Who
from minitensor.gpu.source import names_seen_by

try:
    from greenlet import getcurrent, greenlet
except ImportError:
    raise MissingExtraError("the simulated GPU needs greenlet: pip install 'minitensor[lessons]'") from None

ROUNDS = 1_000_000  # how often a thread may go round a loop
SHARED_BYTES = 48 * 1024  # of shared memory that a block may have


class Thread:
    """A thread of the block that is running. waits : the line of the barrier, or of the shuffle, where it waits"""

    def __init__(self, number: int, index: Dim3, run: Any):
        self.number, self.index, self.run = number, index, run
        self.waits = 0
        self.gives: Any = None  # what it gives to a shuffle: (way, mask, value, lanes, width)
        self.takes: Any = None  # what it takes from it


class Simulator:
    """The machine that `cuda` asks while a kernel runs.

    arguments : a Memory for each array, a number for each scalar
    """

    warpsize = WARP
    range = staticmethod(lambda *bounds, unroll=None: range(*bounds))

    def __init__(self, program: Program, grid: Dim3, block: Dim3, arguments: dict[str, Any]):
        self.program, self.gridDim, self.blockDim = program, grid, block
        self.arguments = arguments
        self.ledger = Ledger(program.sites)
        self._tallies = [itertools.count() for _ in program.tallies]

    def run(self) -> None:
        """Run every block."""
        names: dict[str, Any] = {"_machine": self, "_next": next, "_rounds": lambda: iter(range(ROUNDS))}
        names |= {f"_log{i}": log for i, log in enumerate(self.ledger.logs)}
        names |= {f"_tally{i}": tally for i, tally in enumerate(self._tallies)}
        kernel = self._compiled(names)
        for site in self.program.sites:
            if site.kind != "load" and site.array in self.arguments:
                self.arguments[site.array].watch_for_races()
        blocks = itertools.product(*map(range, reversed(self.gridDim)))
        with on(self), np.errstate(all="ignore"):  # a GPU does not warn either
            for number, (z, y, x) in enumerate(blocks):
                self.blockIdx = Dim3(x, y, z)
                self._run_block(number, kernel)
        for tally, flops in zip(self._tallies, self.program.tallies, strict=True):
            rounds = next(tally)
            for line, count in flops.items():
                self.ledger.lines[line].flops += rounds * count

    def _compiled(self, names: dict[str, Any]) -> Callable[..., None]:
        function = self.program.function
        space = names_seen_by(function) | names
        exec(self.program.code, space)
        self._code = space[function.__name__].__code__
        return space[function.__name__]

    def _run_block(self, number: int, kernel: Callable[..., None]) -> None:
        self._shared: dict[str, Memory] = {}
        self._scheduler, context = getcurrent(), copy_context()
        threads = []
        for at, (z, y, x) in enumerate(itertools.product(*map(range, reversed(self.blockDim)))):
            threads.append(Thread(at, Dim3(x, y, z), greenlet(kernel)))
            threads[-1].run.gr_context = context
        for interval in itertools.count():
            for first in range(0, len(threads), WARP):
                self._run_warp(threads[first : first + WARP])
            race = self.ledger.close(number, interval, self.arguments | self._shared)
            if race:
                self._raced(*race)
            waiting = [thread for thread in threads if thread.waits]
            if not waiting:
                return
            if len({thread.waits for thread in threads}) > 1:
                self._diverged(waiting[0], next(each for each in threads if each.waits != waiting[0].waits), "barrier")
            self.ledger.lines[waiting[0].waits].barriers += 1

    def _run_warp(self, warp: list[Thread]) -> None:
        """Run each thread to its end or to a barrier. After a shuffle all go on together."""
        running = warp
        while running:
            for thread in running:
                self._thread, self.threadIdx = thread, thread.index
                thread.waits = 0
                try:
                    thread.run.switch(*([] if thread.run else self.arguments.values()))
                except StopIteration as stop:
                    self._endless(stop)
                except KernelError:
                    raise
                except Exception as error:
                    error.add_note(f"in {self._name(thread.number)} of {self._block_name()} of a simulated kernel")
                    raise
                self.ledger.turn(thread.number)
            running = [thread for thread in warp if thread.gives]
            if running:
                self._shuffle(warp, running)

    # What kernels ask of `cuda`.
    def __getattr__(self, name: str) -> Any:
        if name in MATHS:
            return getattr(np, name)
        raise AttributeError(name)

    def grid(self, ndim: int) -> Any:
        index = [b * size + t for b, size, t in zip(self.blockIdx, self.blockDim, self.threadIdx, strict=True)]
        return index[0] if ndim == 1 else tuple(index[:ndim])

    def gridsize(self, ndim: int) -> Any:
        size = [g * b for g, b in zip(self.gridDim, self.blockDim, strict=True)]
        return size[0] if ndim == 1 else tuple(size[:ndim])

    def laneid(self) -> int:
        return self._thread.number % WARP

    def barrier(self, line: int) -> None:
        self._thread.waits = line
        self._scheduler.switch()

    def shared(self, name: str, dtype: Any, size: int, alignment: int | None = None) -> Memory:
        if name not in self._shared:
            if type(size) is not int or size < 1:
                raise KernelError(
                    f"{self.place()}: shared memory has one axis and a size fixed beforehand, not {size!r}; "
                    "write rows * columns, and index it by row * columns + col"
                )
            memory = Memory(name, "shared", [UNWRITTEN] * size, dtype, (size,), self)
            taken = sum(each.dtype.itemsize * each.size for each in (memory, *self._shared.values()))
            if taken > SHARED_BYTES:
                raise LaunchError(
                    f"{self.place()}: {name} brings shared memory to {taken:,} bytes; "
                    f"a block has {SHARED_BYTES:,}, so take a smaller tile"
                )
            self._shared[name] = memory
            memory.watch_for_races()
        return self._shared[name]

    def shuffle(self, way: str, line: int, mask: int, value: Any, lanes: int, *, width: int = WARP) -> Any:
        thread = self._thread
        thread.waits, thread.gives = line, (way, mask, value, lanes, width)
        self._scheduler.switch()
        return thread.takes

    def _shuffle(self, warp: list[Thread], there: list[Thread]) -> None:
        """Give each thread of a warp that waits at a shuffle the value of its partner."""
        named = [thread for lane, thread in enumerate(warp) if there[0].gives[1] >> lane & 1]
        for thread in (*named, *there):
            if not thread.gives or thread.waits != there[0].waits:
                self._diverged(there[0], thread, "shuffle")
        for thread in there:
            way, _, own, lanes, width = thread.gives
            lane = thread.number % WARP
            start = lane - lane % width
            partner = {"down": lane + lanes, "up": lane - lanes, "xor": lane ^ lanes, "": start + lanes % width}[way]
            if not start <= partner < start + width:  # nobody to ask
                thread.takes = own
            elif partner >= len(warp) or not warp[partner].gives:
                raise BarrierError(
                    f"{self.place(thread.waits, thread)} asks lane {partner} of its warp, which does not exist; "
                    f"launch blocks of {WARP} threads, or a multiple, or give the width"
                )
            else:
                thread.takes = warp[partner].gives[2]
        for thread in there:
            thread.gives = None

    # What went wrong, in words.
    def place(self, line: int = 0, thread: Thread | None = None) -> str:
        """``kernels.py:12: total += a[row, inner]``, and on a new line which thread of which block."""
        thread = thread or self._thread
        where = self.program.source.at(line or self._line(sys._getframe()))
        return f"{where}\n{self._name(thread.number)} of {self._block_name()}"

    def _line(self, frame: Any) -> int:
        """The line of the kernel in which the running thread is."""
        while frame.f_code is not self._code:
            frame = frame.f_back
        return frame.f_lineno

    def _name(self, thread: int) -> str:
        x, y, _ = self.blockDim
        return f"thread {_shown((thread % x, thread // x % y, thread // (x * y)), self.blockDim)}"

    def _block_name(self, number: int | None = None) -> str:
        x, y, _ = self.gridDim
        index = self.blockIdx if number is None else (number % x, number // x % y, number // (x * y))
        return f"block {_shown(index, self.gridDim)}"

    def _diverged(self, one: Thread, other: Thread, what: str) -> None:
        source = self.program.source
        elsewhere = f"waits at {source.at(other.waits)}" if other.waits else "has ended"
        mend = {
            "barrier": "every thread of a block must come to the same barrier: move cuda.syncthreads() out of the if, "
            "and guard reads and writes instead of returning early",
            "shuffle": "every thread that the mask names must come to the same shuffle",
        }[what]
        raise BarrierError(
            f"{self.place(one.waits, one)} waits at this {what}, "
            f"but {self._name(other.number)} {elsewhere}, and so the others would wait for ever; {mend}"
        )

    def _raced(self, memory: Memory, race: Race) -> None:
        def said(who: Who) -> str:
            site = self.program.sites[who.site]
            does = {"load": "reads", "store": "writes", "atomic": "adds to"}[site.kind]
            thread = f"{self._name(who.thread)} of {self._block_name(who.block)}"
            return f"  {thread} {does} it: {self.program.source.at(site.line)}"

        kinds = {self.program.sites[who.site].kind for who in (race.one, race.other)}
        if race.one.block != race.other.block:
            mend = "blocks run in any order and never wait for each other: give each element to one block"
        elif kinds == {"store"}:
            mend = "give each element to one thread"
        else:
            mend = "put cuda.syncthreads() between the two, also where the second is in the next round of a loop"
        raise DataRaceError(
            f"data race on {memory.element(race.address)} of {memory.space} memory:\n{said(race.one)}\n"
            f"{said(race.other)}\nnothing says which comes first; {mend}, or let both use cuda.atomic_add"
        )

    def _endless(self, stop: StopIteration) -> None:
        lines = [frame.tb_lineno for frame in _frames(stop.__traceback__) if frame.tb_frame.f_code is self._code]
        raise StepLimitError(
            f"{self.place(lines[-1])} has gone round this loop {ROUNDS:,} times and not left it; "
            "is its condition ever false, and does it change inside the loop?"
        ) from None


def _frames(traceback: Any) -> Iterator[Any]:
    while traceback:
        yield traceback
        traceback = traceback.tb_next


def _shown(index: Any, sizes: Dim3) -> str:
    """``3`` in one dimension, ``(3, 0)`` in two: one number is enough where the launch has one axis."""
    used = 3 if sizes.z > 1 else 2 if sizes.y > 1 else 1
    return str(tuple(index[:used])) if used > 1 else str(index[0])
