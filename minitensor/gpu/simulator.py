"""A GPU in lock-step: the tree of a kernel is walked once for the threads of many blocks together.

A variable is a NumPy vector with an element for each thread, or of one element where it is the same for all. An ``if``
or a loop is a mask: its body runs for the threads that go in, and the others wait. A barrier is a place that all
threads of a block must come to together. So a launch is the same every time. `arithmetic.py` says what numbers are.

What it cannot show: how one warp runs ahead of another, caches, how long anything takes (`predict.py` estimates that),
and products and sums that a GPU's compiler fuses into one instruction, unless it is asked to:
``kernel[grid, block](..., fma=True)``.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from minitensor.gpu import diagnoses, tree
from minitensor.gpu.arithmetic import FLOAT, converted, flushed, fused
from minitensor.gpu.atomics import atomic
from minitensor.gpu.counters import SECTOR
from minitensor.gpu.device import WARP, Dim3
from minitensor.gpu.diagnoses import Access, At
from minitensor.gpu.ledger import Ledger
from minitensor.gpu.memory import Memory
from minitensor.gpu.races import pack
from minitensor.gpu.shuffles import partners
from minitensor.gpu.threads import Threads, either, some

ROUNDS = 1_000_000  # how often a thread may go round a loop
SHARED_BYTES = 48 * 1024  # of shared memory that a block may have without being asked for more
LANES = 2**14  # threads that run together: a vector of them fits the cache of a processor
SECTORS = 2**26  # bytes of the tables that say which sectors each block has touched


class Value(NamedTuple):
    """What an expression is for each thread.

    data : (lanes,), or (1,) if all have the same
    bad : None, or for each thread the number of the reason, in `Batch.reasons`, why its value is undefined; 0 is none
    """

    data: Any
    bad: np.ndarray | None = None


class View(NamedTuple):
    """An array as an expression has it. base : where it begins, for each thread or for all; shape : what is left"""

    memory: Memory
    base: Any
    shape: tuple[int, ...]


class Frame:
    """The variables of a kernel, or of a device function, while it runs.

    live : how many threads have entered and not returned
    """

    def __init__(self, lanes: int, live: int):
        self.values: dict[str, Any] = {}
        self.returned = np.zeros(lanes, bool)
        self.live = live


class Loop:
    """A loop that runs: who has left this round, and who has left it altogether."""

    def __init__(self) -> None:
        self.skipped: Threads | None = None
        self.broken: Threads | None = None


class Machine:
    """A launch: the blocks in their order, a batch of them at a time.

    blocks : the numbers of those to run; order : a seed for another order of blocks and atomics
    """

    def __init__(
        self, function: tree.Function, grid: Dim3, block: Dim3, arguments: dict[str, Any], *,
        blocks: Sequence[int] | None = None, shared_bytes: int = 0, order: int | None = None, fma: bool = False,
    ):  # fmt: skip
        self.function, self.source, self.grid, self.block = function, function.source, grid, block
        self.arguments, self.shared_bytes, self.fma = arguments, shared_bytes, fma
        self.ledger = Ledger(function.sites)
        self.threads = block.x * block.y * block.z
        self.random = None if order is None else np.random.default_rng(order)
        self.blocks = np.arange(grid.x * grid.y * grid.z) if blocks is None else np.asarray(blocks)
        if self.random is not None:
            self.blocks = self.random.permutation(self.blocks)
        self.distinct = 0
        self.waits = 0

    def run(self) -> None:
        memories = {id(each): each for each in self.arguments.values() if isinstance(each, Memory)}
        lanes = -(-self.threads // WARP) * WARP
        sectors = sum(each.size * each.dtype.itemsize // 32 + 1 for each in memories.values())
        together = max(1, min(LANES // lanes, SECTORS // max(1, sectors)))
        self._check_shared()
        with np.errstate(all="ignore"):  # a GPU does not warn either
            for start in range(0, len(self.blocks), together):
                numbers = self.blocks[start : start + together]
                for memory in memories.values():
                    memory.begin(len(numbers))
                Batch(self, numbers, start, lanes).run()
                self.distinct += sum(memory.end() for memory in memories.values())

    @property
    def footprint(self) -> int:
        """Bytes of the sectors of global memory that any of the blocks has touched."""
        memories = {id(each): each for each in self.arguments.values() if isinstance(each, Memory)}
        return SECTOR * sum(int(each.footprint.sum()) for each in memories.values() if each.footprint is not None)

    @property
    def shared_total(self) -> int:
        """Bytes of shared memory of a block."""
        return sum((each.size or 0) * each.dtype.dtype.itemsize for each in self.function.shared) + self.shared_bytes

    def _check_shared(self) -> None:
        taken = self.shared_bytes
        for each in self.function.shared:
            taken += (each.size or 0) * each.dtype.dtype.itemsize
            if taken > SHARED_BYTES:
                raise diagnoses.too_much_shared(At(self.source, each.line), each.name or "this", taken, SHARED_BYTES)


class Batch:
    """Blocks that run together, in lock-step. A lane is a thread, or stands in for one where a warp is not full."""

    def __init__(self, machine: Machine, numbers: np.ndarray, start: int, lanes: int):
        self.machine, self.numbers, self.per_block = machine, numbers, lanes
        self.ledger = machine.ledger
        self.size = len(numbers) * lanes
        thread = np.arange(self.size) % lanes
        self.thread = thread
        self.block = np.arange(self.size) // lanes  # in this batch
        self.exists = thread < machine.threads
        self.order = start + self.block
        self.interval = np.zeros(len(numbers), np.int64)  # barriers that each block has passed
        self.warp_interval = np.zeros(self.size // WARP, np.int64)
        self._who()
        self.shared: dict[int, Memory] = {}
        self.reasons: list[Any] = [None]
        self.parked: list[tuple[int, int, np.ndarray]] = []  # block, line of the barrier, who waits there
        self.stack: list[tuple[int, np.ndarray]] = []  # of the ifs and loops that run: the line, and who came to it
        self.loops: list[Loop] = []
        self.calling = machine.function.name
        self.frame = Frame(self.size, int(np.count_nonzero(self.exists)))
        self.loaded = False  # whether anything was loaded since the last barrier
        self._given: dict[str, np.ndarray] = {}

    def _who(self) -> None:
        warp = np.repeat(self.warp_interval, WARP)
        self.who = pack(self.order, np.repeat(self.interval, self.per_block), warp, self.thread)

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
            raise diagnoses.two_arrays(At(self.machine.source, target.line), name)
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

    def _reason(self, reason: Any) -> int:
        self.reasons.append(reason)
        return len(self.reasons) - 1

    def do_Update(self, node: tree.Update, on: Threads) -> Threads:
        if isinstance(node.target, tree.Name):
            self.frame.values["_old"] = self.value(node.target, on)
            self._set(node.target, self.value(node.value, on), on)
            return on
        view, address = self._address(node.target, on, "touches")
        self.frame.values["_old"] = self._read(node.target, view, address, on)
        self._write(node.target, view, address, self.value(node.value, on), on)
        return on

    def _unset(self, name: str, dtype: Any) -> Value:
        """What a variable is that nobody has given a value."""
        return Value(np.zeros(1, dtype), np.array([self._reason(("variable", name))]))

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
        if start.size == stop.size == step.size == 1:
            return self._counted_loop(node, int(start[0]), int(stop[0]), int(step[0]), on)
        at = np.array(np.broadcast_to(start, (self.size,)))

        def ahead() -> np.ndarray:
            return np.where(step >= 0, at < stop, at > stop)

        def advance() -> None:
            at[...] += step

        return self._loop(node, on, ahead, lambda inside: self._set(node.target, Value(at.copy()), inside), advance)

    def _counted_loop(self, node: tree.For, start: int, stop: int, step: int, on: Threads) -> Threads | None:
        """A loop that goes the same rounds for all."""
        at = [start]

        def ahead() -> np.ndarray:
            return np.array([at[0] < stop if step >= 0 else at[0] > stop])

        def begin(inside: Threads) -> None:
            self._set(node.target, Value(np.array([at[0]], node.target.dtype)), inside)

        def advance() -> None:
            at[0] += step

        return self._loop(node, on, ahead, begin, advance)

    def do_While(self, node: tree.While, on: Threads) -> Threads | None:
        return self._loop(node, on, None, None, None)

    def _loop(self, node: Any, on: Threads, ahead: Any, begin: Any, advance: Any) -> Threads | None:
        loop, inside, out = Loop(), on, None
        self.loops.append(loop)
        self.stack.append((node.line, on.on))
        line = self.ledger.lines[node.line]
        overhead = 0 if getattr(node, "unrolled", False) else 3
        for rounds in range(ROUNDS + 1):
            test = ahead() if ahead else self._test(node.test, inside, node.line)
            out = either(out, inside.where(~test))
            going = inside.where(test)
            if going is None:
                break
            if rounds == ROUNDS:
                raise diagnoses.endless(self.at(going.first, node.line), ROUNDS)
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
            self.warp_interval[on.on.reshape(-1, WARP).any(1)] += 1
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
        self.machine.waits += int(np.count_nonzero(blocks)) * self.loaded
        self.loaded = False
        self._who()
        if blocks.all():
            for memory in self.shared.values():
                memory.watch.passed()  # type: ignore[union-attr]
        self.ledger.lines[node.line].barriers += int(np.count_nonzero(blocks))
        return on

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

    # --- expressions -------------------------------------------------------------------------------------------------

    def value(self, node: Any, on: Threads) -> Any:
        return OF[type(node)](self, node, on)

    def of_Literal(self, node: tree.Literal, on: Threads) -> Value:
        return Value(node.value)

    def of_Name(self, node: tree.Name, on: Threads) -> Any:
        found = self.frame.values.get(node.name)
        if found is not None:
            return found
        return Value(self._builtin(node.name)) if "." in node.name else self._unset(node.name, node.dtype)

    def _builtin(self, name: str) -> np.ndarray:
        if name not in self._given:
            self._given[name] = self._made(name).astype(np.int32)
        return self._given[name]

    def _made(self, name: str) -> np.ndarray:
        """What the machine tells a thread of itself."""
        what, _, axis = name.partition(".")
        grid, block = self.machine.grid, self.machine.block
        if what == "cuda":
            return np.array([WARP]) if axis == "warpsize" else self.thread % WARP
        if what in ("blockDim", "gridDim"):
            return np.array([getattr(block if what == "blockDim" else grid, axis)])
        if what == "gridsize":
            return np.array([getattr(block, axis) * getattr(grid, axis)])
        if what == "grid":
            return self._builtin(f"blockIdx.{axis}") * getattr(block, axis) + self._builtin(f"threadIdx.{axis}")
        sizes = block if what == "threadIdx" else grid
        number = (
            self.thread if what == "threadIdx" else self.numbers if len(self.numbers) == 1 else self.numbers[self.block]
        )
        below = {"x": 1, "y": sizes.x, "z": sizes.x * sizes.y}[axis]
        return number // below % getattr(sizes, axis)

    def of_Compute(self, node: tree.Compute, on: Threads) -> Value:
        line = self.ledger.lines[node.line]
        flops, instructions, floats, special = node.cost
        line.instructions += instructions * on.warps
        if floats or flops:
            line.flops += flops * on.count
            line.special += special * on.warps
            if node.dtype == FLOAT:
                line.fp32 += floats * on.warps
            else:
                line.fp64 += floats * on.warps
                line.flops64 += flops * on.count
        if self.machine.fma and node.name in ("add", "subtract") and node.dtype == FLOAT:
            made = self._fused(node, on)
            if made is not None:
                return made
        given, bad = [], None
        for operand, kind, flush in zip(node.operands, node.routine.operands, node.flush, strict=True):
            data, undefined = OF[type(operand)](self, operand, on)
            if data.dtype != kind:
                data = converted(data, kind)
            given.append(flushed(data) if flush else data)
            if undefined is not None:
                bad = undefined if bad is None else np.maximum(bad, undefined)
        return Value(node.routine.apply(*given), bad)

    def _fused(self, node: tree.Compute, on: Threads) -> Value | None:
        """A product and a sum in one instruction, rounded once."""
        for number in (1, 0):
            product = node.operands[number]
            if isinstance(product, tree.Compute) and product.name == "multiply" and product.dtype == FLOAT:
                (x, bad_x), (y, bad_y) = (self.value(each, on) for each in product.operands)
                z, bad_z = self.value(node.operands[1 - number], on)
                if node.name == "subtract":
                    x, z = (-x, z) if number else (x, -z)
                bads = [each for each in (bad_x, bad_y, bad_z) if each is not None]
                x, y, z = np.broadcast_arrays(*(converted(each, FLOAT) for each in (x, y, z)))
                self.ledger.lines[product.line].flops += on.count
                return Value(fused(x, y, z), np.maximum.reduce(np.broadcast_arrays(*bads)) if bads else None)
        return None

    def of_Convert(self, node: tree.Convert, on: Threads) -> Value:
        self.ledger.lines[node.line].instructions += on.warps * (node.operand.actual.kind != node.dtype.kind)
        data, bad = self.value(node.operand, on)
        return Value(converted(data, node.dtype), bad)

    def _as(self, value: Value, dtype: np.dtype) -> Value:
        return value if value.data.dtype == dtype else Value(converted(value.data, dtype), value.bad)

    def _test(self, node: Any, on: Threads, line: int) -> np.ndarray:
        data = self._sure(self.value(node, on), on, line)
        return data if data.dtype == bool else data != 0

    def of_Lazy(self, node: tree.Lazy, on: Threads) -> Value:
        self.ledger.lines[node.line].instructions += on.warps
        first = self._test(node.first, on, node.line)
        asked = on.where(~first if node.settles else first)
        if asked is None:
            return Value(np.array([node.settles]))
        second, bad = self.value(node.second, asked)
        second = second if second.dtype == bool else second != 0
        if bad is not None:
            bad = np.where(asked.on, bad, 0)
        return Value(first | second if node.settles else first & second, bad)

    def of_Choose(self, node: tree.Choose, on: Threads) -> Value:
        self.ledger.lines[node.line].instructions += on.warps
        test = self._test(node.test, on, node.line)
        yes, no = on.where(test), on.where(~test)
        if yes is None or no is None:
            return self._as(self.value(node.no if yes is None else node.yes, on), node.actual)
        one, other = (self._as(self.value(each, who), node.actual) for each, who in ((node.yes, yes), (node.no, no)))
        bad = None
        if one.bad is not None or other.bad is not None:
            bad = np.where(test, 0 if one.bad is None else one.bad, 0 if other.bad is None else other.bad)
        return Value(np.where(test, one.data, other.data), bad)

    def of_Pack(self, node: tree.Pack, on: Threads) -> tuple[Any, ...]:
        return tuple(
            self._as(value, part.dtype) if isinstance(value := self.value(part, on), Value) else value
            for part in node.parts
        )

    def of_Part(self, node: tree.Part, on: Threads) -> Any:
        return self.value(node.whole, on)[node.number]

    def of_Shared(self, node: tree.Shared, on: Threads) -> View:
        if node.number not in self.shared:
            dtype = node.dtype.dtype
            size = self.machine.shared_bytes // dtype.itemsize if node.size is None else node.size
            key = -1 if node.size is None else node.number  # all dynamic shared memory is one
            if key not in self.shared:
                data = np.zeros(size * len(self.numbers), dtype)
                memory = Memory(node.name or "shared", "shared", data, (size,), watched=True)
                memory.written = np.zeros(data.size, bool)
                self.shared[key] = memory
            self.shared[node.number] = self.shared[key]
        memory = self.shared[node.number]
        return View(memory, 0, memory.shape)

    def of_Inside(self, node: tree.Inside, on: Threads) -> View:
        view = self.value(node.array, on)
        if node.dtype.pointer:
            step = self._sure(self.value(node.steps[0], on), on, node.line).astype(np.int64)
            return View(view.memory, view.base + step, view.shape)
        address = view.base + self._offset(node, view, on, "touches")
        return View(view.memory, address, view.shape[len(node.steps) :])

    def of_Measure(self, node: tree.Measure, on: Threads) -> Value:
        view = self.value(node.array, on)
        if node.of == "size":
            return Value(np.array([int(np.prod(view.shape))], np.int64))
        if node.of == "shape":
            return Value(np.array([view.shape[node.axis]], np.int64))
        return Value(np.array([int(np.prod(view.shape[node.axis + 1 :])) * view.memory.dtype.itemsize], np.int64))

    def of_Call(self, node: tree.Call, on: Threads) -> Any:
        given = [self.value(each, on) for each in node.operands]
        outer, self.frame = self.frame, Frame(self.size, on.count)
        loops, self.loops = self.loops, []
        calling, self.calling = self.calling, node.function.name
        for (name, kind), value in zip(node.function.parameters, given, strict=True):
            self.frame.values[name] = self._as(value, kind) if isinstance(value, Value) else value
        self.statements(node.function.body, on)
        result = self.frame.values.get("return")
        if result is None and node.dtype is not None:
            result = self._unset(f"what {node.function.name} returns", node.dtype)
        self.frame, self.loops, self.calling = outer, loops, calling
        return result

    def of_Shuffle(self, node: tree.Shuffle, on: Threads) -> Value:
        self.ledger.lines[node.line].instructions += on.warps
        self._together(node, node.mask, on)
        value = self._as(self.value(node.value, on), node.actual)
        lanes = self._sure(self.value(node.lanes, on), on, node.line)
        partner = partners(self.thread % WARP, lanes.astype(np.int64), node.way, node.width)
        source = np.arange(self.size) // WARP * WARP + partner
        data = np.broadcast_to(value.data, (self.size,))[source]
        lost = on.on & ~on.on[source]
        bad = None if value.bad is None else np.broadcast_to(value.bad, (self.size,))[source]
        if lost.any():
            bad = np.where(lost, self._reason(("shuffle", node.line, partner)), 0 if bad is None else bad)
        return Value(data, bad)

    # --- memory ------------------------------------------------------------------------------------------------------

    def _offset(self, node: Any, view: View, on: Threads, does: str) -> Any:
        """Where an index leads, in elements from the base, each axis checked by itself."""
        steps = node.index if isinstance(node, tree.Element) else node.steps
        strides = [int(np.prod(view.shape[axis + 1 :])) for axis in range(len(view.shape))]
        indices = [self._sure(self.value(each, on), on, node.line) for each in steps]
        offset: Any = 0
        for axis, (index, stride) in enumerate(zip(indices, strides, strict=False)):
            self.ledger.lines[node.line].instructions += on.warps * (axis > 0)
            if not node_is_pointer(node):
                outside = (index < 0) | (index >= view.shape[axis])
                if outside.any():
                    self._outside(node, view, indices, outside, on, does)
            offset = offset + (index.astype(np.int64) * stride if stride != 1 else index.astype(np.int64))
        return offset

    def _outside(self, node: Any, view: View, indices: list[Any], outside: np.ndarray, on: Threads, does: str) -> None:
        found = on.where(outside)
        if found is None:
            return
        lane = found.first
        # All axes of that thread, and the first thread that is outside along any.
        every = np.zeros(self.size, bool)
        for index, size in zip(indices, view.shape, strict=False):
            every |= (index < 0) | (index >= size)
        lane = int((every & on.on).argmax())
        index = [int(np.broadcast_to(each, (self.size,))[lane]) for each in indices]
        shape, name = view.shape[: len(index)], view.memory.name
        raise diagnoses.out_of_bounds(
            self.at(lane, node.line), name, shape, index, does, dynamic=self._dynamic(view.memory)
        )

    def _dynamic(self, memory: Memory) -> bool:
        return self.shared.get(-1) is memory

    def _address(self, node: tree.Element, on: Threads, does: str) -> tuple[View, np.ndarray]:
        """The array that an element is of, and for each thread the address in the memory of its block."""
        view = self.value(node.array, on)
        does = does if len(node.index) == 1 else "touches"
        address = view.base + self._offset(node, view, on, does)
        address = np.atleast_1d(np.asarray(address, np.int64))
        if node_is_pointer(node):
            last = address + (node.wide - 1)
            outside = (address < 0) | (last >= view.memory.size)
            if outside.any() and (found := on.where(outside)) is not None:
                index = int(np.broadcast_to(address, (self.size,))[found.first])
                wrong = index if not 0 <= index < view.memory.size else view.memory.size
                raise diagnoses.out_of_bounds(
                    self.at(found.first, node.line), view.memory.name, (view.memory.size,), [wrong], does,
                    dynamic=self._dynamic(view.memory),
                )  # fmt: skip
        if node.wide > 1:
            self._check_wide(node, view, address, on, does)
        return view, address

    def _check_wide(self, node: tree.Element, view: View, address: np.ndarray, on: Threads, does: str) -> None:
        found = on.where(address % node.wide != 0)
        if found is not None:
            index = int(np.broadcast_to(address, (self.size,))[found.first])
            raise diagnoses.misaligned(self.at(found.first, node.line), view.memory.name, index, does)
        found = on.where(address + node.wide > view.memory.size)
        if found is not None:
            raise diagnoses.out_of_bounds(
                self.at(found.first, node.line), view.memory.name, (view.memory.size,), [view.memory.size], does
            )

    def of_Element(self, node: tree.Element, on: Threads) -> Any:
        view, address = self._address(node, on, "reads")
        return self._read(node, view, address, on)

    def _read(self, node: tree.Element, view: View, address: np.ndarray, on: Threads) -> Any:
        memory = view.memory
        self._account(node.load, memory, address, on, node.wide)
        self.loaded |= memory.space == "global"
        parts = []
        for part in range(node.wide):
            flat = self._flat(memory, address + part if part else address)
            same = flat.size == 1
            mask = None if same else on.mask
            at = flat if mask is None else flat[mask]
            if memory.written is not None and memory.written.all():
                memory.written = None
            if memory.written is not None and not memory.written[at].all():
                lanes = np.flatnonzero(on.on)
                wrong = np.flatnonzero(~memory.written[at])[0]
                lane = int(lanes[0 if same else wrong]) if mask is not None or same else int(wrong)
                raise diagnoses.unwritten(self.at(lane, node.line), memory.element(int(at[wrong])), memory.space)
            self._watch("load", memory, flat, on, node.load)
            if mask is None:
                parts.append(Value(memory.data.take(at)))
            else:
                data = np.zeros(self.size, memory.dtype)
                data[mask] = memory.data.take(at)
                parts.append(Value(data))
        return parts[0] if node.wide == 1 else tuple(parts)

    def _store(self, node: tree.Element, value: Any, on: Threads) -> None:
        view, address = self._address(node, on, "writes")
        self._write(node, view, address, value, on)

    def _write(self, node: tree.Element, view: View, address: np.ndarray, value: Any, on: Threads) -> None:
        memory = view.memory
        self._account(node.store, memory, address, on, node.wide)
        values = value if node.wide > 1 else (value,)
        for part, each in enumerate(values):
            data = self._sure(self._as(each, memory.dtype), on, node.line)
            flat = self._flat(memory, address + part if part else address)
            self._watch("store", memory, flat, on, node.store)
            at, data = np.broadcast_to(flat, (self.size,))[on.on], np.broadcast_to(data, (self.size,))[on.on]
            memory.data[at] = data
            if memory.written is not None:
                memory.written[at] = True

    def of_Atomic(self, node: tree.Atomic, on: Threads) -> Value:
        view, address = self._address(node.place, on, "touches")
        memory, lanes = view.memory, np.flatnonzero(on.on)
        self._account(node.place.store, memory, address, on, 1)
        flat = np.broadcast_to(self._flat(memory, address), (self.size,))[lanes]
        if memory.written is not None and not memory.written[flat].all():
            wrong = np.flatnonzero(~memory.written[flat])[0]
            raise diagnoses.unwritten(
                self.at(int(lanes[wrong]), node.line), memory.element(int(flat[wrong])), memory.space
            )
        self._watch("atomic", memory, flat, on, node.place.store, lanes)
        values = []
        for each in node.values:
            data = self._sure(self._as(self.value(each, on), memory.dtype), on, node.line)
            values.append(np.broadcast_to(data, (self.size,))[lanes])
        line = self.ledger.lines[node.line]
        if node.op in ("add", "sub") and memory.dtype.kind == "f":
            line.flops += on.count
            line.flops64 += on.count * (memory.dtype.itemsize == 8)
        turn = None if self.machine.random is None else self.machine.random.permutation(len(lanes))
        old, rounds = atomic(node.op, memory.data, flat, values, turn, node.used)
        line.atomic_rounds += rounds
        out = np.zeros(self.size, memory.dtype)
        out[lanes] = old
        return Value(out)

    def _flat(self, memory: Memory, address: np.ndarray) -> np.ndarray:
        """The address among the elements of all blocks that run together."""
        if memory.space == "global" or len(self.numbers) == 1:
            return address
        return address + self.block * memory.size

    def _account(self, site: int, memory: Memory, address: np.ndarray, on: Threads, wide: int) -> None:
        every = np.broadcast_to(address, (self.size,))
        self.ledger.access(site, memory, every, on.mask, 0, wide)
        if memory.touched is not None:
            if on.mask is None:
                memory.touch(self.block, every, wide)
            else:
                memory.touch(self.block[on.on], every[on.on], wide)

    def _watch(
        self, kind: str, memory: Memory, flat: np.ndarray, on: Threads, site: int, lanes: np.ndarray | None = None
    ) -> None:
        if memory.watch is None:
            return
        if lanes is None:
            flat = np.broadcast_to(flat, (self.size,))
            flat, who = (flat, self.who) if on.mask is None else (flat[on.on], self.who[on.on])
        else:
            who = self.who[lanes]
        race = memory.watch.note(kind, flat, who, site)
        if race is None:
            return
        pair = []
        for who_, kind_, number in zip(race.who, race.kinds, race.sites, strict=True):
            place = self.machine.function.sites[number]
            at = self._placed(int(self.machine.blocks[who_.block]), who_.thread, place.line)
            pair.append(Access(at, kind_, place.array, place.line in self.machine.function.adding or kind_ == "atomic"))
        raise diagnoses.race(memory.element(race.address), memory.space, *pair)

    # --- words -------------------------------------------------------------------------------------------------------

    def at(self, lane: int, line: int) -> At:
        return self._placed(int(self.numbers[lane // self.per_block]), lane % self.per_block, line)

    def _placed(self, block: int, thread: int, line: int) -> At:
        grid, size = self.machine.grid, self.machine.block
        return At(self.machine.source, line, _index(thread, size), _index(block, grid), size, grid)

    def _sure(self, value: Value, on: Threads, line: int) -> np.ndarray:
        """The data of a value that must be defined for all of these threads."""
        if value.bad is not None:
            found = on.where(value.bad != 0)
            if found is not None:
                lane = found.first
                reason = self.reasons[int(np.broadcast_to(value.bad, (self.size,))[lane])]
                at = self.at(lane, line)
                if reason[0] == "shuffle":
                    raise diagnoses.shuffle_undefined(at, self.at(lane, reason[1]), int(reason[2][lane]))
                raise diagnoses.unassigned_variable(at, reason[1])
        return value.data


def node_is_pointer(node: Any) -> bool:
    return bool(node.array.dtype.pointer)


def _index(number: int, sizes: Dim3) -> tuple[int, int, int]:
    return number % sizes.x, number // sizes.x % sizes.y, number // (sizes.x * sizes.y)


DO = {getattr(tree, name[3:]): getattr(Batch, name) for name in dir(Batch) if name.startswith("do_")}
OF = {getattr(tree, name[3:]): getattr(Batch, name) for name in dir(Batch) if name.startswith("of_")}
