"""Lesson 7, the threads of a block together: sums, running sums, counts."""

from collections.abc import Iterator

from minitensor.exercise.catalogue.threads import shared_out
from minitensor.exercise.drawing import Draw
from minitensor.exercise.kinds import Case, Exercise, Star


def blocks(n: int, size: int) -> int:
    """How many blocks of this size have a thread for each of n numbers, at least one."""
    return max(1, -(-n // size))


# --- 36: a sum -------------------------------------------------------------------------------------------------------


def to_total(draw: Draw) -> Iterator[Case]:
    for n in (1, 0, 31, 65, 170):
        yield Case((draw.array(n, start=1), draw.array(1, start=-7), n), blocks(n, 64), 64)


TOTAL = Exercise(
    "total",
    "total",
    to_total,
    hints=(
        "Begin with a value for each thread: its number of x, or np.float32(0) where there is none. Then all threads "
        "of a warp can take the same five steps: 16, 8, 4, 2, 1.",
        "After the steps only the first thread of each warp has the whole sum. A block of 64 threads has two warps, "
        "so ask for cuda.threadIdx.x % 32 == 0 before cuda.atomic_add(out, 0, value).",
        "step = 16, then while step > 0: value += cuda.shfl_down_sync(0xFFFFFFFF, value, step) and step //= 2. For "
        "the second star the first thread of each warp writes its sum into shared memory of two numbers; after a "
        "barrier thread 0 adds both to out[0] with one atomic.",
    ),
    must=shared_out(60),
    stars=(
        Star("At most one atomic for each warp: 6 for n = 170.", most={"atomics": 6}),
        Star("At most one atomic for each block: 3 for n = 170.", most={"atomics": 3}),
    ),
)

# --- 37, 38: running sums --------------------------------------------------------------------------------------------


def to_sum(draw: Draw) -> Iterator[Case]:
    for n in (1, 2, 33, 61):
        yield Case((draw.array(n, start=1), draw.old(n), n), 1, 64)


RUNNING_SUM = Exercise(
    "running_sum",
    "running_sum",
    to_sum,
    hints=(
        "Take two threads, 1 and 2, and step 1. Which number does thread 2 read, and who else touches that number in "
        "the same step?",
        "A step has two halves: everybody reads the old number, everybody writes the new one. Nobody may begin with "
        "the second half before all are done with the first.",
        "The line is cuda.syncthreads(), and it stands between the line that reads `before` and the line that adds "
        "it. All 64 threads must come to it, so it stands in no if.",
    ),
)


def to_cumulate(draw: Draw) -> Iterator[Case]:
    for n in (2, 65) if draw.legible else (1, 63, 150):
        yield Case((draw.array(n, start=1), draw.old(n), n), blocks(n, 64), 64)


def one_block(draw: Draw) -> Iterator[Case]:
    yield Case((draw.array(61), draw.old(61), 61), 1, 64)


CUMULATE = Exercise(
    "cumulate",
    "cumulate",
    to_cumulate,
    hints=(
        "Every thread first brings its number of x into shared memory, or np.float32(0) where there is none; then a "
        "barrier. From there on a block works on its 64 numbers there, by cuda.threadIdx.x.",
        "Steps of 1, 2, 4, ..., 32: read what stands `step` before (where thread >= step), barrier, add it, barrier. "
        "For the star only some threads add in a step. On the way up with steps 1 to 32 those numbers change whose "
        "place is 2 * step - 1, 4 * step - 1, 6 * step - 1, ...",
        "Up: at = (thread + 1) * 2 * step - 1, and if at < 64: sums[at] += sums[at - step]; a barrier after each "
        "step, outside of the if. Down: steps 16, 8, 4, 2, 1, and the same with step more in at.",
    ),
    stars=(
        Star(
            "At most 120 additions for a block, shared out among its threads.",
            one_block,
            {"flops": 120, "global_requests": 20, "shared_requests": 120},
        ),
    ),
)

# --- 39: counts ------------------------------------------------------------------------------------------------------


def to_count(draw: Draw) -> Iterator[Case]:
    for n, bins in ((1, 2), (0, 3), (127, 5), (129, 13), (500, 16)):
        yield Case((draw.integers(0, bins, n), draw.array(bins, dtype="int32", start=7), n, bins), blocks(n, 128), 128)


COUNT = Exercise(
    "count",
    "count",
    to_count,
    hints=(
        "Three parts, with a barrier after the first and the second: empty the table, count, add the table to out.",
        "The table is cuda.shared_memory(np.int32, BINS). It is emptied and carried out by the first threads of each "
        "block, one for each bin: if thread < bins, with thread = cuda.threadIdx.x.",
        "In the middle: if i < n: cuda.atomic_add(counts, v[i], 1), with i = cuda.grid(1). At the end, for the first "
        "threads: cuda.atomic_add(out, thread, counts[thread]).",
    ),
    must=shared_out(100),
    stars=(
        Star(
            "At most one atomic on global memory for a block and a bin: 64 for n = 500 and 16 bins.",
            most={"global_atomics": 64},
        ),
    ),
)

EXERCISES = (TOTAL, RUNNING_SUM, CUMULATE, COUNT)
