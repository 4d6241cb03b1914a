"""Kernels whose text is written by a program.

`cupyx.jit` has no arrays in registers: what CUDA C++ writes as ``float sum[8]`` and a loop that the compiler unrolls
needs eight variables and eight lines. So a function writes the lines, and they become a kernel like any other: they
are shown in reports, in errors and to CuPy.
"""

import linecache
from collections.abc import Sequence
from typing import Any

import numpy as np

from minitensor.gpu.cuda import cuda
from minitensor.gpu.kernel import Kernel, kernel


def written(name: str, parameters: str, body: Sequence[str], label: str) -> Kernel:
    """The kernel ``def name(parameters): body``, in which `cuda` and `np` have their usual meaning.

    body : its lines; label : what tells it apart from others of its name

    >>> twice = written("twice", "x", ["x[cuda.grid(1)] *= 2"], "an example")
    >>> numbers = np.ones(3)
    >>> print(twice[1, 3](numbers).source.at(2), numbers)
    <twice: an example>:2: x[cuda.grid(1)] *= 2 [2. 2. 2.]
    """
    return kernel(function(name, parameters, body, label, {"cuda": cuda, "np": np}))


def function(name: str, parameters: str, body: Sequence[str], label: str, names: dict[str, Any]) -> Any:
    """The function ``def name(parameters): body``, in which `names` have the meaning given; tracebacks show its lines.

    >>> function("twice", "x", ["return x * two"], "an example", {"two": 2})(21)
    42
    """
    text = f"def {name}({parameters}):\n" + "".join(f"    {line}\n" for line in body)
    file = f"<{name}: {label}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)  # where Python looks for sources
    names = names | {"__name__": __name__}
    exec(compile(text, file, "exec"), names)
    return names[name]


def indent(lines: Sequence[str], levels: int = 1) -> list[str]:
    """The lines, moved to the right by so many levels."""
    return ["    " * levels + line for line in lines]
