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
    text = f"def {name}({parameters}):\n" + "".join(f"    {line}\n" for line in body)
    file = f"<{name}: {label}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)  # where Python looks for sources
    names: dict[str, Any] = {"cuda": cuda, "np": np, "__name__": __name__}
    exec(compile(text, file, "exec"), names)
    return kernel(names[name])


def indent(lines: Sequence[str], levels: int = 1) -> list[str]:
    """The lines, moved to the right by so many levels."""
    return ["    " * levels + line for line in lines]
