"""Kernels of the matmul ladder: c = a @ b in float32, for a of shape (m, k) and b of shape (k, n), any sizes.

Each is a ``@kernel`` of three matrices and their sizes, and beside it the function that allocates c and launches it.
All do 2·m·n·k floating-point operations. What changes is how often a number is fetched from global memory.
"""

import numpy as np

from minitensor import backend
from minitensor.core.tensor import Tensor, wrap
from minitensor.errors import DeviceError, DTypeError, ShapeError
from minitensor.gpu.device import cuda
from minitensor.gpu.launching import Kernel, kernel
from minitensor.gpu.memory import uninitialised
from minitensor.gpu.report import Launch
from minitensor.gpu.written import written

TILE = 16  # rows and columns of a block, and of the tiles it keeps in shared memory
AREA = TILE * TILE
PATCH = 8  # rows and columns that each thread of gpu_register_tiled computes
STRIP = 8  # how far its tiles reach along k


@kernel
def matmul_naive(a, b, c, m, k, n):
    """One thread an element, row from x: neighbouring threads are in neighbouring rows, k numbers apart in memory."""
    row, col = cuda.grid(2)
    if row < m and col < n:
        total = np.float32(0)
        for inner in range(k):
            total += a[row, inner] * b[inner, col]
        c[row, col] = total


@kernel
def matmul_coalesced(a, b, c, m, k, n):
    """The same with col from x: neighbouring threads read neighbours in b and write neighbours in c."""
    col, row = cuda.grid(2)
    if row < m and col < n:
        total = np.float32(0)
        for inner in range(k):
            total += a[row, inner] * b[inner, col]
        c[row, col] = total


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


def register_tiled(patch: int, tile: int = TILE, strip: int = STRIP) -> Kernel:
    """The kernel `matmul_register_tiled` for threads that each compute patch × patch elements of c.

    A block of tile × tile threads computes a square of c of side tile·patch. `cupyx.jit` has no arrays in registers,
    so each element needs a variable of its own: 64 sums for a patch of 8. This function writes the text of the kernel;
    the report of a launch shows it.

    The elements of a thread lie tile apart, not side by side, so that neighbouring threads read neighbouring numbers.
    strip : how far the tiles in shared memory reach along k, at most tile
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
        f"        i, j = at // {strip}, at % {strip}",
        "        tile_a[at] = a[row + i, start + j] if row + i < m and start + j < k else np.float32(0)",
        f"        p, q = at // {side}, at % {side}",
        "        tile_b[at] = b[start + p, col + q] if start + p < k and col + q < n else np.float32(0)",
        "    cuda.syncthreads()  # until both tiles are full",
        f"    for inner in range({strip}):",
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


# --- the rungs: allocate, launch, return ---------------------------------------------------------------------------


def gpu_naive(a: Tensor, b: Tensor) -> Tensor:
    """One thread for each element of c, its row from threadIdx.x: the first kernel that everyone writes.

    a : (m, k), b : (k, n), float32, both on CuPy or both on NumPy, where a simulator runs it; returns (m, n), float32.
    The threads of a warp differ in their row, so together they read a column of a, and each number of it lies in
    another 32-byte sector: an eighth of what memory moves is used. Global loads: 2·m·n·k.
    Memory: nothing beside the output.

    >>> import minitensor as mt
    >>> gpu_naive(mt.ones((2, 3), "float32"), mt.ones((3, 4), "float32")).tolist()
    [[3.0, 3.0, 3.0, 3.0], [3.0, 3.0, 3.0, 3.0]]
    """
    return run(matmul_naive, a, b, across_rows=True)[0]


def gpu_coalesced(a: Tensor, b: Tensor) -> Tensor:
    """`gpu_naive` with one line changed: the column comes from threadIdx.x.

    The threads of a warp now read neighbours in b, of which one sector holds eight, and all the same number of a.
    As many loads as before, 2·m·n·k, in an eighth of the sectors or less. Memory: nothing beside the output.
    """
    return run(matmul_coalesced, a, b)[0]


def gpu_tiled(a: Tensor, b: Tensor) -> Tensor:
    """A block of TILE × TILE threads fetches each number once for all of them, by way of shared memory.

    Global loads fall from 2·m·n·k to 2·m·n·k/TILE. The sums still take two loads from shared memory for each
    multiplication, and that is what bounds it now. Memory: 2·TILE² numbers of shared memory a block.
    """
    return run(matmul_tiled, a, b)[0]


def gpu_register_tiled(a: Tensor, b: Tensor) -> Tensor:
    """Each thread computes PATCH × PATCH elements, and keeps their sums and what they need in registers.

    PATCH loads of either from shared memory serve PATCH² multiplications, so shared memory gives 1/PATCH of what
    `gpu_tiled` asks of it. Global loads: 2·m·n·k/(TILE·PATCH). Memory: 2·TILE·PATCH·STRIP numbers of shared memory a
    block. The elements of a patch need a variable each; this is about where Python stops being enough.
    """
    return run(matmul_register_tiled, a, b, side=TILE * PATCH)[0]


def run(kernel: Kernel, a: Tensor, b: Tensor, side: int = TILE, across_rows: bool = False) -> tuple[Tensor, Launch]:
    """c = a @ b by one of these kernels, and the launch, for its counters.

    side : rows and columns of c that a block of TILE × TILE threads computes
    across_rows : whether x counts rows

    Raises ShapeError, DTypeError or DeviceError where a and b are not two float32 matrices that fit.
    """
    m, k, n = sizes(kernel.name, a, b)
    with backend.use_backend(a.backend):
        c = uninitialised((m, n))
    rows, columns = max(1, -(-m // side)), max(1, -(-n // side))
    grid = (rows, columns) if across_rows else (columns, rows)
    launch = kernel[grid, (TILE, TILE)](in_order(a), in_order(b), c, m, k, n)
    return c, launch


def sizes(name: str, a: Tensor, b: Tensor) -> tuple[int, int, int]:
    """m, k, n of two float32 matrices that can be multiplied."""
    for letter, x in (("a", a), ("b", b)):
        if x.ndim != 2:
            raise ShapeError(f"{name}: {letter} has shape {x.shape}; it multiplies matrices, which have two axes")
        if x.dtype != "float32":
            raise DTypeError(f"{name}: {letter} is {x.dtype}; the GPU rungs are float32, use .astype('float32')")
    if a.shape[1] != b.shape[0]:
        raise ShapeError(
            f"{name}: a of shape {a.shape} has {a.shape[1]} on axis 1, b of shape {b.shape} has {b.shape[0]} "
            "on axis 0; they must be equal"
        )
    if a.backend != b.backend:
        raise DeviceError(f"{name}: a is on {a.backend}, b on {b.backend}; write b.to({a.backend!r})")
    return a.shape[0], a.shape[1], b.shape[1]


def in_order(x: Tensor) -> Tensor:
    """The tensor with its elements in order in memory: itself if they are."""
    return wrap(backend.of(x.array).contiguous(x.array))
