"""Kernels in CUDA C++: a ``.cu`` file beside its algorithm, and how its kernels are launched on Tensors.

`cupyx.jit` knows neither an array that lives in a thread's registers nor a load of four floats at once. A rung that
needs these is CUDA C++. CuPy compiles a kernel at its first launch, and keeps the result on disk and in this process.
"""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import numpy

from minitensor import backend
from minitensor.core.tensor import Tensor
from minitensor.errors import DeviceError, ShapeError

LIMIT = 2**31 - 2**10  # of a size and of the number of blocks: the kernels count in int32, and a tile beyond the end


class CppKernels:
    """The kernels of ``kernels.cu`` in a package of this library.

    package : where the file is, such as "minitensor.matrix_product"
    names : every kernel as the compiler wants it named; of a template with its arguments, such as "fast<2>"

    >>> "matmul" in CppKernels("minitensor.matrix_product", ["register_tiled"]).text
    True
    """

    def __init__(self, package: str, names: Sequence[str]):
        self.package, self.names = package, tuple(names)

    @property
    def text(self) -> str:
        """The CUDA C++."""
        return files(self.package).joinpath("kernels.cu").read_text(encoding="utf-8")

    def launch(self, name: str, blocks: int, block: tuple[int, ...], *arguments: Any) -> None:
        """Run a kernel in this many blocks of this many threads; whole numbers go to it as int32.

        Raises ShapeError where a grid cannot have that many blocks.
        """
        if blocks >= LIMIT:
            raise ShapeError(f"{name}: the result is too large, it takes {blocks:,} blocks and a grid has {LIMIT:,}")
        given = tuple(numpy.int32(each) if type(each) is int else each for each in arguments)
        compiled(self, name)((blocks,), block, given)


@cache
def compiled(kernels: CppKernels, name: str) -> Any:
    """A kernel, compiled when it is first asked for."""
    templates = (name,) if "<" in name else None
    module = backend.load("cupy").xp.RawModule(code=kernels.text, name_expressions=templates)
    return module.get_function(name)


def on_gpu(x: Tensor) -> bool:
    """Whether kernels in CUDA C++ can take this Tensor."""
    return backend.of(x.array).runs_kernels_on == "gpu"


def check_on_gpu(function: str, **given: Tensor) -> None:
    """Raise DeviceError unless each Tensor is on CuPy, ShapeError unless a kernel can count its rows and columns.

    function : what messages call the caller; given : the operands by name
    """
    for name, x in given.items():
        if not on_gpu(x):
            raise DeviceError(f"{function} runs on a GPU, and {name} is on {x.backend}; write {name}.to('cupy')")
        if max(x.shape) >= LIMIT:
            raise ShapeError(f"{function}: {name} has shape {x.shape}; each size must be below {LIMIT:,}")


def empty(shape: tuple[int, ...], like: Tensor) -> Any:
    """A new float32 array on the device of a Tensor, with nothing written into it yet."""
    return backend.of(like.array).xp.empty(shape, dtype=numpy.float32)


def address(array: Any) -> int:
    """Where an array starts in the GPU's memory."""
    return array.data.ptr
