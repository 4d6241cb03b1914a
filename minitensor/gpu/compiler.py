"""From a Python function to CUDA C++, and from CUDA C++ to the code of a GPU: both without a GPU.

CuPy's JIT turns a function into CUDA C++; NVRTC, NVIDIA's compiler as a library, turns that into a cubin, which holds
the instructions of one kind of GPU. Neither needs a driver. NVRTC also says what a kernel takes of the GPU, which
decides how many threads can run at once: registers, shared memory, and what did not fit into registers.
"""

import re
from collections.abc import Callable, Sequence
from types import CellType, FunctionType
from typing import Any, NamedTuple

from minitensor.backend.dtypes import checked_dtype
from minitensor.backend.probe import install_line, installed_cupy
from minitensor.errors import CompileError, DTypeError, MissingExtraError
from minitensor.text.hints import install

# What CuPy itself passes: results and operands below 2^-126 count as 0.
OPTIONS = ("-ftz=true",)


class Resources(NamedTuple):
    """What one kernel takes up of the GPU.

    name : of the kernel; of a template with its arguments
    registers : of 32 bits, for each thread; a thread has at most 255
    shared : bytes of shared memory that a block declares
    spills : bytes that a thread keeps in memory for want of registers
    local : bytes of a thread's own memory in all: the spills, and arrays whose indices are only known when it runs
    """

    name: str
    registers: int
    shared: int
    spills: int
    local: int

    def __str__(self) -> str:
        spilled = f"{self.spills:,} bytes spilled" if self.spills else "no spills"
        return (
            f"{self.name}: {self.registers} registers, {self.shared:,} bytes of shared memory, "
            f"{self.local:,} bytes of local memory, {spilled}"
        )


class Cubin(NamedTuple):
    """Kernels compiled for one architecture.

    arch : such as "sm_90"
    kernels : what each kernel takes, in the order of the compiler
    code : the cubin, an ELF file; ``nvdisasm`` shows its instructions
    log : all that the compiler said
    """

    arch: str
    kernels: tuple[Resources, ...]
    code: bytes
    log: str

    @property
    def registers(self) -> int:
        """Registers of a thread, of the kernel that takes most."""
        return max(kernel.registers for kernel in self.kernels)

    @property
    def shared(self) -> int:
        """Bytes of shared memory of the kernel that takes most."""
        return max(kernel.shared for kernel in self.kernels)

    @property
    def spills(self) -> int:
        """Bytes that a thread keeps in memory for want of registers, in the kernel that spills most."""
        return max(kernel.spills for kernel in self.kernels)

    def __str__(self) -> str:
        return "\n".join([f"{self.arch}, a cubin of {len(self.code):,} bytes", *map(str, self.kernels)])


def cuda_source(function: Callable[..., None], types: Sequence[Any]) -> str:
    """The CUDA C++ that CuPy's JIT makes of a kernel.

    function : a Python function that returns nothing and uses ``cupyx.jit.threadIdx`` and the like; its source must be
        in a file, where the JIT reads it. Kernels that it calls, made with ``@kernel(device=True)``, come along
    types : what each parameter is: "float32[:, :]" for a contiguous array with two axes, "int32" for a number; or an
        array, a Tensor or a number, which stands for its own type

    Arrays are taken to have fewer than 2^31 elements, so that indices have 32 bits.
    Raises CompileError where the JIT does not understand the function, DTypeError for a type that means nothing,
    MissingExtraError without CuPy.
    """
    jit, cuda_types = _jit()
    parameters = tuple(_ctype(each, cuda_types) for each in types)
    try:
        # `transpile` is what cupyx.jit.rawkernel calls at the first launch, which would need a GPU.
        result = _transpiled(jit, function, parameters, cuda_types.void)
    except Exception as error:  # of many kinds; its message holds the source, with the line marked by >
        raise CompileError(
            f"CuPy's JIT cannot turn {function.__name__} into CUDA C++: {type(error).__name__}: {error}"
        ) from error
    return result.code


