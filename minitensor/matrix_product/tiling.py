"""Kernels of the matrix product c = a @ b for tiles of any size: the way from one element a thread to cuBLAS.

Their speeds are published for many GPUs (Simon Boehm, "How to optimize a CUDA matmul kernel for cuBLAS-like
performance", 2022, and those who ran his kernels on other cards); here they are for CuPy to translate and for the
simulator to count. `cupyx.jit` has no arrays in registers, so each function writes the text of a kernel, with a
variable for each sum of a thread. ``cuda.range(..., unroll=)`` has the compiler lay out rounds of a loop: more of them
are fewer instructions that only count, and more registers, of which too many leave room for fewer blocks.

In all of them a block makes a tile × tile square of c, and fetches tile × deep numbers of a and of b at a time.
"""

from typing import Any, NamedTuple

import numpy as np

from minitensor.errors import InputError, ShapeError
from minitensor.gpu.device import cuda
from minitensor.gpu.launching import Kernel, kernel
from minitensor.gpu.report import Launch
from minitensor.gpu.written import divided, written
from minitensor.text.code import indent

PARAMETERS = "a, b, c, m, k, n"


class Design(NamedTuple):
    """A kernel and how it is launched.

    tile : rows and columns of c that a block makes; block : its threads, as (x, y) or a number
    flat : whether it takes the matrices as one axis, and sizes k and n that are multiples of 4
    across_rows : whether blockIdx.x counts rows of tiles
    """

    kernel: Kernel
    tile: int
    block: int | tuple[int, int]
    flat: bool = False
    across_rows: bool = False

    def launch(self, a: Any, b: Any, c: Any, m: int, k: int, n: int, sample: Any = None) -> Launch:
        """c = a @ b; arrays of shapes (m, k), (k, n), (m, n), float32. sample : the blocks to run, if not all of them.

        Raises ShapeError where k and n must be multiples of 4 and are not, or a matrix has more than 2³¹ numbers.
        """
        if self.flat and (k % 4 or n % 4):
            wrong = " and ".join(f"{name} is {size}" for name, size in (("k", k), ("n", n)) if size % 4)
            raise ShapeError(f"{self.kernel.name} loads four numbers at once: k and n are multiples of 4, but {wrong}")
        if max(m * k, k * n, m * n) >= 2**31:
            raise ShapeError(f"{self.kernel.name} counts in int32: no matrix may have 2³¹ numbers or more")
        rows, columns = max(1, -(-m // self.tile)), max(1, -(-n // self.tile))
        grid = (rows, columns) if self.across_rows else (columns, rows)
        arrays = [array.reshape(-1) for array in (a, b, c)] if self.flat else [a, b, c]
        launching: Any = self.kernel if sample is None else self.kernel.sample(sample)
        return launching[grid, self.block](*arrays, m, k, n)


def tiled(tile: int) -> Design:
    """One element a thread, tiles in shared memory: `matmul_tiled` for any size of tile, up to 32.

    A block of tile × tile threads. Shared memory: 8·tile² bytes.
    """
    area = tile * tile

    @kernel
    def matmul_shared(a, b, c, m, k, n):
        tile_a = cuda.shared_memory(np.float32, area)
        tile_b = cuda.shared_memory(np.float32, area)
        x, y = cuda.threadIdx.x, cuda.threadIdx.y
        col, row = cuda.grid(2)
        total = np.float32(0)
        for start in range(0, k, tile):
            tile_a[y * tile + x] = a[row, start + x] if row < m and start + x < k else np.float32(0)
            tile_b[y * tile + x] = b[start + y, col] if start + y < k and col < n else np.float32(0)
            cuda.syncthreads()  # until both tiles are full
            for inner in cuda.range(tile, unroll=True):
                total += tile_a[y * tile + inner] * tile_b[inner * tile + x]
            cuda.syncthreads()  # until nobody reads them any more
        if row < m and col < n:
            c[row, col] = total

    return Design(matmul_shared, tile, (tile, tile))


def tiling_1d(tile: int = 64, deep: int = 8, column: int = 8) -> Design:
    """Each thread makes a column of c: one number of b serves `column` multiplications.

    A block of tile²/column threads, which must be tile·deep, so that each fetches one number of either tile.
    Shared memory: 8·tile·deep bytes. Registers: `column` of a thread hold its sums.
    Raises InputError for sizes that do not fit.

    >>> print(tiling_1d(tile=4, deep=2, column=2).kernel.text)
    def matmul_tiling_1d(a, b, c, m, k, n):
        tile_a = cuda.shared_memory(np.float32, 8)
        tile_b = cuda.shared_memory(np.float32, 8)
        t = cuda.threadIdx.x
        x, y = t % 4, t // 4 * 2  # its column of the tile, and the first of its rows
        row, col = cuda.blockIdx.y * 4, cuda.blockIdx.x * 4  # of the block's first element
        sum_0 = np.float32(0)
        sum_1 = np.float32(0)
        for start in range(0, k, 2):
            i, j = t >> 1, t & 1
            tile_a[t] = a[row + i, start + j] if row + i < m and start + j < k else np.float32(0)
            p, q = t >> 2, t & 3
            tile_b[t] = b[start + p, col + q] if start + p < k and col + q < n else np.float32(0)
            cuda.syncthreads()  # until both tiles are full
            for inner in cuda.range(2, unroll=True):
                b_0 = tile_b[inner * 4 + x]
                sum_0 += tile_a[(y + 0) * 2 + inner] * b_0
                sum_1 += tile_a[(y + 1) * 2 + inner] * b_0
            cuda.syncthreads()  # until nobody reads them any more
        if row + y + 0 < m and col + x < n:
            c[row + y + 0, col + x] = sum_0
        if row + y + 1 < m and col + x < n:
            c[row + y + 1, col + x] = sum_1
    """
    threads, rows = tile * tile // column, range(column)
    if tile % column or threads != tile * deep:
        raise InputError(f"tiling_1d: tile² / column must be tile · deep, not {tile}² / {column} and {tile} · {deep}")
    body = [
        *_tiles(tile, deep),
        f"x, y = t % {tile}, t // {tile} * {column}  # its column of the tile, and the first of its rows",
        _first(tile),
        *(f"sum_{i} = np.float32(0)" for i in rows),
        f"for start in range(0, k, {deep}):",
        *indent(_fetch("t", tile, deep)),
        *indent(
            _between_barriers(
                f"for inner in cuda.range({deep}, unroll=True):",
                f"    b_0 = tile_b[inner * {tile} + x]",
                *(f"    sum_{i} += tile_a[(y + {i}) * {deep} + inner] * b_0" for i in rows),
            )
        ),
    ]
    for i in rows:
        body += [f"if row + y + {i} < m and col + x < n:", f"    c[row + y + {i}, col + x] = sum_{i}"]
    made = written("matmul_tiling_1d", PARAMETERS, body, f"columns of {column}, tiles of {tile} by {deep}")
    return Design(made, tile, threads)


def tiling_2d(tile: int = 128, deep: int = 8, patch: int = 8) -> Design:
    """Each thread makes a patch × patch square of c: patch numbers of a and of b serve patch² multiplications.

    The elements of a thread lie side by side, as in what is published, so that neighbours read numbers of b that are
    `patch` apart: banks of shared memory conflict. `register_tiled` in `kernels.py` mends that.
    A block of (tile/patch)² threads. Shared memory: 8·tile·deep bytes. Registers: patch² of a thread hold its sums.
    Raises InputError where the threads cannot share the fetching evenly.
    """
    side, each = tile // patch, range(patch)
    threads = side * side
    if tile % patch or tile * deep % threads:
        raise InputError(f"tiling_2d: {threads} threads cannot fetch tiles of {tile} by {deep} evenly")
    body = [
        *_tiles(tile, deep),
        f"x, y = t % {side} * {patch}, t // {side} * {patch}  # the first of its columns and rows in the tile",
        _first(tile),
        *(f"sum_{i}_{j} = np.float32(0)" for i in each for j in each),
        f"for start in range(0, k, {deep}):",
        f"    for turn in cuda.range({tile * deep // threads}, unroll=2):",
        f"        at = t + turn * {threads}",
        *indent(_fetch("at", tile, deep), 2),
        *indent(
            _between_barriers(
                f"for inner in cuda.range({deep}, unroll=1):",
                *(f"    a_{i} = tile_a[(y + {i}) * {deep} + inner]" for i in each),
                *(f"    b_{j} = tile_b[inner * {tile} + x + {j}]" for j in each),
                *(f"    sum_{i}_{j} += a_{i} * b_{j}" for i in each for j in each),
            )
        ),
    ]
    for i in each:
        for j in each:
            body += [
                f"if row + y + {i} < m and col + x + {j} < n:",
                f"    c[row + y + {i}, col + x + {j}] = sum_{i}_{j}",
            ]
    made = written("matmul_tiling_2d", PARAMETERS, body, f"patches of {patch} by {patch}, tiles of {tile} by {deep}")
    return Design(made, tile, threads)


def vectorised(tile: int = 128, deep: int = 8, patch: int = 8, spread: bool = False) -> Design:
    """`tiling_2d` with loads of four numbers, from global and from shared memory, and a's tile transposed for them.

    Takes a, b and c as one axis, and k and n that are multiples of 4: four numbers then begin at multiples of 16 bytes.
    spread : whether the numbers of a thread come in fours that lie far apart, so that eight neighbours read 32 numbers
        in a row and no banks conflict; what is published has them side by side
    A block of (tile/patch)² threads. Shared memory: 8·tile·deep bytes.
    Raises InputError where the threads cannot share the fetching evenly, four numbers at a time.
    """
    side = tile // patch
    threads, fours = side * side, tile * deep // 4
    first, step = (4, 4 * side) if spread else (patch, 4)
    each = [group * step + s for group in range(patch // 4) for s in range(4)]  # of a thread, from its first
    if tile % patch or patch % 4 or deep % 4 or fours % threads:
        raise InputError(f"vectorised: {threads} threads cannot fetch tiles of {tile} by {deep} evenly, four at a time")
    body = [
        *_tiles(tile, deep),
        f"x, y = t % {side} * {first}, t // {side} * {first}  # the first of its columns and rows in the tile",
        _first(tile),
        *(f"sum_{i}_{j} = np.float32(0)" for i in each for j in each),
        f"for start in range(0, k, {deep}):",
        f"    for turn in cuda.range({fours // threads}, unroll=True):",
        f"        at = t + turn * {threads}",
        *indent(_fetch_fours(tile, deep), 2),
        *indent(
            _between_barriers(
                f"for inner in cuda.range({deep}, unroll=True):",
                *(f"    {_four('a', i)} = cuda.load4(tile_a, inner * {tile} + y + {i})" for i in each[::4]),
                *(f"    {_four('b', j)} = cuda.load4(tile_b, inner * {tile} + x + {j})" for j in each[::4]),
                *(f"    sum_{i}_{j} += a_{i} * b_{j}" for i in each for j in each),
            )
        ),
        *(
            line
            for i in each
            for j in each[::4]
            for line in _store_four(f"row + y + {i}", f"col + x + {j}", f"sum_{i}", j)
        ),
    ]
    made = written("matmul_vectorised", PARAMETERS, body, f"patches of {patch} by {patch}, tiles of {tile} by {deep}")
    return Design(made, tile, threads, flat=True)


def warp_tiling(tile: int = 128, deep: int = 16) -> Design:
    """Each warp makes a 64 × 64 square of c, each thread 8 rows of four strips of 4: 128 sums for 24 numbers read.

    What a warp reads of shared memory lies close together, so each number that leaves it serves more threads.
    Takes a, b and c as one axis, and k and n that are multiples of 4.
    A block of tile²/128 threads. Shared memory: 8·tile·deep bytes. Registers: 128 of a thread hold its sums.
    Raises InputError unless tile is a multiple of 64 and deep of 4.
    """
    part, strips, rows = 64, range(4), range(8)
    across, threads, fours = tile // part, tile * tile // 128, tile * deep // 4
    if tile % part or deep % 4 or fours % threads:
        raise InputError(f"warp_tiling: a tile is a multiple of {part} and deep of 4, not {tile} and {deep}")
    columns = [16 * s + j for s in strips for j in range(4)]  # of a thread, from its first
    body = [
        *_tiles(tile, deep),
        f"warp_x, warp_y = t // 32 % {across} * {part}, t // 32 // {across} * {part}  # where its warp's square begins",
        "x, y = warp_x + t % 4 * 4, warp_y + t % 32 // 4 * 8  # the first of its columns and rows in the tile",
        _first(tile),
        *(f"sum_{i}_{j} = np.float32(0)" for i in rows for j in columns),
        f"for start in range(0, k, {deep}):",
        f"    for turn in cuda.range({fours // threads}, unroll=2):",
        f"        at = t + turn * {threads}",
        *indent(_fetch_fours(tile, deep), 2),
        *indent(
            _between_barriers(
                f"for inner in cuda.range({deep}, unroll=2):",
                *(f"    {_four('a', i)} = cuda.load4(tile_a, inner * {tile} + y + {i})" for i in rows[::4]),
                *(f"    {_four('b', j)} = cuda.load4(tile_b, inner * {tile} + x + {j})" for j in columns[::4]),
                *(f"    sum_{i}_{j} += a_{i} * b_{j}" for i in rows for j in columns),
            )
        ),
        *(
            line
            for i in rows
            for j in columns[::4]
            for line in _store_four(f"row + y + {i}", f"col + x + {j}", f"sum_{i}", j)
        ),
    ]
    made = written("matmul_warp_tiling", PARAMETERS, body, f"warps of {part} by {part}, tiles of {tile} by {deep}")
    return Design(made, tile, threads, flat=True)


# --- lines that several of them share --------------------------------------------------------------------------------


def _tiles(tile: int, deep: int) -> list[str]:
    return [
        f"tile_a = cuda.shared_memory(np.float32, {tile * deep})",
        f"tile_b = cuda.shared_memory(np.float32, {deep * tile})",
        "t = cuda.threadIdx.x",
    ]


def _first(tile: int) -> str:
    return f"row, col = cuda.blockIdx.y * {tile}, cuda.blockIdx.x * {tile}  # of the block's first element"


def _fetch(at: str, tile: int, deep: int) -> list[str]:
    """One number of a and one of b go to shared memory; what lies outside of them counts as 0."""
    return [
        f"i, j = {divided(at, deep)}",
        f"tile_a[{at}] = a[row + i, start + j] if row + i < m and start + j < k else np.float32(0)",
        f"p, q = {divided(at, tile)}",
        f"tile_b[{at}] = b[start + p, col + q] if start + p < k and col + q < n else np.float32(0)",
    ]


def _fetch_fours(tile: int, deep: int) -> list[str]:
    """Four numbers of a and four of b go to shared memory, those of a below each other: a's tile is transposed."""
    four = [f"four_{i}" for i in range(4)]
    zeros = [f"{each} = np.float32(0)" for each in four]
    return [
        f"i, j = {divided('at', deep // 4)}",
        *zeros,
        "if row + i < m and start + j * 4 < k:",
        f"    {', '.join(four)} = cuda.load4(a, (row + i) * k + start + j * 4)",
        *(f"tile_a[(j * 4 + {s}) * {tile} + i] = {each}" for s, each in enumerate(four)),
        f"p, q = {divided('at', tile // 4)}",
        *zeros,
        "if start + p < k and col + q * 4 < n:",
        f"    {', '.join(four)} = cuda.load4(b, (start + p) * n + col + q * 4)",
        f"cuda.store4(tile_b, p * {tile} + q * 4, {', '.join(four)})",
    ]


def _between_barriers(*lines: str) -> list[str]:
    return [
        "cuda.syncthreads()  # until both tiles are full",
        *lines,
        "cuda.syncthreads()  # until nobody reads them any more",
    ]


def _four(name: str, first: int) -> str:
    return ", ".join(f"{name}_{first + s}" for s in range(4))


def _store_four(row: str, col: str, sums: str, first: int) -> list[str]:
    return [
        f"if {row} < m and {col} < n:",
        f"    cuda.store4(c, ({row}) * n + {col}, {_four(sums, first)})",
    ]
