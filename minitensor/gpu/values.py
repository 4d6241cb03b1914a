"""What expressions are for the threads of a batch: a vector each, or one number if it is the same for all."""

from typing import Any

import numpy as np

from minitensor.gpu import tree
from minitensor.gpu.accesses import Accesses, Value, View
from minitensor.gpu.arithmetic import BOOL, FLOAT, converted, flushed, fused
from minitensor.gpu.device import WARP
from minitensor.gpu.memory import Memory
from minitensor.gpu.shuffles import partners
from minitensor.gpu.threads import Threads


class Frame:
    """The variables of a kernel, or of a device function, while it runs.

    live : how many threads have entered and not returned
    """

    def __init__(self, lanes: int, live: int):
        self.values: dict[str, Any] = {}
        self.returned = np.zeros(lanes, bool)
        self.live = live


class Values(Accesses):
    """What a batch of blocks computes. `Batch` says what the fields are."""

    frame: Frame
    loops: list[Any]
    calling: str
    thread: np.ndarray
    _given: dict[str, np.ndarray]

    def statements(self, body: list[Any], on: Threads | None) -> Threads | None:
        raise NotImplementedError

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

    def _test(self, node: Any, on: Threads, line: int) -> np.ndarray:
        data = self._sure(self.value(node, on), on, line)
        return converted(data, BOOL)

    def of_Lazy(self, node: tree.Lazy, on: Threads) -> Value:
        self.ledger.lines[node.line].instructions += on.warps
        first = self._test(node.first, on, node.line)
        asked = on.where(~first if node.settles else first)
        if asked is None:
            return Value(np.array([node.settles]))
        second, bad = self.value(node.second, asked)
        second = converted(second, BOOL)
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

    def _unset(self, name: str, dtype: Any) -> Value:
        """What a variable is that nobody has given a value."""
        return Value(np.zeros(1, dtype), np.array([self._reason(("variable", name))]))

    def _reason(self, reason: Any) -> int:
        self.reasons.append(reason)
        return len(self.reasons) - 1

    def _together(self, node: Any, mask: int, on: Threads) -> None:
        raise NotImplementedError


OF = {getattr(tree, name[3:]): getattr(Values, name) for name in dir(Values) if name.startswith("of_")}
