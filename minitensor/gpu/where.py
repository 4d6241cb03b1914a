"""Where in a launch something happened: the line of the kernel, the thread, the block, and what it did there."""

from collections.abc import Sequence
from typing import NamedTuple

from minitensor.gpu.device import WARP, Dim3
from minitensor.gpu.source import Source


class At(NamedTuple):
    """A line of a kernel and the thread that is there.

    thread, block : their indices (x, y, z); thread is None where a line is wrong for every thread
    block_size, grid_size : how many threads a block has along each axis, and how many blocks the grid
    """

    source: Source
    line: int
    thread: Sequence[int] | None = None
    block: Sequence[int] = (0, 0, 0)
    block_size: Dim3 = Dim3(1)
    grid_size: Dim3 = Dim3(1)

    @property
    def text(self) -> str:
        """``kernels.py:12: total += a[row, inner]``."""
        return self.source.at(self.line)

    @property
    def name(self) -> str:
        """``thread 3``, or ``thread (3, 0)`` where blocks have two axes."""
        return f"thread {shown(self.thread or (), self.block_size)}"

    @property
    def who(self) -> str:
        """``thread 3 of block (0, 1)``."""
        return f"{self.name} of block {shown(self.block, self.grid_size)}"

    @property
    def lane(self) -> int:
        x, y, z = self.thread or (0, 0, 0)
        return (x + self.block_size.x * (y + self.block_size.y * z)) % WARP

    def __str__(self) -> str:
        return f"{self.text}\n{self.who}" if self.thread is not None else self.text


class Access(NamedTuple):
    """A thread that touches an array. kind : "load", "store" or "atomic"

    adds : whether the line adds to the element, as ``array[i] += x`` does
    """

    at: At
    kind: str
    array: str
    adds: bool = False

    def __str__(self) -> str:
        adds = "adds to" if "atomic_add" in self.at.text else "changes"
        does = {"load": "reads", "store": "writes", "atomic": adds}[self.kind]
        return f"{self.at.who} {does} it: {self.at.text}"


class Element(NamedTuple):
    """An element of an array, which may lie outside of it. space : "global" or "shared"; shape : of the array"""

    array: str
    indices: tuple[int, ...]
    space: str
    shape: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.array}[{', '.join(str(i) for i in self.indices)}]"


def axes_of(*sizes: Dim3) -> int:
    """How many axes a launch uses."""
    return max(3 if size.z > 1 else 2 if size.y > 1 else 1 for size in sizes)


def shown(index: Sequence[int], size: Dim3) -> str:
    """``3`` in one dimension, ``(3, 0)`` in two: one number is enough where the launch has one axis."""
    used = axes_of(size)
    return str(tuple(map(int, index[:used]))) if used > 1 else str(int(index[0])) if len(index) else ""
