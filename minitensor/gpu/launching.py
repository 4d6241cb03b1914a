"""``@kernel``: a Python function that runs on a GPU, or on the simulator where the tensors live on NumPy."""

import inspect
import math
import warnings
from collections.abc import Callable, Sequence
from functools import partial, update_wrapper
from typing import Any, overload

import numpy as np

from minitensor.errors import LaunchError
from minitensor.gpu import compiler, diagnoses
from minitensor.gpu.arguments import check_written, checked, dim3, dtype_of, key_of, place, type_of
from minitensor.gpu.counters import Counters
from minitensor.gpu.device import CuPyNames, Dim3, on
from minitensor.gpu.machine import Machine, sampled
from minitensor.gpu.memory import Memory, poisoned
from minitensor.gpu.report import Launch
from minitensor.gpu.source import source_of
from minitensor.gpu.translate import translate
from minitensor.gpu.tree import Array, Function
from minitensor.gpu.where import Element

THREADS = 1024  # that a block may have
LARGEST_BLOCK, LARGEST_GRID = Dim3(1024, 1024, 64), Dim3(2**31 - 1, 65535, 65535)
ORDERS = 4  # orders of blocks and atomics that ``order="check"`` compares


@overload
def kernel(function: Callable[..., Any]) -> "Kernel": ...
@overload
def kernel(*, device: bool = False) -> Callable[[Callable[..., Any]], "Kernel"]: ...
def kernel(function: Callable[..., Any] | None = None, *, device: bool = False) -> Any:
    """Make a function a kernel: what one of many threads does.

    device : make it a device function instead, which kernels call and nobody launches; it may return a number

    >>> from minitensor.gpu import cuda, kernel
    >>> import minitensor as mt
    >>> @kernel(device=True)
    ... def doubled(x):
    ...     return x * 2
    >>> @kernel
    ... def double_all(x, n):
    ...     i = cuda.grid(1)
    ...     if i < n:
    ...         x[i] = doubled(x[i])
    >>> numbers = mt.arange(5.0)
    >>> launch = double_all[2, 4](numbers, 5)
    >>> numbers.tolist(), launch.counters.global_loads
    ([0.0, 2.0, 4.0, 6.0, 8.0], 5)
    """
    return partial(Kernel, device=device) if function is None else Kernel(function, device)