def on_gpu(function: Callable[..., None]) -> Callable[..., None]:
    """The kernel as CuPy launches it, ``launch(grid, block, arguments, shared_bytes)``: what `cuda_source` gives, run.

    It is translated and compiled once for each kind of arguments, at the launch.
    """
    jit, cuda_types = _jit()
    from cupyx.jit import _cuda_typerules, _interface

    class Launched(_interface._JitRawKernel):  # type: ignore[misc]
        def __call__(self, grid: Any, block: Any, arguments: Any, shared_bytes: int = 0) -> None:
            types = tuple(
                cuda_types.CArray.from_ndarray(each)
                if hasattr(each, "shape") and each.shape
                else _cuda_typerules.get_ctype_from_scalar("cuda", each)
                for each in arguments
            )
            if types not in self._cached_codes:
                self._cached_codes[types] = _transpiled(jit, self._func, types, cuda_types.void)
            super().__call__(grid, block, arguments, shared_bytes)

    return Launched(function, "cuda", False)


def _transpiled(jit: Any, function: Callable[..., None], types: Any, nothing: Any) -> Any:
    """What `cupyx.jit.rawkernel` makes of a function at the first launch, which would need a GPU."""
    result = jit.transpile(for_cupy(function), ['extern "C"', "__global__"], "cuda", types, nothing)
    # CuPy writes CUDART_INF_F for infinity, and leaves out the header that knows it.
    return (
        result._replace(code=f'#include "cupy/math_constants.h"\n{result.code}') if "CUDART_" in result.code else result
    )


def for_cupy(function: Callable[..., Any], known: dict[Any, Any] | None = None) -> Callable[..., Any]:
    """A copy of a function in whose names our device functions are CuPy's.

    known : what device functions have become
    """
    from cupyx.jit import _interface

    known = {} if known is None else known

    def become(value: Any) -> Any:
        if getattr(value, "device", None) is not True or not hasattr(value, "function"):
            return value
        if value not in known:
            known[value] = _interface._JitRawKernel(None, "cuda", True)  # before it is filled: it may call itself
            known[value]._func = for_cupy(value.function, known)
        return known[value]

    names = {name: become(value) for name, value in function.__globals__.items()}
    cells = tuple(CellType(become(cell.cell_contents)) for cell in function.__closure__ or ())
    if all(value is function.__globals__[name] for name, value in names.items()) and not cells:
        return function
    return FunctionType(function.__code__, names, function.__name__, function.__defaults__, cells)


def compile_to_cubin(
    source: str, arch: str = "sm_90", options: Sequence[str] = (), name_expressions: Sequence[str] = ()
) -> Cubin:
    """Compile CUDA C++ for one architecture, with no GPU.

    source : the text; of `cuda_source`, or of a .cu file
    arch : "sm_75" is Turing, "sm_80" Ampere (A100), "sm_90" Hopper (H100)
    options : more options of NVRTC, such as "-DTILE=16"
    name_expressions : the templates to compile, with their arguments, such as "fast<2>"

    Raises CompileError where the compiler refuses the source, MissingExtraError where CuPy, NVRTC or CUDA's headers are
    missing.
    """
    nvrtc, include = _nvrtc()
    program = nvrtc.createProgram(source, "kernel.cu", (), ())
    try:
        for each in name_expressions:
            nvrtc.addNameExpression(program, each)
        flags = (*include, *OPTIONS, *options, f"--gpu-architecture={arch}", "--ptxas-options=-v")
        # CuPy's JIT writes its sources for this mode.
        flags += ("-DCUPY_JIT_MODE", "--device-as-default-execution-space")
        try:
            nvrtc.compileProgram(program, flags)
        except nvrtc.NVRTCError as error:
            raise _refused(nvrtc.getProgramLog(program), arch, error) from None
        log = nvrtc.getProgramLog(program).rstrip("\0\n ")
        names = {nvrtc.getLoweredName(program, each): each for each in name_expressions}
        # CuPy cuts the last byte, always 0, as if it were the end of a text; the ELF file wants it back.
        code = nvrtc.getCUBIN(program) + b"\0"
    finally:
        nvrtc.destroyProgram(program)
    return Cubin(arch, resources(log, names), code, log)


