"""``@kernel``: a Python function that runs on a GPU, or on the simulator where the tensors live on NumPy."""

import inspect
import math
import warnings
from collections.abc import Callable, Sequence
from functools import partial, update_wrapper
from typing import Any

import numpy as np

from minitensor import backend
from minitensor.core.tensor import Tensor
from minitensor.errors import DeviceError, DTypeError, LaunchError
from minitensor.gpu import compiler
from minitensor.gpu.counters import Counters
from minitensor.gpu.device import CuPyNames, Dim3, on
from minitensor.gpu.instrument import Program, instrument
from minitensor.gpu.memory import UNWRITTEN, Memory, elements
from minitensor.gpu.report import Launch
from minitensor.gpu.source import source_of

THREADS = 1024  # that a block may have
LARGEST_BLOCK, LARGEST_GRID = Dim3(1024, 1024, 64), Dim3(2**31 - 1, 65535, 65535)
DTYPES = ("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64")


def kernel(function: Callable[..., Any] | None = None, *, device: bool = False) -> Any:
    """Make a function a kernel: what one of many threads does.

    device : make it a device function instead, which kernels call and nobody launches; it may return a number

    >>> from minitensor.gpu import cuda, kernel
    >>> import minitensor as mt
    >>> @kernel
    ... def doubled(x, n):
    ...     i = cuda.grid(1)
    ...     if i < n:
    ...         x[i] = x[i] * 2
    >>> numbers = mt.arange(5.0)
    >>> launch = doubled[2, 4](numbers, 5)
    >>> numbers.tolist(), launch.counters.global_loads
    ([0.0, 2.0, 4.0, 6.0, 8.0], 5)
    """
    return partial(Kernel, device=device) if function is None else Kernel(function, device)


