"""Who touches what in a launch: watched from its first access to its end, or to where it cannot go on.

A launch stops at the first fault, and what came later is not known then. Here races and rubbish are let pass, so that
it is seen what every thread would have done. Nothing is counted and no argument is changed.
"""

from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np

from minitensor.errors import KernelError
from minitensor.gpu.accesses import Value
from minitensor.gpu.arguments import checked
from minitensor.gpu.launching import Kernel
from minitensor.gpu.machine import Machine
from minitensor.gpu.memory import Memory
from minitensor.gpu.simulator import Batch
from minitensor.gpu.threads import Threads
from minitensor.gpu.where import At


class Touches(NamedTuple):
    """Accesses that threads of one or more blocks make together, at one place in the source.

    kind : "load", "store" or "atomic"; array : as the kernel calls it first; size : of the array, in elements
    addresses, blocks, threads : (n,) of each access the element in the order of memory, the block, the thread in it
    """

    kind: str
    array: str
    space: str
    size: int
    line: int
    addresses: np.ndarray
    blocks: np.ndarray
    threads: np.ndarray


class Witness(NamedTuple):
    """What was seen.

    touches : in the order in which they came; batch : the blocks that ran when it ended
    whole : whether the launch came to its end: what was not seen did not happen
    """

    touches: list[Touches]
    batch: Any
    whole: bool

    def variables(self, at: At) -> dict[str, Any]:
        """What the numbers of the kernel were for a thread when the launch stopped."""
        found: dict[str, Any] = {}
        if self.batch is None:
            return found
        block, thread = _number(at.block, at.grid_size), _number(at.thread or (0, 0, 0), at.block_size)
        here = np.flatnonzero((self.batch.numbers[self.batch.block] == block) & (self.batch.thread == thread))
        for name, value in self.batch.frame.values.items():
            if len(here) and isinstance(value, Value):
                bad = 0 if value.bad is None else value.bad
                data, undefined = (np.broadcast_to(each, (self.batch.size,))[here[0]] for each in (value.data, bad))
                if not undefined:
                    found[name] = data.item()
        return found


class _Watching(Batch):
    """Blocks that run together, whatever they do to each other."""

    machine: "_Watched"

    def _account(self, site: int, memory: Memory, address: np.ndarray, on: Threads, wide: int) -> None:
        super()._account(site, memory, address, on, wide)
        memory.written = None
        place = self.machine.function.sites[site]
        every = np.broadcast_to(address, (self.size,))[on.on]
        who = self.numbers[self.block[on.on]], self.thread[on.on]
        for part in range(wide):
            touched = Touches(place.kind, memory.name, memory.space, memory.size, place.line, every + part, *who)
            self.machine.touches.append(touched)

    def _watch(self, *access: Any) -> None:
        """A race may pass."""


class _Watched(Machine):
    rounds = 300  # a loop may wait for what a fault has spoilt
    whole = False

    def __init__(self, *what: Any, **how: Any):
        super().__init__(*what, **how)
        self.touches: list[Touches] = []
        self.running: Any = None

    def batch(self, *blocks: Any) -> Batch:
        self.running = _Watching(self, *blocks)
        return self.running

    def run(self) -> None:
        with suppress(KernelError):  # it was raised before, and is what made somebody look
            super().run()
            self.whole = True


def witness(kernel: Kernel, grid: Any, block: Any, arguments: Any) -> Witness:
    """Run a launch, on copies, and see who touches what. Raises what cannot be launched; no fault of a thread."""
    grid, block, shared = kernel._shape((grid, block))
    values = {name: checked(kernel.name, name, value) for name, value in zip(kernel.parameters, arguments, strict=True)}
    machine: Any = kernel._simulated(kernel._tree(values), grid, block, values, shared_bytes=shared, machine=_Watched)
    return Witness(machine.touches, machine.running, machine.whole)


def _number(index: Any, size: Any) -> int:
    x, y, z = index
    return int(x + size.x * (y + size.y * z))
