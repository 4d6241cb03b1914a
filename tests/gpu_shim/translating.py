"""From a kernel to C++ that a processor's compiler takes."""

import re
import shutil
import sys
from pathlib import Path

from minitensor.errors import CompileError, MissingExtraError
from minitensor.gpu import compiler

HERE = Path(__file__).parent
INTEGERS = (
    "bool", "char", "signed char", "unsigned char", "short", "unsigned short", "int", "unsigned int", "unsigned",
    "long", "unsigned long", "long long", "unsigned long long", "ptrdiff_t", "size_t",
)  # fmt: skip
CASTS = re.compile(rf"\(({'|'.join(sorted(INTEGERS, key=len, reverse=True))})\)\(")
FLOAT = re.compile(r"(?<![\w.])((?:\d+\.\d*|\.\d+|\d+)(?:e[+-]?\d+)?)f\b")
LANE = re.compile(r'asm \("mov\.u32 %0, %%laneid;" : "=r"\(ret\) \);')
DYNAMIC = re.compile(r"extern\s*(?:__align__\(\d+\))?\s*__shared__ ([\w ]+?) (\w+)\[\]")
INCLUDE = re.compile(r"^#include .*$", re.MULTILINE)


class Refused(Exception):
    """CuPy, or a compiler, does not take the kernel."""


def why_not() -> str:
    """Why kernels cannot be translated and run here, or nothing if they can."""
    try:
        compiler._jit()
    except MissingExtraError as error:
        return str(error)
    if not sys.platform.startswith("linux"):  # MinGW and macOS have no ucontext, and name sections in another way
        return "translated kernels run as C++ here, on threads and shared memory that are made of Linux's ucontext"
    return "" if shutil.which("g++") else "g++ is not installed, and translated kernels run as C++ here"


def include() -> Path:
    """Where the headers of CuPy are."""
    import cupy

    return Path(cupy.__file__).parent / "_core" / "include"


def translated(kernel, arguments) -> str:
    """The CUDA C++ that CuPy makes of a kernel for these arguments, or their types. Raises Refused."""
    try:
        return kernel.cuda_source(list(arguments))
    except CompileError as error:
        raise Refused(str(error)) from None


def prepared(source: str) -> str:
    """CuPy's text with what no header can change, all of it for g++:

    - no includes: `cuda.h` has read what they name
    - the lane of a thread is not asked of an assembler
    - a literal such as ``0.5f`` is made a float of ours
    - a cast to a whole number saturates, as PTX's does
    - dynamic shared memory is memory of ours
    """
    source = LANE.sub("ret = lane_now();", INCLUDE.sub("", source))
    source = FLOAT.sub(r"float(\1f)", source.replace('nanf("")', "NAN"))
    source = CASTS.sub(r"convert<\1>(", source)
    source = DYNAMIC.sub(r"\1* \2 = reinterpret_cast<\1*>(dynamic_shared)", source)
    return source.replace('extern "C" __global__', "static").replace("__global__", "static")


def program(sources) -> str:
    """One C++ program of many kernels: the n-th is `entries[n]`."""
    parts = ['#include "cuda.h"']
    for number, source in enumerate(sources):
        name = re.search(r"__global__\s+void\s+(\w+)\(", source)
        parts.append(f"namespace kernel_{number} {{\n{prepared(source)}\n}}")
        parts.append(
            f"static bool entry_{number}(const Launch& shape, void** given) {{ return launch(shape, "
            f"kernel_{number}::{name[1]}, given); }}"
        )
    listed = ", ".join(f"entry_{number}" for number in range(len(sources)))
    parts.append(f"static bool (*entries[])(const Launch&, void**) = {{{listed}}};")
    parts.append(
        'extern "C" bool run(int entry, const Launch* shape, void** given) { return entries[entry](*shape, given); }'
    )
    parts.append('#ifdef SHIM_MAIN\n#include "main.h"\n#endif\n')
    return "\n".join(parts)


def cubin(sources, arch):
    """All kernels compiled by NVRTC in one program, which reads CUDA's headers once. Raises CompileError."""
    headers = dict.fromkeys(line for source in sources for line in INCLUDE.findall(source))
    parts = [
        f"namespace kernel_{number}_ {{\n{INCLUDE.sub('', source)}\n}}".replace('extern "C" __global__', "__global__")
        for number, source in enumerate(sources)
    ]
    return compiler.compile_to_cubin("\n".join([*headers, *parts]), arch)