class Kernel:
    """A function that ``kernel[grid, block](*arguments)`` runs once for each thread of each block.

    grid, block : how many blocks, and how many threads in each: a number, or a tuple of up to three, x first
    arguments : Tensors of one backend or raw arrays, contiguous, and numbers. A Python float becomes float32, as in
        CuPy. Arrays are changed in place, on the simulator after the last thread has ended without an error.

    Tensors on CuPy go to the GPU by way of `cupyx.jit`, which translates the same function to CUDA C++; Tensors on
    NumPy to the simulator. Returns a `Launch`, which on the simulator has counters and a report.

    Raises LaunchError, DTypeError or DeviceError before anything runs, and from the simulator the KernelError that
    says what a thread did wrong. A real GPU does not: there the same mistake gives wrong numbers, or a crash.
    """

    def __init__(self, function: Callable[..., Any], device: bool = False):
        update_wrapper(self, function)
        self.function, self.device = function, device
        self.parameters = list(inspect.signature(function).parameters)
        self._jit: Any = None
        self._programs: dict[Any, Program] = {}
        self._types: list[Any] | None = None  # of the arguments of the last launch

    def __repr__(self) -> str:
        return f"<kernel {self.name}({', '.join(self.parameters)})>"

    @property
    def name(self) -> str:
        return self.function.__name__

    @property
    def text(self) -> str:
        """The kernel as it is written, in Python. Raises KernelError where its text was not kept."""
        return "\n".join(source_of(self.function).lines)

    def __call__(self, *arguments: Any) -> None:
        raise LaunchError(f"{self.name} is a kernel; launch it over a grid of blocks: {self.name}[grid, block](...)")

    def cuda_source(self, types: Sequence[Any] | None = None) -> str:
        """The CUDA C++ that CuPy's JIT makes of this kernel, on a machine with no GPU.

        types : for each parameter such as "float32[:, :]" or "int32", or a value that stands for its own type; without
            them those of the last launch
        Raises CompileError, DTypeError or MissingExtraError, see `compiler.cuda_source`; LaunchError without types and
        without a launch.
        """
        types = self._types if types is None else types
        if types is None:
            raise LaunchError(
                f"{self.name} has not been launched, so the types of {', '.join(self.parameters)} are not known; "
                'launch it, or give types such as ["float32[:, :]", "int32"]'
            )
        self._check_count(types)
        with warnings.catch_warnings(), on(CuPyNames()):
            warnings.simplefilter("ignore")  # that cupyx.jit is experimental
            return compiler.cuda_source(self.function, types)

    def compile(self, types: Sequence[Any] | None = None, arch: str = "sm_90") -> compiler.Cubin:
        """That CUDA C++ as the code of a GPU: its registers, shared memory and spills, on a machine with no GPU.

        types : as for `cuda_source`; arch : "sm_75" is Turing, "sm_80" Ampere (A100), "sm_90" Hopper (H100)
        Raises CompileError, DTypeError or MissingExtraError; see `compiler.compile_to_cubin`.
        """
        return compiler.compile_to_cubin(self.cuda_source(types), arch)

    def __getitem__(self, shape: Any) -> Callable[..., Launch]:
        if not isinstance(shape, tuple) or len(shape) != 2:
            raise LaunchError(
                f"{self.name}[{shape!r}]: write {self.name}[grid, block](...), blocks and threads in each"
            )
        grid = self._dim3("grid", shape[0], LARGEST_GRID)
        block = self._dim3("block", shape[1], LARGEST_BLOCK)
        if math.prod(block) > THREADS:
            raise LaunchError(
                f"{self.name}: a block of {tuple(block)} has {math.prod(block):,} threads; {THREADS:,} is the most, "
                "so take smaller blocks and more of them"
            )
        return partial(self._launch, grid, block)

    def _launch(self, grid: Dim3, block: Dim3, *arguments: Any) -> Launch:
        self._check_count(arguments)
        named = dict(zip(self.parameters, arguments, strict=True))
        values = {name: self._checked(name, value) for name, value in named.items()}
        self._types = [_type(value) for value in values.values()]
        if self._place(values) == "gpu":
            self._run_on_gpu(grid, block, tuple(values.values()))
            return Launch(self.name, grid, block, source_of(self.function))
        return self._simulate(grid, block, values)

    def _simulate(self, grid: Dim3, block: Dim3, values: dict[str, Any]) -> Launch:
        from minitensor.gpu.simulator import Simulator  # needs greenlet, which is optional

        kinds = {name: (np.result_type(value), getattr(value, "ndim", None)) for name, value in values.items()}
        kinds = {name: (dtype, axes or None) for name, (dtype, axes) in kinds.items()}
        key = tuple(kinds.items())
        if key not in self._programs:
            self._programs[key] = instrument(self.function, kinds)
        program = self._programs[key]
        written = {site.array for site in program.sites if site.kind != "load"}
        self._check_overlap(values, written)
        machine = Simulator(program, grid, block, {})
        memories: dict[Any, Memory] = {}  # by where they lie, since one array may be given twice
        for name, value in values.items():
            if isinstance(value, np.ndarray):
                if name in written and not value.flags.writeable:
                    raise LaunchError(f"{self.name} writes to {name}, which is read-only; hand it a copy")
                new = Memory(name, "global", elements(value), value.dtype, value.shape, machine)
                value = memories.setdefault((value.ctypes.data, value.shape, value.dtype), new)
            machine.arguments[name] = value
        machine.run()
        for name in written & values.keys():
            _write_back(machine.arguments[name].data, values[name])
        total = Counters()
        for line in machine.ledger.lines.values():
            total.add(line)
        samples = tuple(machine.ledger.samples.values())
        return Launch(self.name, grid, block, program.source, total, dict(machine.ledger.lines), samples)

    def _run_on_gpu(self, grid: Dim3, block: Dim3, arguments: tuple[Any, ...]) -> None:
        with warnings.catch_warnings(), on(CuPyNames()):
            warnings.simplefilter("ignore")  # that cupyx.jit is experimental, and that it does not know this decorator
            if self._jit is None:
                self._jit = compiler.on_gpu(self.function)
            self._jit(tuple(grid), tuple(block), arguments)

    # Checks, before anything runs.
    def _check_count(self, given: Sequence[Any]) -> None:
        if len(given) != len(self.parameters):
            raise LaunchError(
                f"{self.name} takes {len(self.parameters)} arguments ({', '.join(self.parameters)}), "
                f"{len(given)} were given"
            )

    def _dim3(self, what: str, size: Any, largest: Dim3) -> Dim3:
        sizes = size if isinstance(size, tuple) else (size,)
        if not 1 <= len(sizes) <= 3 or not all(isinstance(n, (int, np.integer)) for n in sizes):
            raise LaunchError(f"{self.name}: {what} is {size!r}; write a whole number or a tuple of up to three")
        out = Dim3(*map(int, sizes))
        for axis, n, most in zip("xyz", out, largest, strict=True):
            if not 1 <= n <= most:
                raise LaunchError(f"{self.name}: {what} has {n:,} along {axis}; it must be from 1 to {most:,}")
        return out

    def _checked(self, name: str, value: Any) -> Any:
        """A raw array, or a number as CuPy would pass it."""
        if isinstance(value, Tensor):
            value = value.array
        if isinstance(value, (bool, np.bool_)):
            return bool(value)
        if isinstance(value, (int, np.integer)):
            return int(value)
        if isinstance(value, (float, np.floating)):
            return np.float32(value) if type(value) is float else value
        try:
            lib = backend.of(value)
        except TypeError:
            raise LaunchError(
                f"{self.name}: {name} is a {type(value).__name__}; a kernel takes tensors, arrays and numbers"
            ) from None
        dtype = lib.numpy_dtype(value)
        if str(dtype) not in DTYPES:
            raise DTypeError(f"{self.name}: {name} is {dtype}; a kernel takes {', '.join(DTYPES)}")
        if not value.ndim:
            raise LaunchError(f"{self.name}: {name} has no axes; hand over its number with .item()")
        if not lib.is_contiguous(value):
            raise LaunchError(
                f"{self.name}: the elements of {name}, of shape {tuple(value.shape)}, are not in order in memory; "
                "hand it a copy: .copy() of a NumPy array, .reshape(-1).reshape(shape) of a Tensor"
            )
        return value

    def _place(self, values: dict[str, Any]) -> str:
        """Where it runs: on the "gpu" or the "simulator", by the one backend of all arrays."""
        found = {name: backend.of(value) for name, value in values.items() if getattr(value, "ndim", 0)}
        if len(set(found.values())) > 1:
            listed = ", ".join(f"{name} on {lib.name}" for name, lib in found.items())
            raise DeviceError(f"{self.name}: {listed}; bring them together, for example with .to('cupy')")
        for lib in found.values():
            if lib.runs_kernels_on is None:
                raise DeviceError(f"{self.name}: its arrays are on {lib.name}; kernels run on NumPy or CuPy tensors")
            return lib.runs_kernels_on
        return "simulator"

    def _check_overlap(self, values: dict[str, Any], written: set[str]) -> None:
        """Arrays that share memory without being the same are beyond the simulator, if they are written to."""
        arrays = {name: value for name, value in values.items() if isinstance(value, np.ndarray)}
        for one in written & arrays.keys():
            for other, array in arrays.items():
                mine = arrays[one]
                same = (mine.ctypes.data, mine.shape, mine.dtype) == (array.ctypes.data, array.shape, array.dtype)
                if other != one and not same and np.may_share_memory(mine, array):
                    raise LaunchError(f"{self.name} writes to {one}, which shares memory with {other}; hand it a copy")


def _type(value: Any) -> Any:
    """An argument's type in words, or a number, which stands for its own."""
    axes = getattr(value, "ndim", 0)
    return f"{value.dtype}[{', '.join(':' * axes)}]" if axes else value


def _write_back(data: list[Any], array: np.ndarray) -> None:
    flat = array.reshape(-1)
    if UNWRITTEN in data:
        for at, value in enumerate(data):
            if value is not UNWRITTEN:
                flat[at] = value
    else:
        flat[:] = data
