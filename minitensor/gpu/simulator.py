"""A GPU in lock-step: the tree of a kernel is walked once for the threads of many blocks together.

A variable is a NumPy vector with an element for each thread, or of one element where it is the same for all. An ``if``
or a loop is a mask: its body runs for the threads that go in, and the others wait. A barrier is a place that all
threads of a block must come to together. So a launch is the same every time. `arithmetic.py` says what numbers are.

What it cannot show: how one warp runs ahead of another, caches, how long anything takes (`predict.py` estimates that),
and products and sums that a GPU's compiler fuses into one instruction, unless it is asked to:
``kernel[grid, block](..., fma=True)``.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from minitensor.gpu import diagnoses, tree
from minitensor.gpu.accesses import Value, View
from minitensor.gpu.arithmetic import converted
from minitensor.gpu.device import WARP
from minitensor.gpu.memory import Memory
from minitensor.gpu.races import BLOCK_AT, INTERVAL_BITS, THREAD_BITS, WARP_BITS, pack
from minitensor.gpu.threads import Threads, either, some
from minitensor.gpu.values import Frame, Values
from minitensor.gpu.where import At

if TYPE_CHECKING:
    from minitensor.gpu.machine import Machine

ROUNDS = 1_000_000  # how often a thread may go round a loop


class Loop:
    """A loop that runs: who has left this round, and who has left it altogether."""

    def __init__(self) -> None:
        self.skipped: Threads | None = None
        self.broken: Threads | None = None


class Batch(Values):
    """Blocks that run together, in lock-step. A lane is a thread, or stands in for one where a warp is not full."""

    def __init__(self, machine: "Machine", numbers: np.ndarray, start: int, lanes: int):
        self.machine, self.numbers, self.per_block = machine, numbers, lanes
        self.ledger = machine.ledger
        self.size = len(numbers) * lanes
        thread = np.arange(self.size) % lanes
        self.thread = thread
        self.block = np.arange(self.size) // lanes  # in this batch
        self.exists = thread < machine.threads
        self.order = start + self.block
        self.interval = np.zeros(len(numbers), np.int64)  # barriers that each block has passed
        self.warp_interval = np.zeros(self.size, np.int64)  # the last warp barrier that each thread came to
        self.warp_barriers = 0
        self._who()
        self.shared: dict[int, Memory] = {}
        self.reasons: list[Any] = [None]
        self.parked: list[tuple[int, int, np.ndarray]] = []  # block, line of the barrier, who waits there
        self.stack: list[tuple[int, np.ndarray]] = []  # of the ifs and loops that run: the line, and who came to it
        self.loops: list[Loop] = []
        self.calling = machine.function.name
        self.frame = Frame(self.size, int(np.count_nonzero(self.exists)))
        self.loaded = False  # whether anything was loaded since the last barrier
        self.waits = 0  # of blocks at barriers for what they loaded
        self._given: dict[str, np.ndarray] = {}

    def _who(self) -> None:
        self.who = pack(self.order, np.repeat(self.interval, self.per_block), self.warp_interval, self.thread)

    def run(self) -> None:
        for (name, kind), given in zip(self.machine.function.parameters, self.machine.arguments.values(), strict=True):
            if isinstance(kind, tree.Array):
                self.frame.values[name] = View(given, 0, given.shape)
            else:
                self.frame.values[name] = Value(np.array([given], kind))
        self.statements(self.machine.function.body, some(self.exists))
        for block, line, waiting in self.parked:
            self._missed(block, line, waiting, None)

    # --- statements: who goes in, and who comes out -----------------------------------------------------------------

    def statements(self, body: list[Any], on: Threads | None) -> Threads | None:
        for statement in body:
            if on is None:
                return None
            on = DO[type(statement)](self, statement, on)
        return on

    def do_Evaluate(self, node: tree.Evaluate, on: Threads) -> Threads:
        self.value(node.value, on)
        return on

    def do_Assign(self, node: tree.Assign, on: Threads) -> Threads:
        self._assign(node.target, self.value(node.value, on), on)
        return on

    def _assign(self, target: Any, value: Any, on: Threads) -> None:
        if isinstance(target, list):
            for (each, _), part in zip(target, value, strict=True):
                self._assign(each, part, on)
        elif isinstance(target, tree.Name):
            self._set(target, value, on)
        else:
            self._store(target, value, on)

    def _set(self, target: tree.Name, value: Any, on: Threads) -> None:
        """Give a variable a value in some threads; in the others it keeps its own."""
        frame, name = self.frame, target.name
        if isinstance(value, Value):
            value = self._as(value, target.dtype)
        old = frame.values.get(name)
        if on.count == frame.live:
            frame.values[name] = value
            return
        if isinstance(value, View):
            if old is not None and old.memory is value.memory and old.shape == value.shape:
                base = np.where(on.on, value.base, old.base)
                frame.values[name] = View(value.memory, base, value.shape)
                return
            new = old is None and value.memory.space == "shared"
            raise diagnoses.two_arrays(At(self.machine.source, target.line), name, new)
        frame.values[name] = self._merged_all(name, old, value, on)

    def _merged_all(self, name: str, old: Any, value: Any, on: Threads) -> Any:
        """As `_merged`, for each part of a tuple."""
        if isinstance(value, Value):
            return self._merged(name, old, value, on)
        before = old or (None,) * len(value)
        return tuple(self._merged(name, one, other, on) for one, other in zip(before, value, strict=True))

    def _merged(self, name: str, old: Value | None, new: Value, on: Threads) -> Value:
        """What a variable is after some threads gave it a value. A variable that others never gave one is undefined."""
        reason: Any = None
        if old is None:
            old = Value(np.zeros(1, new.data.dtype))
            reason = self._reason(("variable", name))
        data = np.where(on.on, new.data, old.data)
        if reason is None and new.bad is None and old.bad is None:
            return Value(data)
        bad = np.where(
            on.on, 0 if new.bad is None else new.bad, reason if reason else 0 if old.bad is None else old.bad
        )
        return Value(data, bad)

    def do_Update(self, node: tree.Update, on: Threads) -> Threads:
        view, address = self._address(node.target, on, "touches")
        self.frame.values["_old"] = self._read(node.target, view, address, on)
        self._write(node.target, view, address, self.value(node.value, on), on)
        return on

    def do_If(self, node: tree.If, on: Threads) -> Threads | None:
        test = self._test(node.test, on, node.line)
        self.ledger.lines[node.line].instructions += 2 * on.warps
        inside, outside = on.where(test), on.where(~test)
        self.stack.append((node.line, on.on))
        inside = self.statements(node.body, inside)
        outside = self.statements(node.orelse, outside)
        self.stack.pop()
        return either(inside, outside)

    def do_For(self, node: tree.For, on: Threads) -> Threads | None:
        bounds = [self._sure(self.value(each, on), on, node.line) for each in node.bounds]
        start, stop, step = (converted(each, node.target.dtype) for each in bounds)
        same = start.size == stop.size == step.size == 1
        at = np.array(np.broadcast_to(start, (1,) if same else (self.size,)))

        def ahead() -> np.ndarray:
            if node.up is None:
                return np.where(step >= 0, at < stop, at > stop)
            found: np.ndarray = at < stop if node.up else at > stop
            return found

        def advance() -> None:
            at[...] += step

        return self._loop(node, on, ahead, lambda inside: self._set(node.target, Value(at.copy()), inside), advance)

    def do_While(self, node: tree.While, on: Threads) -> Threads | None:
        return self._loop(node, on, None, None, None)

    def _loop(self, node: Any, on: Threads, ahead: Any, begin: Any, advance: Any) -> Threads | None:
        loop, inside, out = Loop(), on, None
        self.loops.append(loop)
        self.stack.append((node.line, on.on))
        line = self.ledger.lines[node.line]
        overhead = 0 if getattr(node, "unrolled", False) else 3
        most = self.machine.rounds or ROUNDS
        for rounds in range(most + 1):
            test = ahead() if ahead else self._test(node.test, inside, node.line)
            out = either(out, inside.where(~test))
            going = inside.where(test)
            if going is None:
                break
            if rounds == most:
                raise diagnoses.endless(self.at(going.first, node.line), most)
            line.instructions += overhead * going.warps
            if begin:
                begin(going)
            loop.skipped = None
            after = either(self.statements(node.body, going), loop.skipped)
            if after is None:
                break
            if advance:
                advance()
            inside = after
        self.stack.pop()
        self.loops.pop()
        return either(out, loop.broken)

    def do_Leave(self, node: tree.Leave, on: Threads) -> None:
        self.ledger.lines[node.line].instructions += on.warps
        if node.how == "break":
            self.loops[-1].broken = either(self.loops[-1].broken, on)
        elif node.how == "continue":
            self.loops[-1].skipped = either(self.loops[-1].skipped, on)
        else:
            frame = self.frame
            if node.value is not None:
                value, old = self.value(node.value, on), frame.values.get("return")
                if isinstance(value, Value):
                    value = self._as(value, node.value.dtype)
                if old is not None or on.count != frame.live:
                    value = self._merged_all(f"what {self.calling} returns", old, value, on)
                frame.values["return"] = value
            frame.returned |= on.on
            frame.live -= on.count

    def do_Barrier(self, node: tree.Barrier, on: Threads) -> Threads | None:
        self.ledger.lines[node.line].instructions += on.warps
        if node.warp:
            self._together(node, node.mask, on)
            self.warp_barriers += 1
            self.warp_interval[on.on] = self.warp_barriers
            self._check_barriers(node, on)
            self._who()
            return on
        here = on.on.reshape(len(self.numbers), -1)
        blocks: Any = here.any(1)
        for parked, line, waiting in self.parked:
            if blocks[parked]:
                self._missed(parked, line, waiting, node.line)
        missing: Any = (self.exists.reshape(here.shape) & ~here).any(1) & blocks
        if missing.any():
            for block in np.flatnonzero(missing):
                self.parked.append((int(block), node.line, here[block].copy()))
            self.frame.live -= int(np.count_nonzero(here[missing]))
            blocks &= ~missing
            on = some(on.on & np.repeat(blocks, self.per_block))  # type: ignore[assignment]
        self.interval[blocks] += 1
        self._check_barriers(node, on)
        self.waits += int(np.count_nonzero(blocks)) * self.loaded
        self.loaded = False
        if blocks.all():
            self.warp_interval[:], self.warp_barriers = 0, 0
        self._who()
        if blocks.all():
            for memory in self.shared.values():
                memory.watch.passed()  # type: ignore[union-attr]
        self.ledger.lines[node.line].barriers += int(np.count_nonzero(blocks))
        return on

    def _check_barriers(self, node: tree.Barrier, on: Threads | None) -> None:
        """More barriers than can be told apart are not simulated."""
        if on and max(self.warp_barriers >> WARP_BITS, int(self.interval.max()) >> INTERVAL_BITS):
            raise diagnoses.endless(
                self.at(on.first, node.line), 1 << (WARP_BITS if node.warp else INTERVAL_BITS), True
            )

    def lately(self, who: np.ndarray) -> np.ndarray:
        """The last warp barrier that the threads who made these accesses have come to by now."""
        first = int(self.order[0])
        lanes = ((who >> BLOCK_AT) - first) * self.per_block + (who & (1 << THREAD_BITS) - 1)
        return self.warp_interval[lanes]

    def _missed(self, block: int, line: int, waiting: np.ndarray, elsewhere: int | None) -> None:
        first = block * self.per_block
        missing = np.flatnonzero(self.exists[first : first + self.per_block] & ~waiting)
        at = self.at(first + int(waiting.argmax()), line)
        other = self.at(first + int(missing[0]), elsewhere or line)
        raise diagnoses.barrier_missed(at, other, "waits" if elsewhere else "ended")

    def _together(self, node: Any, mask: int, on: Threads) -> None:
        """All threads that the mask names, and nobody else, must be here."""
        named = np.tile((mask >> np.arange(WARP) & 1).astype(bool), self.size // WARP)
        stray = on.on & ~named
        if stray.any():
            raise diagnoses.mask_without_caller(self.at(int(stray.argmax()), node.line), mask)
        warps = np.repeat(on.on.reshape(-1, WARP).any(1), WARP)
        missing = named & warps & self.exists & ~on.on
        if missing.any():
            lane = int(missing.argmax())
            warp = slice(lane // WARP * WARP, lane // WARP * WARP + WARP)
            there = int((on.on[warp].astype(np.int64) << np.arange(WARP)).sum())
            at = self.at(lane // WARP * WARP + int(on.on[warp].argmax()), node.line)
            gone = bool(self.frame.returned[lane])
            line = next((line for line, came in reversed(self.stack) if came[lane]), node.line)
            raise diagnoses.shuffle_missed(at, self.at(lane, line), mask, there, "ended" if gone else "elsewhere")


DO = {getattr(tree, name[3:]): getattr(Batch, name) for name in dir(Batch) if name.startswith("do_")}
