"""What an answer costs, counted: operations on Tensors, what they copy, and how much of it is alive at one time."""

import weakref
from dataclasses import dataclass
from typing import Any

import numpy as np

from minitensor.core.tensor import Tensor
from minitensor.gpu.counters import Counters

# The counts of a kernel that are shown, in the words of a report.
SHOWN = {
    "global_loads": "loads",
    "global_stores": "stores",
    "sectors": "sectors",
    "shared_loads": "shared loads",
    "shared_stores": "shared stores",
    "bank_conflicts": "bank conflicts",
    "global_atomics": "atomics",
    "shared_atomics": "atomics in shared memory",
    "barriers": "barriers",
    "flops": "FLOPs",
}
# Counts that stars may bound beside these.
MORE = ("global_requests", "shared_requests", "instructions", "special", "atomics", "atomic_rounds")
WORDS = SHOWN | {
    "atomics": "atomics in all",
    "global_requests": "reads and writes of warps",
    "shared_requests": "reads and writes of warps in shared memory",
    "alive": "elements alive",
    "copied": "elements copied",
    "indices": "square brackets",
}

# Of numbers out of a Tensor; `minitensor.tensor` asks `plain`.
WAYS_OUT = ("numpy", "tolist", "plain", "to", "to_device", "__array__", "__dlpack__")


@dataclass
class Ledger:
    """operations : on Tensors that come from the arguments; copied : elements of their results that are new in memory
    alive, most : of these elements, how many exist, and the most that existed at one time
    left : whether numbers were taken out of a Tensor, where nobody counts"""

    operations: int = 0
    copied: int = 0
    alive: int = 0
    most: int = 0
    left: bool = False

    def made(self, size: int) -> None:
        self.copied += size
        self.alive += size
        self.most = max(self.most, self.alive)

    def gone(self, size: int) -> None:
        self.alive -= size

    def counts(self) -> dict[str, int]:
        """Nothing where numbers went where nobody counts."""
        return {} if self.left else {"operations": self.operations, "alive": self.most, "copied": self.copied}


def counting(arguments: Any, ledger: Ledger) -> Any:
    """The same arguments, whose Tensors write down every operation on them and on what comes of them.

    >>> import minitensor as mt
    >>> ledger = Ledger()
    >>> x = counting(mt.arange(6.0), ledger)
    >>> y = x.reshape(2, 3).T * 2 + 1  # two operations that copy, and two that do not
    >>> ledger.operations, ledger.copied, ledger.most, ledger.alive
    (4, 12, 12, 6)
    """

    class Counting(Tensor):
        """A Tensor that counts."""

        @classmethod
        def _operation(  # type: ignore[override]
            cls, name: str, compute: Any, args: Any, options: Any
        ) -> Any:
            ledger.operations += 1
            out = compute(*_dressed(Tensor, args), **_dressed(Tensor, options))
            return watched(out, [each.array for each in _tensors((args, options))])

    for name in WAYS_OUT:
        setattr(Counting, name, _noticed(name, ledger))

    def watched(out: Any, held: list[Any]) -> Any:
        if isinstance(out, (list, tuple)):
            return type(out)(watched(each, held) for each in out)
        if not isinstance(out, Tensor):
            return out
        dressed = _dressed(Counting, out)
        if not any(_shares(out.array, each) for each in held):
            ledger.made(out.size)
            weakref.finalize(dressed, ledger.gone, out.size)
        return dressed

    return _dressed(Counting, arguments)


def _noticed(name: str, ledger: Ledger) -> Any:
    """That method of a Tensor, which writes down that numbers leave it."""

    def method(self: Tensor, *args: Any, **options: Any) -> Any:
        ledger.left = True
        return getattr(Tensor, name)(self, *args, **options)

    return method


def _dressed(kind: type, x: Any) -> Any:
    """x, with Tensors of that class round the same arrays."""
    if isinstance(x, Tensor):
        out = kind()
        out.array = x.array
        return out
    if isinstance(x, dict):
        return {key: _dressed(kind, value) for key, value in x.items()}
    return type(x)(_dressed(kind, each) for each in x) if type(x) in (list, tuple) else x


def _tensors(x: Any) -> Any:
    if isinstance(x, Tensor):
        yield x
    elif isinstance(x, (list, tuple, dict)):
        for each in x.values() if isinstance(x, dict) else x:
            yield from _tensors(each)


def _shares(a: Any, b: Any) -> bool:
    return isinstance(a, np.ndarray) and isinstance(b, np.ndarray) and np.may_share_memory(a, b)


def of_launch(counters: Counters) -> dict[str, int]:
    """What a launch cost, by the names of its counters."""
    return {name: getattr(counters, name) for name in (*SHOWN, *MORE)}
