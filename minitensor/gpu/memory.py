"""The memory of the simulated GPU: arrays of which every access is checked and noted down."""

import math
from typing import Any

import numpy as np

from minitensor import backend
from minitensor.core.tensor import Tensor, wrap
from minitensor.errors import DTypeError
from minitensor.gpu.counters import SECTOR
from minitensor.gpu.races import Watch
from minitensor.gpu.where import Element

# A NaN set apart, one for each float dtype: what still holds it was never written. It survives copies and devices.
POISON = {"float32": (np.uint32, 0x7FC0DEAD), "float64": (np.uint64, 0x7FF80000DEADBEEF)}


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


def poisoned(array: np.ndarray) -> np.ndarray | None:
    """Which elements, in the order of memory, hold poison, (n,) bool, or None where none does."""
    if str(array.dtype) not in POISON or not array.size:
        return None
    bits, pattern = POISON[str(array.dtype)]
    found: np.ndarray = array.reshape(-1).view(bits) == pattern
    return found if found.any() else None


class Memory:
    """One array in the simulated GPU, or the same shared memory of all the blocks that run together.

    name : what the kernel calls it first; space : "global" or "shared"
    data : its elements in the order of memory, those of one block after another
    shape : of what one block sees; size : how many elements that is
    written : for each element whether anybody has written it; None where all are
    """

    def __init__(self, name: str, space: str, data: np.ndarray, shape: tuple[int, ...], watched: bool):
        self.name, self.space, self.data, self.shape = name, space, data, shape
        self.dtype, self.size = data.dtype, math.prod(shape)
        self.written: np.ndarray | None = None
        self.watch = Watch(data.size) if watched else None
        self.touched: np.ndarray | None = None  # which sectors each block has touched
        self.footprint: np.ndarray | None = None  # which sectors any has

    @property
    def strides(self) -> tuple[int, ...]:
        """In elements."""
        return tuple(math.prod(self.shape[axis + 1 :]) for axis in range(len(self.shape)))

    def element(self, address: int) -> Element:
        """``c[2, 3]`` for the address of it."""
        index = np.unravel_index(address % max(1, self.size), self.shape)
        return Element(self.name, tuple(map(int, index)), self.space, self.shape)

    def begin(self, blocks: int) -> None:
        """Count from now on which sectors each of so many blocks touches."""
        sectors = -(-self.size * self.dtype.itemsize // SECTOR)
        if self.footprint is None:
            self.footprint = np.zeros(sectors, bool)
        self.touched = np.zeros((blocks, sectors), bool)

    def touch(self, blocks: np.ndarray, addresses: np.ndarray, wide: int) -> None:
        assert self.touched is not None
        self.touched[blocks, addresses * self.dtype.itemsize // SECTOR] = True

    def end(self) -> int:
        """How many sectors the blocks have touched, each block's counted by itself."""
        assert self.touched is not None
        assert self.footprint is not None
        self.footprint |= self.touched.any(0)
        return int(np.count_nonzero(self.touched))