def resources(log: str, names: dict[str, str] | None = None) -> tuple[Resources, ...]:
    """What each kernel takes, read from what ``--ptxas-options=-v`` adds to the log.

    names : what to call a kernel instead of its name in the log

    >>> print(*resources(
    ...     "ptxas info    : Compiling entry function 'add' for 'sm_90'\\n"
    ...     "ptxas         .     8 bytes stack frame, 4 bytes spill stores, 4 bytes spill loads\\n"
    ...     "ptxas info    : Used 32 registers, used 1 barriers, 1024 bytes smem"
    ... ))
    add: 32 registers, 1,024 bytes of shared memory, 8 bytes of local memory, 4 bytes spilled
    """
    found = []
    for part in log.split("Compiling entry function '")[1:]:
        name = part.partition("'")[0]
        counts = (r"Used (\d+) registers", r"(\d+) bytes smem", r"(\d+) bytes spill stores", r"(\d+) bytes stack frame")
        matches = [re.search(count, part) for count in counts]
        numbers = [int(match[1]) if match else 0 for match in matches]
        found.append(Resources((names or {}).get(name, name), *numbers))
    return tuple(found)


def _ctype(given: Any, cuda_types: Any) -> Any:
    """CuPy's description of a parameter's type."""
    array = getattr(given, "array", given)  # a Tensor's own
    if isinstance(given, str) and (match := re.fullmatch(r"(\w+)(?:\[(:(?:, ?:)*)\])?", given)):
        dtype, ndim = match[1], (match[2] or "").count(":")
    elif hasattr(array, "dtype"):
        dtype, ndim = str(array.dtype), array.ndim
    elif type(given) in (bool, int, float):  # as CuPy takes them at a launch
        wide = type(given) is int and not -(2**31) <= given < 2**31
        dtype, ndim = {bool: "bool", int: "int64" if wide else "int32", float: "float32"}[type(given)], 0
    else:
        raise DTypeError(f"{given!r} is not a type of a kernel's parameter; write 'float32[:, :]', 'int32' or the like")
    known = checked_dtype(dtype)
    return cuda_types.CArray(known, ndim, True, True) if ndim else cuda_types.Scalar(known)


def _refused(log: str, arch: str, error: Exception) -> Exception:
    """The error to raise for what the compiler said."""
    log = log.rstrip("\0\n ")
    if missing := re.search(r"cannot open source file \"(.*?)\"", log):
        return MissingExtraError(
            f"the kernel includes {missing[1]}, which is not here; CUDA's headers come with "
            + install(f"{installed_cupy()}[ctk]")
        )
    message = f"NVRTC refuses this kernel for {arch}: {log or error}"
    return CompileError(message)


def _jit() -> tuple[Any, Any]:
    try:
        from cupyx.jit import _compile, _cuda_types
    except ImportError as error:
        raise _no_cupy(error) from None
    return _compile, _cuda_types


def _nvrtc() -> tuple[Any, tuple[str, ...]]:
    """NVRTC, and the options that tell it where CuPy's and CUDA's headers are."""
    try:
        from cupy._core.core import assemble_cupy_compiler_options
        from cupy_backends.cuda.libs import nvrtc
    except ImportError as error:
        raise _no_cupy(error) from None
    try:
        nvrtc.getVersion()  # the library is loaded now, not at import
    except RuntimeError as error:
        fix = install(f"{installed_cupy()}[ctk]")
        raise MissingExtraError(f"NVRTC, CUDA's compiler, is not here: {fix}") from error
    return nvrtc, assemble_cupy_compiler_options(())


def _no_cupy(error: ImportError) -> MissingExtraError:
    return MissingExtraError(f"compiling a kernel needs CuPy, though no GPU ({error}): {install_line()}")
