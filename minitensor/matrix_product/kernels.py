"""The rungs of the matmul ladder that are kernels: c = a @ b in float32, a of shape (m, k), b of shape (k, n).

Each idea is a ``@kernel``, a Python function of three matrices and their sizes, and below it the rung that launches it.
All do 2·m·n·k floating-point operations. What changes is how often a number is fetched from global memory.
The last two ideas are CUDA C++ on a GPU, in `kernels.cu`, where a patch is an array; on the simulator they are Python.
Each rung says how long it would take on a GPU that is not here, by `gpu/predict.py`.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from minitensor.core import checks
from minitensor.core.tensor import Tensor, wrap
from minitensor.gpu import cpp
from minitensor.gpu.device import cuda
from minitensor.gpu.launching import Kernel, kernel
from minitensor.gpu.memory import uninitialised
from minitensor.gpu.predict import Prediction
from minitensor.gpu.report import Launch
from minitensor.gpu.written import divided, written
from minitensor.ladder import rung
from minitensor.matrix_product import tiling
from minitensor.matrix_product.tiling import Design
from minitensor.random import generator, normal

TILE = 16  # rows and columns of a block, and of the tiles it keeps in shared memory
AREA = TILE * TILE
PATCH = 8  # rows and columns that each thread of gpu_register_tiled computes
STRIP = 8  # how far its tiles reach along k

CPP = cpp.CppKernels(__package__, ("register_tiled", "vectorised<true>", "vectorised<false>"))
CPP_TILE, CPP_SIDE = 128, 16  # TILE and SIDE of kernels.cu


def nothing(a: Tensor, b: Tensor) -> float:
    """The memory of every rung here: none besides the output."""
    return 0.0


def predicted(design: Design) -> Callable[..., Prediction]:
    """A function of a, b, gpu="RTX 3090" and ghz=None: what a rung is PREDICTED to take, by a block that is counted.

    Where the sizes are no multiples of a tile, four blocks are, those at the corners among them.
    """

    def of(a: Tensor, b: Tensor, gpu: Any = "RTX 3090", ghz: float | None = None) -> Prediction:
        whole = a.shape[0] % design.tile == b.shape[1] % design.tile == 0
        return product(design, a, b, sample=1 if whole else 4)[1].predict(gpu, ghz)

    return of


# --- one thread an element -------------------------------------------------------------------------------------------


@kernel
def matmul_naive(a, b, c, m, k, n):
    """One thread an element, row from x: neighbouring threads are in neighbouring rows, k numbers apart in memory."""
    row, col = cuda.grid(2)
    if row < m and col < n:
        total = np.float32(0)
        for inner in range(k):
            total += a[row, inner] * b[inner, col]
        c[row, col] = total


NAIVE = Design(matmul_naive, TILE, (TILE, TILE), across_rows=True)


@rung("GPU: a thread an element, neighbours in different rows", memory=nothing, predicted=predicted(NAIVE))
def gpu_naive(a: Tensor, b: Tensor) -> Tensor:
    """One thread for each element of c, its row from threadIdx.x: the first kernel that everyone writes.

    a : (m, k), b : (k, n), float32, both on CuPy or both on NumPy, where a simulator runs it; returns (m, n), float32.
    The threads of a warp differ in their row, so together they read a column of a, and each number of it lies in a
    32-byte sector of its own: an eighth of what memory moves is used. Global loads: 2·m·n·k.
    Memory: nothing besides the output. Raises ShapeError, DTypeError or DeviceError where a and b do not fit.

    >>> import minitensor as mt
    >>> gpu_naive(mt.ones((2, 3), "float32"), mt.ones((3, 4), "float32")).tolist()
    [[3.0, 3.0, 3.0, 3.0], [3.0, 3.0, 3.0, 3.0]]
    """
    return product(NAIVE, a, b)[0]


@kernel
def matmul_coalesced(a, b, c, m, k, n):
    """The same with col from x: neighbouring threads read neighbours in b and write neighbours in c."""
    col, row = cuda.grid(2)
    if row < m and col < n:
        total = np.float32(0)
        for inner in range(k):
            total += a[row, inner] * b[inner, col]
        c[row, col] = total


COALESCED = Design(matmul_coalesced, TILE, (TILE, TILE))


@rung("GPU: neighbours in one row, who share what memory gives", memory=nothing, predicted=predicted(COALESCED))
def gpu_coalesced(a: Tensor, b: Tensor) -> Tensor:
    """`gpu_naive` with one line changed: the column comes from threadIdx.x.

    The threads of a warp now read neighbours in b, of which one sector holds eight, and all the same number of a.
    As many loads as before, 2·m·n·k, in an eighth of the sectors or less. Memory: nothing besides the output.
    """
    return product(COALESCED, a, b)[0]


# --- tiles in shared memory ------------------------------------------------------------------------------------------


@kernel
def matmul_tiled(a, b, c, m, k, n):
    """The threads of a block fetch a tile of a and one of b together, then each reads TILE numbers of both there.

    A thread outside of c fetches and waits like the others. What lies outside of a and b counts as 0.
    """
    tile_a = cuda.shared_memory(np.float32, AREA)
    tile_b = cuda.shared_memory(np.float32, AREA)
    x, y = cuda.threadIdx.x, cuda.threadIdx.y
    col, row = cuda.grid(2)
    total = np.float32(0)
    for start in range(0, k, TILE):
        tile_a[y * TILE + x] = a[row, start + x] if row < m and start + x < k else np.float32(0)
        tile_b[y * TILE + x] = b[start + y, col] if start + y < k and col < n else np.float32(0)
        cuda.syncthreads()  # until both tiles are full
        for inner in range(TILE):
            total += tile_a[y * TILE + inner] * tile_b[inner * TILE + x]
        cuda.syncthreads()  # until nobody reads them any more
    if row < m and col < n:
        c[row, col] = total


TILED = Design(matmul_tiled, TILE, (TILE, TILE))


@rung("GPU: blocks fetch tiles into shared memory", memory=nothing, predicted=predicted(TILED))
def gpu_tiled(a: Tensor, b: Tensor) -> Tensor:
    """A block of TILE × TILE threads fetches each number once for all of them, by way of shared memory.

    Global loads fall from 2·m·n·k to 2·m·n·k/TILE. The sums still take two loads from shared memory for each
    multiplication, and that is what bounds it now. Memory: 2·TILE² numbers of shared memory a block.
    """
    return product(TILED, a, b)[0]


# --- patches in registers --------------------------------------------------------------------------------------------


def register_tiled(patch: int, tile: int = TILE, strip: int = STRIP) -> Kernel:
    """The kernel `matmul_register_tiled` for threads that each compute patch × patch elements of c.

    A block of tile × tile threads computes a square of c of side tile·patch. `cupyx.jit` has no arrays in registers,
    so each element needs a variable of its own: 64 sums for a patch of 8. This function writes the text of the kernel.

    The elements of a thread lie tile apart, not side by side, so that neighbouring threads read neighbouring numbers.
    Beside each multiply-add NVRTC makes 0.5 other instructions for an RTX 3090, so that issue and arithmetic bound the
    kernel alike; with // and % in place of shifts it makes 0.7, and issue bounds it. Laid out, the inner loop would
    have fewer still, but take more than 128 registers, and then one block fits an SM instead of two.
    strip : how far the tiles in shared memory reach along k, at most tile

    >>> print(register_tiled(2, tile=4, strip=3).text)
    def matmul_register_tiled(a, b, c, m, k, n):
        tile_a = cuda.shared_memory(np.float32, 24)
        tile_b = cuda.shared_memory(np.float32, 24)
        x, y = cuda.threadIdx.x, cuda.threadIdx.y
        row, col = cuda.blockIdx.y * 8, cuda.blockIdx.x * 8  # of the block's first element
        sum_0_0 = np.float32(0)
        sum_0_1 = np.float32(0)
        sum_1_0 = np.float32(0)
        sum_1_1 = np.float32(0)
        for start in range(0, k, 3):
            for at in range(y * 4 + x, 24, 16):
                i, j = at // 3, at % 3
                tile_a[at] = a[row + i, start + j] if row + i < m and start + j < k else np.float32(0)
                p, q = at >> 3, at & 7
                tile_b[at] = b[start + p, col + q] if start + p < k and col + q < n else np.float32(0)
            cuda.syncthreads()  # until both tiles are full
            for inner in cuda.range(3, unroll=1):
                a_0 = tile_a[(y + 0) * 3 + inner]
                a_1 = tile_a[(y + 4) * 3 + inner]
                b_0 = tile_b[inner * 8 + x + 0]
                b_1 = tile_b[inner * 8 + x + 4]
                sum_0_0 += a_0 * b_0
                sum_0_1 += a_0 * b_1
                sum_1_0 += a_1 * b_0
                sum_1_1 += a_1 * b_1
            cuda.syncthreads()  # until nobody reads them any more
        if row + y + 0 < m and col + x + 0 < n:
            c[row + y + 0, col + x + 0] = sum_0_0
        if row + y + 0 < m and col + x + 4 < n:
            c[row + y + 0, col + x + 4] = sum_0_1
        if row + y + 4 < m and col + x + 0 < n:
            c[row + y + 4, col + x + 0] = sum_1_0
        if row + y + 4 < m and col + x + 4 < n:
            c[row + y + 4, col + x + 4] = sum_1_1
    """
    side, each = tile * patch, range(patch)
    body = [
        f"tile_a = cuda.shared_memory(np.float32, {side * strip})",
        f"tile_b = cuda.shared_memory(np.float32, {strip * side})",
        "x, y = cuda.threadIdx.x, cuda.threadIdx.y",
        f"row, col = cuda.blockIdx.y * {side}, cuda.blockIdx.x * {side}  # of the block's first element",
        *(f"sum_{i}_{j} = np.float32(0)" for i in each for j in each),
        f"for start in range(0, k, {strip}):",
        f"    for at in range(y * {tile} + x, {side * strip}, {tile * tile}):",
        f"        i, j = {divided('at', strip)}",
        "        tile_a[at] = a[row + i, start + j] if row + i < m and start + j < k else np.float32(0)",
        f"        p, q = {divided('at', side)}",
        "        tile_b[at] = b[start + p, col + q] if start + p < k and col + q < n else np.float32(0)",
        "    cuda.syncthreads()  # until both tiles are full",
        f"    for inner in cuda.range({strip}, unroll=1):",
        *(f"        a_{i} = tile_a[(y + {tile * i}) * {strip} + inner]" for i in each),
        *(f"        b_{j} = tile_b[inner * {side} + x + {tile * j}]" for j in each),
        *(f"        sum_{i}_{j} += a_{i} * b_{j}" for i in each for j in each),
        "    cuda.syncthreads()  # until nobody reads them any more",
    ]
    for i in each:
        for j in each:
            body += [
                f"if row + y + {tile * i} < m and col + x + {tile * j} < n:",
                f"    c[row + y + {tile * i}, col + x + {tile * j}] = sum_{i}_{j}",
            ]
    label = f"patches of {patch} by {patch}, tiles of {side} by {strip}"
    return written("matmul_register_tiled", "a, b, c, m, k, n", body, label)


matmul_register_tiled = register_tiled(PATCH)
REGISTER_TILED = Design(matmul_register_tiled, TILE * PATCH, (TILE, TILE))
VECTORISED = tiling.vectorised(spread=True)


@rung("GPU: each thread an 8 × 8 patch, in registers", memory=nothing, predicted=predicted(REGISTER_TILED))
def gpu_register_tiled(a: Tensor, b: Tensor) -> Tensor:
    """Each thread computes PATCH × PATCH elements, and keeps their sums and what they need in registers.

    PATCH loads of either from shared memory serve PATCH² multiplications, so shared memory gives 1/PATCH of what
    `gpu_tiled` asks of it. Global loads: 2·m·n·k/(TILE·PATCH). Memory: 2·TILE·PATCH·STRIP numbers of shared memory a
    block. On a GPU it is CUDA C++, in which a patch is an array of registers; on the simulator, and in a prediction,
    the same idea in Python, with 64 variables.
    """
    if cpp.on_gpu(a):
        return multiply_in_cpp("register_tiled", a, b)
    return product(REGISTER_TILED, a, b)[0]


@rung("GPU: four numbers a load, the next tile on its way", memory=nothing, predicted=predicted(VECTORISED))
def gpu_vectorised(a: Tensor, b: Tensor) -> Tensor:
    """`gpu_register_tiled` with loads of four floats, and two sets of tiles: one is filled while the other is used.

    On a GPU it is CUDA C++. Where the rows do not start at multiples of 16 bytes (k or n is no multiple of 4) the
    loads from global memory are of one float; the rest is the same. On the simulator it is `tiling.vectorised`,
    which has one set of tiles, and for other k and n `gpu_register_tiled`; a prediction is of `tiling.vectorised`, and
    refused for other k and n.
    """
    if cpp.on_gpu(a):
        return multiply_in_cpp("vectorised", a, b)
    _, k, n = checks.matrices("gpu_vectorised", a, b, dtype="float32")
    return product(VECTORISED if k % 4 == n % 4 == 0 else REGISTER_TILED, a, b)[0]


# --- allocate, launch, return ----------------------------------------------------------------------------------------


def product(design: Design, a: Tensor, b: Tensor, sample: int | None = None) -> tuple[Tensor, Launch]:
    """c = a @ b by one of the kernels in Python, and the launch, for its counters.

    sample : how many blocks the simulator is to run, if not all of them; the rest of c holds NaN then
    Raises ShapeError, DTypeError or DeviceError where a and b are not two float32 matrices that fit.
    """
    m, k, n = checks.matrices(design.kernel.name, a, b, dtype="float32")
    c = uninitialised((m, n), like=a)
    return c, design.launch(a.contiguous().array, b.contiguous().array, c.array, m, k, n, sample)


def multiply(which: Kernel, a: Tensor, b: Tensor, side: int = TILE, across_rows: bool = False) -> tuple[Tensor, Launch]:
    """`product` by a kernel for blocks of TILE × TILE threads.

    side : rows and columns of c that a block computes; across_rows : whether x counts rows
    """
    return product(Design(which, side, (TILE, TILE), across_rows=across_rows), a, b)


def multiply_in_cpp(name: str, a: Tensor, b: Tensor) -> Tensor:
    """c = a @ b by one of the kernels in CUDA C++, "register_tiled" or "vectorised".

    a : (m, k) float32 on CuPy; b : (k, n) likewise; returns (m, n).
    Memory: nothing besides the result, and a copy of an operand that is not contiguous.
    Raises DeviceError for Tensors elsewhere, DTypeError and ShapeError for other operands.
    """
    m, k, n = checks.matrices(f"gpu_{name}", a, b, dtype="float32")
    cpp.check_on_gpu(f"gpu_{name}", a=a, b=b)
    c = cpp.empty((m, n), like=a)
    if not m or not n:
        return wrap(c)
    left, right = a.contiguous().array, b.contiguous().array
    block: tuple[int, ...] = (CPP_SIDE, CPP_SIDE)
    if name == "vectorised":
        aligned = k % 4 == n % 4 == 0 and all(cpp.address(array) % 16 == 0 for array in (left, right, c))
        name, block = "vectorised<true>" if aligned else "vectorised<false>", (CPP_SIDE * CPP_SIDE,)
    CPP.launch(name, -(-m // CPP_TILE) * -(-n // CPP_TILE), block, left, right, c, m, k, n)
    return wrap(c)


def simulated(m: int = 128, k: int = 16, n: int = 128, sample: int | None = None) -> list[tuple[str, Launch]]:
    """The rungs by the simulator, on random matrices: the name and the counted launch of each.

    sample : how many blocks of each are run, if not all of them
    k and n are multiples of 4, or `gpu_vectorised` is left out.

    >>> name, launch = simulated(4, 3, 5)[0]
    >>> name, launch.counters.global_loads
    ('gpu_naive', 120)
    """
    rng = generator(0)
    a, b = (normal(rng, shape, dtype="float32").to("numpy") for shape in ((m, k), (k, n)))
    designs = {
        "gpu_naive": NAIVE,
        "gpu_coalesced": COALESCED,
        "gpu_tiled": TILED,
        "gpu_register_tiled": REGISTER_TILED,
        "gpu_vectorised": VECTORISED,
    }
    fours = k % 4 == n % 4 == 0
    return [(name, product(design, a, b, sample)[1]) for name, design in designs.items() if fours or not design.flat]
