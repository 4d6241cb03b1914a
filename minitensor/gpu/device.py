"""`cuda`: what a kernel asks of the machine that runs it.

The names and their arguments are those of `cupyx.jit`. On the simulator they answer for the thread that is running;
while CuPy translates a kernel they are objects of `cupyx.jit`, but for those in `cupy_names.py`. So the same function
serves both machines.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from minitensor.errors import KernelError
from minitensor.gpu.ufuncs import MATHS

WARP = 32  # threads that run in step

INDICES = ("threadIdx", "blockIdx", "blockDim", "gridDim")
ATOMICS = {f"atomic_{op}" for op in ("add", "sub", "exch", "min", "max", "inc", "dec", "cas", "and", "or", "xor")}
SHUFFLES = {"shfl_sync", "shfl_up_sync", "shfl_down_sync", "shfl_xor_sync"}
# CuPy translates its own functions only, not NumPy's, so ask `cuda` for them.
NAMES = MATHS | ATOMICS | SHUFFLES | {
    *INDICES, "warpsize", "grid", "gridsize", "laneid", "range", "shared_memory", "syncthreads", "syncwarp", "load4",
    "store4",
}  # fmt: skip

_here = threading.local()


class Dim3(NamedTuple):
    """Three whole numbers; x counts fastest."""

    x: int
    y: int = 1
    z: int = 1


class Cuda:
    """The one object `cuda`. Inside a kernel:

    - ``cuda.threadIdx``, ``blockIdx``, ``blockDim``, ``gridDim``, each with ``.x``, ``.y`` and ``.z``
    - ``cuda.grid(ndim)``: this thread's number in the whole grid; for 2 and 3 a tuple ``x, y[, z]``
    - ``cuda.shared_memory(dtype, size)``: an array that the threads of one block share; it holds poison at first.
      With None as its size it takes what the launch gives: ``kernel[grid, block, shared_bytes](...)``
    - ``cuda.syncthreads()``: wait until every thread of the block is here; ``cuda.syncwarp(mask=0xFFFFFFFF)``: until
      those threads of the warp are
    - ``cuda.atomic_add(array, index, value)``: add in one step that no other thread can interrupt; returns what was
      there. Likewise ``atomic_sub``, ``exch``, ``min``, ``max``, ``and``, ``or``, ``xor``; ``atomic_inc`` and ``dec``
      count round from 0 to a limit; ``atomic_cas(array, index, expected, value)`` writes where it finds what it expects
    - ``cuda.load4(array, index)``: a tuple of four neighbours of a float32 array with one axis, in one access of 16
      bytes; index is a multiple of 4. ``cuda.store4(array, index, a, b, c, d)`` writes four
    - ``cuda.shfl_down_sync(mask, value, lanes)``, ``shfl_xor_sync``, ``shfl_up_sync``, ``shfl_sync``: the value of
      another thread of the warp
    - ``cuda.range(..., unroll=)``: a range whose loop the compiler is told to unroll
    - ``cuda.exp``, ``cuda.sqrt`` and other functions that NumPy and CuPy share, by NumPy's names
    """

    def __getattr__(self, name: str) -> Any:
        if name not in NAMES:
            raise AttributeError(f"cuda has no {name!r}; it has {', '.join(sorted(NAMES))}")
        machine = getattr(_here, "machine", None)
        if machine is None:
            raise KernelError(f"cuda.{name} has no meaning outside of a kernel; launch one with name[grid, block](...)")
        return getattr(machine, name)

    def __repr__(self) -> str:
        return "cuda"


cuda = Cuda()


class CuPyNames:
    """The machine while CuPy translates: what cupyx.jit has, and CuPy's own mathematical functions."""

    def __getattr__(self, name: str) -> Any:
        import cupy
        from cupyx import jit

        from minitensor.gpu.cupy_names import cupy_names

        return cupy_names().get(name) or getattr(cupy if name in MATHS else jit, name)


@contextmanager
def on(machine: Any) -> Iterator[None]:
    """Let `cuda` ask this machine inside the block, in this operating-system thread."""
    before = getattr(_here, "machine", None)
    _here.machine = machine
    try:
        yield
    finally:
        _here.machine = before
