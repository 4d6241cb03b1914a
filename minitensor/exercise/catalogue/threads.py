"""Lesson 7, first half: what one thread does, which threads have work, and who owns what.

The first launch of most is the size that the statement draws; the others go from small to large.
"""

from collections.abc import Iterator

from minitensor.exercise.drawing import Draw
from minitensor.exercise.kinds import Case, Exercise, Star

WARP = 32
BLOCK = (32, 8)  # of the kernels over two axes


def blocks(elements: int, threads: int) -> int:
    """How many blocks of so many threads there are along an axis of so many elements: one at least."""
    return max(1, -(-elements // threads))


def line(draw: Draw, n: int, threads: int = WARP) -> Case:
    """A kernel that makes n numbers out of n."""
    return Case((draw.array(n), draw.old(n), n), blocks(n, threads), threads)


def each_its_own(draw: Draw) -> Iterator[Case]:
    for n, threads in (7, 4), (1, WARP), (0, WARP), (31, WARP), (33, WARP), (50, 16), (70, WARP):
        yield line(draw, n, threads)


def sum_of_two(draw: Draw, m: int, n: int) -> Case:
    """Enough threads along x and along y that either can be the row."""
    most = max(m, n)
    grid = blocks(most, BLOCK[0]), blocks(most, BLOCK[1])
    return Case((draw.array(m, n), draw.array(m, n, scale=100), draw.old(m, n), m, n), grid, BLOCK)


def add(draw: Draw) -> Iterator[Case]:
    for m, n in (1, 1), (2, 3), (9, 7), (5, 33), (17, 40):
        yield sum_of_two(draw, m, n)


def product_of_two(draw: Draw, m: int, n: int) -> Case:
    grid = blocks(n, BLOCK[0]), blocks(m, BLOCK[1])
    return Case((draw.array(m, start=2), draw.array(n, scale=10, start=30), draw.old(m, n), m, n), grid, BLOCK)


def outer(draw: Draw) -> Iterator[Case]:
    for m, n in (2, 3), (1, 1), (9, 7), (7, 33), (17, 40):
        yield product_of_two(draw, m, n)


def neighbours(draw: Draw) -> Iterator[Case]:
    for m, n in (2, 5), (1, 1), (1, 33), (3, 50), (2, 63), (1, 64):
        yield Case((draw.array(m, n), draw.old(m, n), n), m, 64)


def mean_of_3(draw: Draw) -> Iterator[Case]:
    for n in 5, 1, 2, 31, 33, 70:
        yield line(draw, n)


def swap(draw: Draw) -> Iterator[Case]:
    for n in 4, 1, 31, 33, 70:
        yield Case((draw.array(n), draw.array(n, start=1000), n), blocks(n, WARP), WARP)


def reverse(draw: Draw) -> Iterator[Case]:
    for n in 7, 1, 4, 31, 33, 70, 71:
        yield Case((draw.array(n, start=1), n), blocks(n, WARP), WARP)


def shared_out(requests: int) -> Star:
    """That the work is shared out. requests : reads and writes of warps, of the last launch, at most"""
    return Star(
        "The numbers are right, and few threads do the work of many: give each thread its own part.",
        most={"global_requests": requests},
    )


MANY = 1_000_000  # numbers that keep a GPU busy

EXERCISES = (
    Exercise(
        "threads",
        hints=(
            "Count the threads of all blocks: blocks along x, times blocks along y, times 32. x has 6 × 48 numbers.",
            "Only a thread that passes the guard reads. How many numbers of 4 bytes does a sector of 32 bytes hold?",
            "Along: a row of 48 numbers is how many sectors? Down: the 6 threads of a warp that have work read 6 rows, "
            "and no two rows share a sector.",
        ),
    ),
    Exercise(
        "one_too_many",
        "fahrenheit",
        each_its_own,
        hints=(
            "With n = 70 there are 96 threads. Which numbers has cuda.grid(1) for them, and which of these have a "
            "temperature?",
            "Put the first i that must be kept away into the guard: i = n. Does it let it through?",
            "Of n numbers the first has the index 0 and the last the index n - 1. The guard must let these through and "
            "no other.",
        ),
    ),
    Exercise(
        "square",
        "square_plus_one",
        each_its_own,
        hints=(
            "Three steps: which number is mine? have I one at all? then read it, compute and write.",
            "cuda.grid(1) is the thread's number through all blocks. Only threads whose number is below n may touch x "
            "and out. For the star: how often does x[i] * x[i] read?",
            "i = cuda.grid(1), then `if i < n:`, and in it `out[i] = ...`. For the star let a variable keep x[i].",
        ),
        must=shared_out(20),
        stars=(Star("At most 70 loads for n = 70.", most={"global_loads": 70}),),
        large=lambda draw: line(draw, MANY, 256),
    ),
    Exercise(
        "add",
        "add",
        add,
        hints=(
            "cuda.grid(2) gives two numbers at once. There are more threads along x and along y than rows and columns.",
            "A thread has an element if its row is one of the m rows *and* its column is one of the n columns.",
            "`row, col = cuda.grid(2)` or `col, row = cuda.grid(2)`, then the guard `row < m and col < n`. The star "
            "asks for the one in which threads that differ by 1 in x have numbers side by side in memory.",
        ),
        must=shared_out(400),
        stars=(Star("At most 1,320 sectors for 40 × 70.", lambda draw: [sum_of_two(draw, 40, 70)], {"sectors": 1320}),),
        large=lambda draw: sum_of_two(draw, 1000, 1001),
    ),
    Exercise(
        "outer",
        "outer",
        outer,
        hints=(
            "One thread makes one product. Which number of u does the thread of row 3, column 5 need, and which of v?",
            "`col, row = cuda.grid(2)`, a guard with both, one line. For the star: the threads of a block need 8 "
            "numbers of u and 32 of v. Let 8 threads fetch the ones and 32 the others, each into shared memory.",
            "For the star: the threads with threadIdx.x == 0 fetch u[row] to place threadIdx.y, those with "
            "threadIdx.y == 0 fetch v[col] to place threadIdx.x, each with its own guard; then a barrier for all.",
        ),
        must=shared_out(400),
        stars=(
            Star("At most 470 loads for 40 × 70.", lambda draw: [product_of_two(draw, 40, 70)], {"global_loads": 470}),
        ),
        large=lambda draw: product_of_two(draw, 1000, 1001),
    ),
    Exercise(
        "neighbours",
        "neighbours",
        neighbours,
        hints=(
            "With n = 5 a block has 64 threads, and 5 of them have a number. How many of them come to the barrier?",
            "A barrier is passed when all threads of the block are there, with work or without.",
            "Reading and writing belong inside a guard, the barrier outside of all of them.",
        ),
    ),
    Exercise(
        "mean_of_3",
        "mean_of_3",
        mean_of_3,
        hints=(
            "First without shared memory: a thread adds up to three numbers. Which thread has no number before its "
            "own, which has none after it?",
            "Begin with total = x[i]; add x[i - 1] only if i > 0, and x[i + 1] only if i < n - 1. For the star: shared "
            "memory of SIZE + 2 numbers, in which thread t puts its own at place t + 1.",
            "For the star: place 0 is filled by the block's first thread, the place behind the block's last number by "
            "the thread of that number (t == SIZE - 1 or i == n - 1), with 0 where x ends. Then the barrier, outside "
            "of every guard; then part[t] + part[t + 1] + part[t + 2].",
        ),
        must=shared_out(40),
        stars=(Star("At most 74 loads for n = 70.", most={"global_loads": 74}),),
        large=lambda draw: line(draw, MANY),
    ),
    Exercise(
        "swap",
        "swap",
        swap,
        hints=(
            "With n = 70 there are three blocks. Which element of x does thread 0 of block 0 read? Which thread of "
            "which block writes that one?",
            "A barrier holds back the threads of one block. So every element may be touched by one thread only: "
            "write down for i = 0 which two it reads and which two it writes.",
            "Thread i writes x[i] and reads y[n - 1 - i]: let it read that x and write that y too.",
        ),
    ),
    Exercise(
        "reverse",
        "reverse",
        reverse,
        hints=(
            "x[0] and x[n - 1] change places. If one thread does both, does any other have to touch them?",
            "One thread for each pair: how many pairs are there for n = 70, and for n = 71?",
            "Threads with i < n // 2 read x[i] and x[n - 1 - i] into two variables, and then write both.",
        ),
        must=shared_out(20),
        stars=(Star("At most 70 loads and 70 stores for n = 71.", most={"global_loads": 70, "global_stores": 70}),),
        large=lambda draw: Case((draw.array(MANY), MANY), blocks(MANY, 256), 256),
    ),
)
