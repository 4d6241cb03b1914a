"""Kernels whose text is written by a program.

`cupyx.jit` has no arrays in registers: what CUDA C++ writes as ``float sum[8]`` and a loop that the compiler unrolls
needs eight variables and eight lines. So a function writes the lines, and they become a kernel like any other, shown in
reports, in errors and to CuPy.
"""

from collections.abc import Sequence

import numpy as np

from minitensor.gpu.device import cuda
from minitensor.gpu.launching import Kernel, kernel
from minitensor.text.code import function


def divided(what: str, by: int) -> str:
    """The text of a pair, what // by and what % by, for a number that is never negative.

    CuPy's compiler does not know that it is not, and rounding down takes it six instructions; a shift takes one.

    >>> divided("at", 8), divided("at", 3)
    ('at >> 3, at & 7', 'at // 3, at % 3')
    """
    return (
        f"{what} >> {by.bit_length() - 1}, {what} & {by - 1}"
        if by & (by - 1) == 0
        else f"{what} // {by}, {what} % {by}"
    )


def written(name: str, parameters: str, body: Sequence[str], label: str) -> Kernel:
    """The kernel ``def name(parameters): body``, in which `cuda` and `np` have their usual meaning.

    body : its lines; label : what tells it apart from others of its name

    >>> twice = written("twice", "x", ["x[cuda.grid(1)] *= 2"], "an example")
    >>> numbers = np.ones(3)
    >>> print(twice[1, 3](numbers).source.at(2), numbers)
    <twice: an example>:2: x[cuda.grid(1)] *= 2 [2. 2. 2.]
    """
    return kernel(function(name, parameters, body, label, {"cuda": cuda, "np": np}))