class Kernel:
    """A function that ``kernel[grid, block](*arguments)`` runs once for each thread of each block.

    grid, block : how many blocks, and how many threads in each: a number, or a tuple of up to three, x first. A third
        part, ``kernel[grid, block, shared_bytes]``, is the size of ``cuda.shared_memory(dtype, None)``, in bytes
    arguments : Tensors of one backend or raw arrays, contiguous, and numbers. A Python float becomes float32, as in
        CuPy. Arrays are changed in place, on the simulator after the last thread has ended without an error.

    Two options are for the simulator. ``order=3`` runs blocks, and threads that meet in an atomic, in another order, a
    random one of that seed; ``order="check"`` compares the results of several orders and raises DataRaceError where
    they differ. ``fma=True`` rounds a product of float32 and the sum it goes into once, as a GPU's compiler may.

    Tensors on CuPy go to the GPU by way of `cupyx.jit`, which translates the same function to CUDA C++; Tensors on
    NumPy to the simulator. Returns a `Launch`, which on the simulator has counters and a report.

    Raises LaunchError, DTypeError, DeviceError or TranslationError before anything runs, and from the simulator the
    KernelError that says what a thread did wrong. A real GPU does not: there the same mistake gives wrong numbers, or a
    crash.
    """

    def __init__(self, function: Callable[..., Any], device: bool = False):
        update_wrapper(self, function)
        self.function, self.device = function, device
        self.parameters = list(inspect.signature(function).parameters)
        self._jit: Any = None
        self._trees: dict[Any, Function] = {}
        self._types: list[Any] | None = None  # of the arguments of the last launch

    def __repr__(self) -> str:
        return f"<kernel {self.name}({', '.join(self.parameters)})>"

    @property
    def name(self) -> str:
        """That of the function."""
        return self.function.__name__

    @property
    def text(self) -> str:
        """The kernel as it is written, in Python. Raises KernelError where its text was not kept."""
        return "\n".join(source_of(self.function).lines)

    def __call__(self, *arguments: Any) -> None:
        if self.device:
            raise LaunchError(f"{self.name} is a device function; a kernel calls it, and is launched")
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

    def sample(self, blocks: int) -> "Sampled":
        """``kernel.sample(4)[grid, block](...)`` runs 4 blocks of the grid, spread over it, and counts for all of them.

        The last blocks along each axis are sampled by themselves, for there may be less to do at an edge: 2 blocks will
        do for a grid of one axis, 4 for one of two. Only what these blocks write is written. So a large launch can be
        counted, and its time predicted, where running all of it would take too long.

        >>> import numpy as np
        >>> from minitensor.gpu import cuda, kernel
        >>> @kernel
        ... def negated(x):
        ...     x[cuda.grid(1)] = -x[cuda.grid(1)]
        >>> x = np.ones(2**20, "float32")
        >>> launch = negated.sample(3)[2**12, 256](x)
        >>> launch.counters.global_loads == 2**20, int((x == -1).sum()), launch.blocks_counted
        (True, 768, 3)
        """
        if isinstance(blocks, bool) or not isinstance(blocks, (int, np.integer)) or blocks < 1:
            raise LaunchError(f"{self.name}.sample({blocks!r}): write how many blocks are to run, at least 1")
        return Sampled(self, int(blocks))

    def __getitem__(self, shape: Any) -> Callable[..., Launch]:
        return partial(self._launch, *self._shape(shape), None)

    def _shape(self, shape: Any) -> tuple[Dim3, Dim3, int]:
        if self.device:
            raise LaunchError(f"{self.name} is a device function; a kernel calls it, and is launched")
        if not isinstance(shape, tuple) or len(shape) not in (2, 3):
            raise LaunchError(
                f"{self.name}[{shape!r}]: write {self.name}[grid, block](...), blocks and threads in each"
            )
        grid = dim3(self.name, "grid", shape[0], LARGEST_GRID)
        block = dim3(self.name, "block", shape[1], LARGEST_BLOCK)
        if math.prod(block) > THREADS:
            raise LaunchError(
                f"{self.name}: a block of {tuple(block)} has {math.prod(block):,} threads; {THREADS:,} is the most, "
                "so take smaller blocks and more of them"
            )
        shared = shape[2] if len(shape) == 3 else 0
        if not isinstance(shared, (int, np.integer)) or isinstance(shared, bool) or shared < 0:
            raise LaunchError(f"{self.name}: {shared!r} bytes of shared memory; write a whole number, 0 or more")
        return grid, block, int(shared)

    def _launch(
        self, grid: Dim3, block: Dim3, shared_bytes: int, sample: int | None, *arguments: Any,
        order: int | str | None = None, fma: bool = False,
    ) -> Launch:  # fmt: skip
        if not (order is None or (isinstance(order, str) and order == "check") or _is_seed(order)):
            raise LaunchError(f'{self.name}: order={order!r}; write a seed, or "check" to compare several orders')
        if not isinstance(fma, (bool, np.bool_)):
            raise LaunchError(f"{self.name}: fma={fma!r}; write True or False")
        self._check_count(arguments)
        named = dict(zip(self.parameters, arguments, strict=True))
        values = {name: checked(self.name, name, value) for name, value in named.items()}
        self._types = [type_of(value) for value in values.values()]
        where, tree = place(self.name, values), self._tree(values)
        if where == "gpu":
            if order is not None or fma or sample:
                raise LaunchError(f"{self.name}: order=, fma= and sample are for the simulator, not for a GPU")
            self._run_on_gpu(grid, block, shared_bytes, tuple(values.values()))
            return Launch(self.name, grid, block, tree.source)
        check_written(self.name, values, tree.written)
        options: dict[str, Any] = {"shared_bytes": shared_bytes, "fma": fma}
        if sample and sample < math.prod(grid):
            options["sample"] = sampled(grid, sample)
        seeds = [None, *range(1, ORDERS)] if order == "check" else [order]
        machines = [self._simulated(tree, grid, block, values, order=seed, **options) for seed in seeds]
        self._compare_orders(machines)
        for name in tree.written & values.keys():
            values[name].reshape(-1)[...] = machines[0].arguments[name].data
        return self._counted(machines[0], grid, block, tree)

    def _tree(self, values: dict[str, Any]) -> Function:
        kinds = {}
        for name, value in values.items():
            axes = getattr(value, "ndim", 0)
            dtype = dtype_of(value)
            kinds[name] = Array(dtype, axes) if axes else dtype
        key = tuple(kinds.values())
        if key not in self._trees:
            self._trees[key] = translate(self.function, list(key))
        return self._trees[key]

    def _simulated(
        self, tree: Function, grid: Dim3, block: Dim3, values: dict[str, Any], machine: type[Machine] = Machine,
        **options: Any,
    ) -> Machine:  # fmt: skip
        """Run it on copies of what it writes, which are the data of its arguments then."""
        given: dict[str, Any] = {}
        memories: dict[Any, Memory] = {}  # by where they lie, since one array may be given twice
        for name, value in values.items():
            given[name] = value
            if isinstance(value, np.ndarray):
                key = key_of(value)
                if key not in memories:
                    same = {
                        other for other, each in values.items() if isinstance(each, np.ndarray) and key_of(each) == key
                    }
                    stored = bool(same & tree.written)
                    data = value.reshape(-1).copy() if stored else value.reshape(-1)
                    memories[key] = Memory(name, "global", data, value.shape, watched=stored)
                    holes = poisoned(value)
                    memories[key].written = None if holes is None else ~holes
                given[name] = memories[key]
        ran = machine(tree, grid, block, given, **options)
        ran.run()
        return ran

    def _counted(self, machine: Machine, grid: Dim3, block: Dim3, tree: Function) -> Launch:
        blocks, total = math.prod(grid), Counters()
        for each in machine.lines.values():
            total.add(each)
        return Launch(
            self.name, grid, block, tree.source, total, dict(machine.lines), tuple(machine.samples.values()),
            len(machine.blocks), machine.distinct / blocks, machine.footprint, machine.waits / blocks,
            machine.shared_total,
            self, self._types or [], machine.array_bytes,
        )  # fmt: skip

    def _compare_orders(self, machines: list[Machine]) -> None:
        for name, memory in machines[0].arguments.items():
            one = memory.data if isinstance(memory, Memory) else np.empty(0)
            for other in (each.arguments[name].data for each in machines[1:] if one.size):
                apart = np.flatnonzero((one != other) & ~((one != one) & (other != other)))
                if apart.size:
                    at = int(apart[0])
                    element = Element(name, (at,), "global", (one.size,))
                    raise diagnoses.depends_on_order(self.name, element, one[at], other[at], one.dtype.kind == "f")

    def _run_on_gpu(self, grid: Dim3, block: Dim3, shared_bytes: int, arguments: tuple[Any, ...]) -> None:
        with warnings.catch_warnings(), on(CuPyNames()):
            warnings.simplefilter("ignore")  # that cupyx.jit is experimental, and that it does not know this decorator
            if self._jit is None:
                self._jit = compiler.on_gpu(self.function)
            self._jit(tuple(grid), tuple(block), arguments, shared_bytes)

    # Checks, before anything runs.
    def _check_count(self, given: Sequence[Any]) -> None:
        if len(given) != len(self.parameters):
            raise LaunchError(
                f"{self.name} takes {len(self.parameters)} arguments ({', '.join(self.parameters)}), "
                f"{len(given)} were given"
            )


def _is_seed(order: Any) -> bool:
    return isinstance(order, (int, np.integer)) and not isinstance(order, bool) and bool(order >= 0)


class Sampled:
    """``kernel.sample(blocks)``, to be launched as the kernel is."""

    def __init__(self, which: Kernel, blocks: int):
        self.kernel, self.blocks = which, blocks

    def __getitem__(self, shape: Any) -> Callable[..., Launch]:
        return partial(self.kernel._launch, *self.kernel._shape(shape), self.blocks)
