"""The kernels in CUDA C++, `matmul.cu` and `mean_shift.cu`, and the functions that launch them on Tensors.

They are the last rungs of the two ladders. Each runs on float32 Tensors on CuPy and returns one. CuPy compiles a kernel
at its first launch, and keeps the result on disk and in this process.
"""

import math
from functools import cache
from importlib.resources import files
from typing import Any

import numpy

from minitensor import backend
from minitensor.core.tensor import Tensor, wrap
from minitensor.errors import DeviceError, DTypeError, InputError, ShapeError

DIMENSIONS = (*range(1, 9), 64)  # for which there is a `fast`
PACKAGES = {"matmul": "minitensor.matrix_product", "mean_shift": "minitensor.cluster.meanshift"}
# Every kernel of every file, as the compiler wants it named.
KERNELS = {
    "matmul": ("register_tiled", "vectorised<true>", "vectorised<false>"),
    "mean_shift": tuple(f"fast<{d}>" for d in DIMENSIONS),
}

TILE, SIDE = 128, 16  # as in matmul.cu
LIMIT = 2**31 - 2**10  # of a size and of the number of blocks: the kernels count in int32, and a tile beyond the end


def source(name: str) -> str:
    """The text of ``name.cu``.

    >>> "template <int D>" in source("mean_shift")
    True
    """
    return files(PACKAGES[name]).joinpath("kernels.cu").read_text(encoding="utf-8")


def register_tiled(a: Tensor, b: Tensor) -> Tensor:
    """``a @ b``, each thread making an 8 × 8 patch of the result in its registers.

    a : (m, k) float32 on CuPy; b : (k, n) likewise; returns (m, n).
    Memory: nothing beside the result, and a copy of an operand that is not contiguous.
    Raises DeviceError for Tensors elsewhere, DTypeError and ShapeError for others than these.
    """
    return _matmul("register_tiled", (SIDE, SIDE), a, b)


def vectorised(a: Tensor, b: Tensor) -> Tensor:
    """``a @ b`` by the same patches, with loads of four floats at a time and two sets of tiles that take turns.

    Where the rows do not start at multiples of 16 bytes (k or n is no multiple of 4) the loads from global memory are
    of one float; the rest is the same. Parameters, memory and errors as for `register_tiled`.
    """
    return _matmul("vectorised", (SIDE * SIDE,), a, b)


def fast(queries: Tensor, points: Tensor, bandwidth: float) -> Tensor:
    """One mean-shift update with the Gaussian kernel: the weighted mean of the points, for each query.

    queries : (q, d) float32 on CuPy, d being 1 to 8 or 64; points : (n, d) likewise; returns (q, d).
    bandwidth : standard deviation of the weights, in the units of the points
    Memory: nothing beside the result, whatever n is. `mean_shift.cu` bounds the error: of the order of rounding each
    coordinate once, where the ladder's other rungs round every sum. A query that is more than 13.2 bandwidths away from
    every point stays where it is. Points more than 1e18 bandwidths apart are beyond it.
    Raises DeviceError for Tensors that are not on CuPy, DTypeError, ShapeError, and InputError for a bandwidth that is
    not positive and finite.
    """
    (q, d), (n, columns) = (_checked("gpu_fast", name, x) for name, x in (("queries", queries), ("points", points)))
    if d != columns or d not in DIMENSIONS:
        raise ShapeError(
            f"gpu_fast: queries of shape {queries.shape} and points of shape {points.shape}; both need the same number "
            "of columns, 1 to 8 or 64, for which the kernel is compiled; use gpu_tiled for others"
        )
    if not 0 < bandwidth < math.inf:
        raise InputError(f"gpu_fast: bandwidth={bandwidth}; it is a distance and must be positive and finite")
    if not q or not n:
        return queries.copy()
    out = _empty(queries, (q, d))
    # The weight exp(-r²/2h²) is 2 to the power of -(scale·r)².
    scale = math.sqrt(0.5 * math.log2(math.e)) / bandwidth
    # As `Shape` in mean_shift.cu has it.
    queries_a_thread, threads = (4 if d <= 2 else 2, 256) if d <= 8 else (1, 128)
    _launch("mean_shift", f"fast<{d}>", -(-q // (32 * queries_a_thread)), (threads,),
            (_contiguous(queries), _contiguous(points), out, q, n, numpy.float32(scale)))  # fmt: skip
    return wrap(out)


def _matmul(name: str, block: tuple[int, ...], a: Tensor, b: Tensor) -> Tensor:
    (m, k), (rows, n) = (_checked(f"gpu_{name}", letter, x) for letter, x in (("a", a), ("b", b)))
    if k != rows:
        raise ShapeError(
            f"gpu_{name}: a of shape {a.shape} has {k} on axis 1, b of shape {b.shape} has {rows} on axis 0; they must "
            "be equal"
        )
    out = _empty(a, (m, n))
    if not m or not n:
        return wrap(out)
    left, right = _contiguous(a), _contiguous(b)
    if name == "vectorised":
        aligned = k % 4 == n % 4 == 0 and all(_address(array) % 16 == 0 for array in (left, right, out))
        name += "<true>" if aligned else "<false>"
    _launch("matmul", name, -(-m // TILE) * -(-n // TILE), block, (left, right, out, m, k, n))
    return wrap(out)


def _launch(file: str, kernel: str, blocks: int, block: tuple[int, ...], arguments: tuple[Any, ...]) -> None:
    """Run a kernel; whole numbers go to it as int32."""
    if blocks >= LIMIT:
        raise ShapeError(f"{kernel}: the result is too large, it takes {blocks:,} blocks and a grid has {LIMIT:,}")
    given = tuple(numpy.int32(each) if type(each) is int else each for each in arguments)
    _kernel(file, kernel)((blocks,), block, given)


@cache
def _kernel(file: str, kernel: str) -> Any:
    """The kernel, compiled when it is first launched; a template's name says its arguments."""
    templates = (kernel,) if "<" in kernel else None
    module = backend.load("cupy").xp.RawModule(code=source(file), name_expressions=templates)
    return module.get_function(kernel)


def _checked(function: str, name: str, x: Any) -> tuple[int, int]:
    """The two sizes of x, a matrix of float32 on a GPU."""
    if not isinstance(x, Tensor):
        raise DTypeError(f"{function}: {name} is a {type(x).__name__}; write minitensor.tensor({name}).to('cupy')")
    if backend.of(x.array).runs_kernels_on != "gpu":
        raise DeviceError(f"{function} runs on a GPU, and {name} is on {x.backend}; write {name}.to('cupy')")
    if x.dtype != "float32":
        raise DTypeError(f"{function}: {name} is {x.dtype}; the kernel computes in float32, use .astype('float32')")
    if x.ndim != 2 or max(x.shape) >= LIMIT:
        raise ShapeError(f"{function}: {name} has shape {x.shape}; it must be a matrix, each size below {LIMIT:,}")
    return x.shape[0], x.shape[1]


def _contiguous(x: Tensor) -> Any:
    return backend.of(x.array).contiguous(x.array)


def _empty(like: Tensor, shape: tuple[int, int]) -> Any:
    return backend.of(like.array).xp.empty(shape, dtype=numpy.float32)


def _address(array: Any) -> int:
    """Where an array starts in the GPU's memory."""
    return array.data.ptr
