"""Lesson 7, tiles in shared memory: banks, a transpose, a product, a photograph."""

from collections.abc import Iterator

import numpy as np

from minitensor.exercise.catalogue.threads import shared_out
from minitensor.exercise.drawing import Draw
from minitensor.exercise.kinds import Case, Exercise, Star


def blocks(cols: int, rows: int, side: tuple[int, int]) -> tuple[int, int]:
    """A grid of blocks of this size, along x and y, that covers so many columns and rows."""
    return -(-cols // side[0]), -(-rows // side[1])


# --- 40, 41: banks and a transpose -----------------------------------------------------------------------------------

CONFLICTS = Exercise(
    "conflicts",
    hints=(
        "In which bank does number 100 lie? Banks are dealt out like cards: 0, 1, ..., 31, and 0 again.",
        "Thread x wants the number x * length, so bank (x * length) % 32. Write down the banks of threads 0, 1, 2, 16.",
        "Count how many threads want different numbers of one bank. That is 32 for rows of 32 and 1 for rows of 33; "
        "the conflicts are one less. Threads that want the same number count as one.",
    ),
)


def to_turn(draw: Draw) -> Iterator[Case]:
    for m, n in ((1, 2), (5, 31), (33, 7), (34, 37)):
        yield square_blocks(draw, m, n)


def square_blocks(draw: Draw, m: int, n: int) -> Case:
    return Case((draw.array(m, n), draw.old(n, m), m, n), blocks(n, m, (32, 32)), (32, 32))


def counted_turn(draw: Draw) -> Iterator[Case]:
    yield square_blocks(draw, 40, 70)


def large_turn(draw: Draw) -> Case:
    return Case((np.ones((1024, 1024), "f4"), np.ones((1024, 1024), "f4"), 1024, 1024), (32, 32), (32, 32))


TURN = Exercise(
    "turn",
    "turn",
    to_turn,
    hints=(
        "Begin with two lines: col, row = cuda.grid(2), and out[col, row] = a[row, col] behind a guard. That is "
        "right, and one of its two accesses is not along a row.",
        "For the star: tile[y * 32 + x] = a[row, col] behind the guard, a barrier outside of it, then a new row and "
        "col for the writing: the block's own indices are exchanged, cuda.blockIdx.y * 32 + x is the column.",
        "Write out[row, col] = tile[x * 32 + y] behind a new guard, row < n and col < m. The conflicts go away if "
        "the rows of the tile are 33 numbers long.",
    ),
    must=shared_out(400),
    stars=(
        Star("At most 790 sectors for 40 x 70.", counted_turn, {"sectors": 790}),
        Star("At most 790 sectors, and no bank conflict.", counted_turn, {"sectors": 790, "bank_conflicts": 0}),
    ),
    large=large_turn,
)

# --- 42, 43: a product -----------------------------------------------------------------------------------------------

TILES = Exercise(
    "tiles",
    hints=(
        "Tiles of 1 are no tiles: each thread loads all that its own sum needs.",
        "In a block of tile x tile threads a number of a is needed by the threads of one row. How many are they, and "
        "how often is the number loaded now?",
        "Loads: 2 * 16 * 8 * 32, divided by the side of a tile. FLOPs: a product and an addition for each of 16 * 8 "
        "* 32. Barriers: two for each tile along k, for each block.",
    ),
)


def to_multiply(draw: Draw) -> Iterator[Case]:
    for m, k, n in ((1, 1, 2), (2, 7, 3), (9, 8, 5), (7, 9, 10), (10, 17, 9)):
        yield product(draw, m, k, n)


def product(draw: Draw, m: int, k: int, n: int) -> Case:
    a, b = draw.array(m, k, start=1), draw.array(k, n, scale=0.5, start=-3)
    return Case((a, b, draw.old(m, n), m, k, n), blocks(n, m, (8, 8)), (8, 8))


def large_product(draw: Draw) -> Case:
    a, b, c = (np.ones(shape, "f4") for shape in ((512, 32), (32, 512), (512, 512)))
    return Case((a, b, c, 512, 32, 512), (64, 64), (8, 8))


MATMUL_TILED = Exercise(
    "matmul_tiled",
    "matmul_tiled",
    to_multiply,
    hints=(
        "for start in range(0, k, TILE): fetch, barrier, add up, barrier. A thread at x, y of its block fetches "
        "a[row, start + x] and b[start + y, col].",
        "No thread may leave early, and none may read outside: ask before each of the two reads whether its own row "
        "and column are there. For a that is row < m and start + x < k.",
        "Where the number is not there, np.float32(0) goes into the tile: tile_a[y * TILE + x] = a[row, start + x] "
        "if row < m and start + x < k else np.float32(0). Only writing c at the end stands behind row < m and col < "
        "n.",
    ),
    must=shared_out(600),
    stars=(
        Star("At most 1,617 loads for 13 x 21 x 19.", lambda draw: [product(draw, 13, 21, 19)], {"global_loads": 1617}),
    ),
    large=large_product,
)

# --- 44: a photograph ------------------------------------------------------------------------------------------------


def to_blur(draw: Draw) -> Iterator[Case]:
    for h, w in ((1, 1), (1, 2), (7, 31), (3, 33), (20, 35)):
        yield Case(
            (draw.array(h, w, dtype="uint8", start=7), draw.old(h, w, dtype="uint8"), h, w),
            blocks(w, h, (32, 8)),
            (32, 8),
        )


BLUR = Exercise(
    "blur",
    "blur",
    to_blur,
    hints=(
        "Begin without shared memory: behind a guard, read the three pixels and write the mean. The column to the "
        "left is max(col - 1, 0), so that at the edge it is the pixel itself.",
        "Add the three in one expression, as in (a + b + c + 1) // 3. For the star: a tile of 8 rows of 34 bytes; a "
        "thread puts its pixel at threadIdx.y * 34 + 1 + threadIdx.x, and reads the places before and after it.",
        "The halo: the thread with threadIdx.x == 0 also fetches img[row, max(col - 1, 0)] into the place before its "
        "own; the one with threadIdx.x == 31 or col == w - 1 fetches img[row, min(col + 1, w - 1)] into the place "
        "after it. All behind the guard; then the barrier, outside of it; then the guard again.",
    ),
    must=shared_out(400),
    stars=(Star("At most 780 loads for 20 x 35.", most={"global_loads": 780}),),
)

EXERCISES = (CONFLICTS, TURN, TILES, MATMUL_TILED, BLUR)
