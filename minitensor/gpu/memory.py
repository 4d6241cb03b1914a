"""The memory of the simulated GPU: an array whose every access is checked and noted down."""

import math
from typing import Any

import numpy as np

from minitensor import backend
from minitensor.core.tensor import Tensor, wrap
from minitensor.errors import DTypeError, KernelError, OutOfBoundsError, UnwrittenError
from minitensor.gpu.races import Watch

# A NaN set apart, one for each float dtype: what still holds it was never written. It survives copies and devices.
POISON = {"float32": (np.uint32, 0x7FC0DEAD), "float64": (np.uint64, 0x7FF80000DEADBEEF)}
UNWRITTEN: Any = None  # what stands in the simulator's lists for an element that nobody has written


def uninitialised(shape: tuple[int, ...], dtype: Any = None, *, like: Tensor | None = None) -> Tensor:
    """A new Tensor for a kernel's output, on the current backend, that holds poison: a NaN set apart for it.

    A simulated kernel that reads an element before it is written raises UnwrittenError. Elsewhere it is a NaN.
    shape : any
    dtype : float32 or float64, since only floats have a NaN; float32 if not given
    like : a Tensor whose backend, and dtype if none is given, the new one has
    Raises DTypeError for other dtypes.

    >>> bool(uninitialised((2, 3)).numpy()[0, 0] > 0)
    False
    """
    dtype = np.dtype(dtype or (like.dtype if like is not None else "float32"))
    if str(dtype) not in POISON:
        raise DTypeError(f"uninitialised: {dtype} has no NaN to be marked with; use float32 or float64, or zeros")
    bits, pattern = POISON[str(dtype)]
    lib = backend.current() if like is None else backend.of(like.array)
    return wrap(lib.from_numpy(np.full(shape, pattern, bits).view(dtype)))


def elements(array: np.ndarray) -> list[Any]:
    """An array's elements as NumPy scalars in the order of memory, with `UNWRITTEN` for poison."""
    flat = array.reshape(-1)
    values = list(flat)
    if str(array.dtype) in POISON:
        bits, pattern = POISON[str(array.dtype)]
        for at in np.flatnonzero(flat.view(bits) == pattern):
            values[at] = UNWRITTEN
    return values


class Memory:
    """One array in the simulated GPU. Kernels index it; the simulator turns an index into a call of `load` or `store`.

    name : what the kernel calls it
    space : "global" or "shared"
    data : its elements in the order of memory, each a NumPy scalar of `dtype`: float32 stays float32
    machine : whom to ask which thread is running, and where

    Each access appends its address to the `log` of the place in the source that made it.
    """

    def __init__(self, name: str, space: str, data: list[Any], dtype: Any, shape: tuple[int, ...], machine: Any):
        self.name, self.space, self.data, self.shape, self.machine = name, space, data, shape, machine
        self.dtype = np.dtype(dtype)
        self.type, self.columns = self.dtype.type, shape[-1]
        self.ndim, self.size = len(shape), math.prod(shape)
        self.watch: Watch | None = None

    def watch_for_races(self) -> None:
        """From now on note who touches each element; for an array that is only read there is no need."""
        self.watch = Watch(self.size)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, index: Any) -> Any:
        raise KernelError(f"{self.machine.place()}: index {self.name} by its own name, not by another for it")

    def load(self, index: int, log: list[int]) -> Any:
        log.append(index)
        try:
            value = self.data[index]
        except (IndexError, TypeError):
            self.refuse(index, "reads")
        if index < 0:
            self.refuse(index, "reads")
        if value is UNWRITTEN:
            self.poisoned(index)
        return value

    def store(self, value: Any, index: int, log: list[int]) -> None:
        log.append(index)
        if type(value) is not self.type:
            value = self.cast(value)
        try:
            self.data[index] = value
        except (IndexError, TypeError):
            self.refuse(index, "writes")
        if index < 0:
            self.refuse(index, "writes")

    def atomic_add(self, index: int, value: Any, log: list[int]) -> Any:
        old = self.load(index, log)
        self.data[index] = self.cast(old + value)
        return old

    def at(self, *index: int) -> int:
        """The address of ``array[row, col, ...]``, each axis checked by itself."""
        address = 0
        for one, size in zip(index, self.shape, strict=True):
            if not 0 <= one < size:
                self.refuse(index, "touches")
            address = address * size + one
        return address

    def at2(self, row: int, col: int) -> int:
        """`at` for two axes, which nearly every kernel has, in a quarter of the time: tests/benchmarks/claims.py."""
        if not (0 <= row < self.shape[0] and 0 <= col < self.columns):
            self.refuse((row, col), "touches")
        return row * self.columns + col

    def cast(self, value: Any) -> Any:
        """The value as CUDA C++ would store it: a float is rounded to a smaller float, but is no integer."""
        if np.result_type(type(value)).kind == "f" and self.dtype.kind in "iub":
            raise KernelError(
                f"{self.machine.place()} stores a float into {self.name}, which is {self.dtype}; "
                f"write np.{self.dtype}(...) to truncate it"
            )
        return self.type(value)

    # What went wrong, in words.
    def element(self, address: int) -> str:
        """``c[2, 3]`` for the address of it."""
        index = np.unravel_index(address, self.shape)
        return f"{self.name}[{', '.join(str(i) for i in index)}]"

    def refuse(self, index: Any, does: str) -> None:
        parts = index if isinstance(index, tuple) else (index,)
        shown = f"{self.name}[{', '.join(str(i) for i in parts)}]"
        if not all(isinstance(i, (int, np.integer)) for i in parts):
            kind = next(type(i).__name__ for i in parts if not isinstance(i, (int, np.integer)))
            raise KernelError(f"{self.machine.place()}: {shown}: an index is a whole number, not {kind}") from None
        axis = next(axis for axis, i in enumerate(parts) if not 0 <= i < self.shape[axis])
        size = self.shape[axis]
        where = f"on axis {axis} of {self.name}, of shape {self.shape}," if self.ndim > 1 else f"of {self.name}"
        allowed = f"the indices {where} go from 0 to {size - 1}" if size else f"{self.name} has no elements"
        if parts[axis] < 0:
            mend = "on a GPU a negative index does not count from the end, it reads what lies before the array"
        elif all(0 <= i < n for i, n in zip(reversed(parts), self.shape, strict=True)):
            mend = "the other way round it would fit: are row and column swapped?"
        else:
            guard = "if i < n" if self.ndim == 1 else "if row < m and col < n"
            mend = f"threads without an element of their own must be kept out: {guard}: ..."
        raise OutOfBoundsError(f"{self.machine.place()} {does} {shown}, but {allowed}; {mend}") from None

    def poisoned(self, address: int) -> None:
        mend = (
            "shared memory holds rubbish until it is written; if another thread of the block writes this element, "
            "put cuda.syncthreads() between the two"
            if self.space == "shared"
            else "write it first, or hand the kernel an array that is filled, such as zeros(...)"
        )
        raise UnwrittenError(
            f"{self.machine.place()} reads {self.element(address)} of {self.space} memory, "
            f"which nobody has written; {mend}"
        )
