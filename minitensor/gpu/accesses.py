"""How the threads of a batch read, write and change arrays: every access is checked, counted and noted down."""

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from minitensor.gpu import diagnoses, tree
from minitensor.gpu.arithmetic import converted
from minitensor.gpu.atomics import atomic
from minitensor.gpu.device import Dim3
from minitensor.gpu.ledger import Ledger
from minitensor.gpu.memory import Memory
from minitensor.gpu.threads import Threads
from minitensor.gpu.where import Access, At, Element

if TYPE_CHECKING:
    from minitensor.gpu.machine import Machine


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


class Accesses:
    """What a batch of blocks does to memory. `Batch` says what the fields are."""

    machine: "Machine"
    ledger: Ledger
    numbers: np.ndarray
    per_block: int
    size: int
    block: np.ndarray
    who: np.ndarray
    shared: dict[int, Memory]
    reasons: list[Any]
    loaded: bool

    def lately(self, who: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def value(self, node: Any, on: Threads) -> Any:
        """What an expression is for these threads: a `Value`, a `View`, or a tuple of them."""
        raise NotImplementedError

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
        whole = len(view.shape) == len(view.memory.shape)  # or a row, which the line calls by a name of its own
        shape, name = view.shape[: len(index)], view.memory.name if whole or node_is_inside(node) else node.text
        raise diagnoses.out_of_bounds(
            self.at(lane, node.line),
            Element(name, tuple(index), view.memory.space, shape),
            does,
            dynamic=self._dynamic(view.memory),
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
                    self.at(found.first, node.line), _of(view.memory, wrong), does,
                    dynamic=self._dynamic(view.memory), wide=node.wide,
                )  # fmt: skip
        if node.wide > 1:
            self._check_wide(node, view, address, on, does)
        return view, address

    def _check_wide(self, node: tree.Element, view: View, address: np.ndarray, on: Threads, does: str) -> None:
        found = on.where(address % node.wide != 0)
        if found is not None:
            index = int(np.broadcast_to(address, (self.size,))[found.first])
            raise diagnoses.misaligned(self.at(found.first, node.line), _of(view.memory, index), does)
        found = on.where(address + node.wide > view.memory.size)
        if found is not None:
            raise diagnoses.out_of_bounds(
                self.at(found.first, node.line), _of(view.memory, view.memory.size), does, wide=node.wide
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
                raise diagnoses.unwritten(self.at(lane, node.line), memory.element(int(at[wrong])))
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
            raise diagnoses.unwritten(self.at(int(lanes[wrong]), node.line), memory.element(int(flat[wrong])))
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
        self.ledger.access(site, memory, every, on.mask, self.per_block, wide)
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
        race = memory.watch.note(kind, flat, who, site, self.lately)
        if race is None:
            return
        pair = []
        for who_, kind_, number in zip(race.who, race.kinds, race.sites, strict=True):
            place = self.machine.function.sites[number]
            at = self._placed(int(self.machine.blocks[who_.block]), who_.thread, place.line)
            pair.append(Access(at, kind_, place.array, place.line in self.machine.function.adding or kind_ == "atomic"))
        raise diagnoses.race(memory.element(race.address), pair[0], pair[1], race.turned)

    def at(self, lane: int, line: int) -> At:
        return self._placed(int(self.numbers[lane // self.per_block]), lane % self.per_block, line)

    def _placed(self, block: int, thread: int, line: int) -> At:
        grid, size = self.machine.grid, self.machine.block
        return At(self.machine.source, line, _index(thread, size), _index(block, grid), size, grid)

    def _as(self, value: Value, dtype: np.dtype) -> Value:
        return value if value.data.dtype == dtype else Value(converted(value.data, dtype), value.bad)

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


def _of(memory: Memory, index: int) -> Element:
    """An element by its place in memory, where the kernel counts through the array so."""
    return Element(memory.name, (index,), memory.space, (memory.size,))


def node_is_inside(node: Any) -> bool:
    return isinstance(node, tree.Inside)


def node_is_pointer(node: Any) -> bool:
    return bool(node.array.dtype.pointer)


def _index(number: int, sizes: Dim3) -> tuple[int, int, int]:
    return number % sizes.x, number // sizes.x % sizes.y, number // (sizes.x * sizes.y)
