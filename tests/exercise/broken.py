"""Kernels as learners write them, each wrong in one way, with the word and the first line of what is said of it."""

from typing import Any, NamedTuple

import numpy as np

from minitensor.exercise.kinds import Case
from minitensor.gpu import cuda, kernel, uninitialised

BROKEN: dict[str, "Broken"] = {}


class Broken(NamedTuple):
    """first : the first line; holds : what else is said"""

    kernel: Any
    case: Case
    word: str
    first: str
    holds: tuple[str, ...]


def broken(case, word, first, *holds):
    def keep(function):
        BROKEN[function.__name__] = Broken(kernel(function), case, word, first, holds)
        return function

    return keep


def full(*shape, dtype="float32"):
    return np.arange(int(np.prod(shape))).reshape(shape).astype(dtype)


def old(*shape, dtype="float32"):
    return np.full(shape, -777, dtype)


def lines(n=70, blocks=3):
    return Case((full(n), old(n), n), blocks, 32)


def tables(m=40, n=70):
    return Case((full(m, n), full(m, n), old(m, n), m, n), (3, 6), (32, 8))


# An index outside.


@broken(
    lines(),
    "guard",
    "Thread 6 of block 2 reads x[70]; x ends at 69.",
    "i <= n with i = 70, n = 70.",
    "Of n numbers the last has the index n - 1.",
)
def guard_lets_n_through(x, out, n):
    i = cuda.grid(1)
    if i <= n:
        out[i] = x[i] * x[i] + 1


@broken(
    lines(),
    "guard",
    "Thread 6 of block 2 reads x[70]; x ends at 69.",
    "96 threads are launched, and x has 70 elements.",
)
def no_guard(x, out, n):
    i = cuda.grid(1)
    out[i] = x[i] * x[i] + 1


@broken(tables(), "swapped", "Thread (0, 0) of block (0, 5) touches a[40, 0]; a has 40 rows, 0 to 39.")
def sizes_exchanged(a, b, out, m, n):
    col, row = cuda.grid(2)
    if row < n and col < m:
        out[row, col] = a[row, col] + b[row, col]


@broken(tables(), "guard", "", "With `or` one half is enough.")
def either_half(a, b, out, m, n):
    col, row = cuda.grid(2)
    if row < m or col < n:
        out[row, col] = a[row, col] + b[row, col]


@broken(tables(), "swapped", "")
def row_and_col_exchanged(a, b, out, m, n):
    col, row = cuda.grid(2)
    if row < m and col < n:
        out[row, col] = a[col, row] + b[row, col]


@broken(lines(), "negative", "Thread 0 of block 0 reads x[-1]; x begins at 0.", "here i = 0")
def nobody_on_the_left(x, out, n):
    i = cuda.grid(1)
    if i < n:
        out[i] = x[i] - x[i - 1]


@broken(
    lines(), "neighbour", "Thread 5 of block 2 reads x[70]; x ends at 69.", "Your guard asks for i", "i = 69, n = 70"
)
def nobody_on_the_right(x, out, n):
    i = cuda.grid(1)
    if i < n:
        out[i] = x[i + 1] - x[i]


@broken(lines(), "loop", "Thread 0 of block 0 reads x[70]; x ends at 69.", "for k in range(n + 1)")
def loop_too_far(x, out, n):
    i = cuda.grid(1)
    if i < n:
        total = np.float32(0)
        for k in range(n + 1):
            total += x[k]
        out[i] = total


@broken(
    Case((full(20, dtype="int32"), old(5, dtype="int32"), 20, 5), 1, 32),
    "outside",
    "Thread 5 of block 0 touches out[5]; out ends at 4.",
    "read from memory",
)
def bin_that_is_not_there(v, out, n, bins):
    i = cuda.grid(1)
    if i < n:
        cuda.atomic_add(out, v[i], 1)


@broken(lines(), "outside", "Thread 31 of block 0 writes s[32]; s ends at 31.", "Is s large enough")
def tile_too_small(x, out, n):
    s = cuda.shared_memory(np.float32, 32)
    i, t = cuda.grid(1), cuda.threadIdx.x
    s[t + 1] = x[i] if i < n else np.float32(0)
    cuda.syncthreads()
    if i < n:
        out[i] = s[t]


# What nobody has written.


@broken(
    lines(),
    "halo",
    "s[0] is read and no thread of block 0 ever writes it (a barrier will not help).",
    "  s    0    1    2    3    ..   31   32   33",
    "thread 0 reads s[0], s[1], s[2] line ",
    "Who fetches the number left of the block's first?",
)
def halo_that_nobody_fetches(x, out, n):
    s = cuda.shared_memory(np.float32, 34)
    i, t = cuda.grid(1), cuda.threadIdx.x
    s[t + 1] = x[i] if i < n else np.float32(0)
    cuda.syncthreads()
    if i < n:
        out[i] = (s[t] + s[t + 1] + s[t + 2]) / np.float32(3)


@broken(lines(), "halo", "s[33] is read and no thread of block 0 ever writes it (a barrier will not help).")
def halo_on_the_left_only(x, out, n):
    s = cuda.shared_memory(np.float32, 34)
    i, t = cuda.grid(1), cuda.threadIdx.x
    s[t + 1] = x[i] if i < n else np.float32(0)
    if t == 0:
        s[0] = x[i - 1] if i > 0 else np.float32(0)
    cuda.syncthreads()
    if i < n:
        out[i] = (s[t] + s[t + 1] + s[t + 2]) / np.float32(3)


@broken(
    lines(),
    "unwritten",
    "s[6] is read and no thread of block 2 ever writes it (a barrier will not help).",
    "Threads 6 to 31 of the block write nothing there.",
    "with a number that does no harm?",
)
def rest_of_the_last_block(x, out, n):
    s = cuda.shared_memory(np.float32, 32)
    i, t = cuda.grid(1), cuda.threadIdx.x
    if i < n:
        s[t] = x[i]
    cuda.syncthreads()
    total = np.float32(0)
    for k in range(32):
        total += s[k]
    if i < n:
        out[i] = total


@broken(
    Case((full(70, dtype="int32") % 7, old(7, dtype="int32"), 70, 7), 3, 32),
    "unwritten",
    "counts[0] is used and no thread of block 0 ever writes into counts.",
)
def bins_not_zeroed(v, out, n, bins):
    counts = cuda.shared_memory(np.int32, 7)
    i, t = cuda.grid(1), cuda.threadIdx.x
    if i < n:
        cuda.atomic_add(counts, v[i], 1)
    cuda.syncthreads()
    if t < bins:
        cuda.atomic_add(out, t, counts[t])


@broken(lines(), "race", "Thread 0 of block 0 reads s[1] (line ", "Let all write first")
def read_before_it_is_written(x, out, n):
    s = cuda.shared_memory(np.float32, 33)
    i, t = cuda.grid(1), cuda.threadIdx.x
    if t == 0:
        s[32] = np.float32(0)
        out[i] = s[1]
    s[t] = x[i] if i < n else np.float32(0)


@broken(
    Case((full(70), uninitialised((70,)), 70), 3, 32), "unwritten", "Thread 0 of block 0 reads out[0], and nobody has"
)
def output_that_is_read(x, out, n):
    i = cuda.grid(1)
    if i < n:
        out[i] = out[i] + x[i]


@broken(lines(), "unassigned", "Thread 6 of block 2 uses here, and has given it no value on its way here.")
def value_in_the_guard_only(x, out, n):
    s = cuda.shared_memory(np.float32, 32)
    i, t = cuda.grid(1), cuda.threadIdx.x
    if i < n:
        here = x[i]
    s[t] = here
    cuda.syncthreads()
    if i < n:
        out[i] = s[t]


# Two threads.


@broken(
    lines(),
    "which-thread",
    "Blocks 0, 1 and 2 all write out[0] .. out[31]; nobody writes out[32] .. out[69].",
    "cuda.grid(1) counts through all of them.",
)
def thread_for_grid(x, out, n):
    i = cuda.threadIdx.x
    if i < n:
        out[i] = x[i] * x[i] + 1


@broken(
    Case((full(70), 70), 3, 32),
    "which-thread",
    "Blocks 0, 1 and 2 all write x[0] .. x[31]; nobody writes x[32] .. x[69].",
)
def thread_for_grid_in_place(x, n):
    i = cuda.threadIdx.x
    if i < n:
        x[i] = 2 * x[i]


@broken(tables(), "which-thread", "Blocks (0, 0), (1, 0), (2, 0) .. (2, 5) all write out[0, 0] .. out[7, 31]; nobody")
def thread_for_grid_in_two_axes(a, b, out, m, n):
    col, row = cuda.threadIdx.x, cuda.threadIdx.y
    if row < m and col < n:
        out[row, col] = a[row, col] + b[row, col]


@broken(
    Case((full(70), old(1), 70), 3, 32),
    "atomic",
    "Thread 0 of block 0 and thread 1 add to out[0] at the same time.",
    "cuda.atomic_add(out, index, value)",
)
def sum_without_an_atomic(x, out, n):
    i = cuda.grid(1)
    if i < n:
        out[0] += x[i]


@broken(Case((full(70), 70), 3, 32), "owner", "Thread ", "Which thread owns this element?")
def each_pair_twice(x, n):
    i = cuda.grid(1)
    if i < n:
        x[i], x[n - 1 - i] = x[n - 1 - i], x[i]


@broken(
    Case((full(70), 70), 3, 32),
    "in-place",
    "Thread 5 of block 2 writes x[69] (line",
    "A barrier orders one block only",
    "Let one thread alone",
)
def reverse_in_place_by_a_barrier(x, n):
    i = cuda.grid(1)
    value = x[n - 1 - i] if i < n else np.float32(0)
    cuda.syncthreads()
    if i < n:
        x[i] = value


@broken(
    Case((full(50, 2), old(50, 2), 50), 2, 32),
    "in-place",
    "Thread 1 of block 0 writes p[1, 0] (line",
    "here 2 blocks read all of p.",
    "Write to out, which nobody reads.",
)
def points_changed_while_others_read(p, out, n):
    i = cuda.grid(1)
    if i < n:
        total = np.float32(0)
        for k in range(n):
            total += p[k, 0] + p[k, 1]
        p[i, 0] = total / np.float32(50)


@broken(lines(), "between-blocks", "Thread ", "Blocks run in any order")
def read_of_what_another_block_writes(x, out, n):
    i = cuda.grid(1)
    if i < n:
        out[i] = x[i]
    cuda.syncthreads()
    if i < n and i > 0:
        x[i] = out[i - 1]


@broken(lines(32, 1), "race", "Thread ", "cuda.syncthreads() belongs after line ")
def no_barrier(x, out, n):
    s = cuda.shared_memory(np.float32, 32)
    t = cuda.threadIdx.x
    s[t] = x[t]
    out[t] = s[31 - t]


@broken(lines(32, 1), "race", "Thread ", "on one line.")
def one_barrier_a_step(x, out, n):
    s = cuda.shared_memory(np.float32, 32)
    t = cuda.threadIdx.x
    s[t] = x[t]
    cuda.syncthreads()
    step = 1
    while step < 32:
        if t >= step:
            s[t] += s[t - step]
        cuda.syncthreads()
        step *= 2
    out[t] = s[t]


@broken(lines(32, 1), "race", "Thread ", "The loop comes round")
def no_second_barrier(x, out, n):
    s = cuda.shared_memory(np.float32, 32)
    t = cuda.threadIdx.x
    total = np.float32(0)
    for k in range(2):
        s[t] = x[t] * k
        cuda.syncthreads()
        total += s[31 - t]
    out[t] = total


# Barriers, loops and the rest.


@broken(lines(), "barrier", "Thread 0 of block 2 waits at the barrier of line ", "i < n with i = 70, n = 70")
def barrier_in_the_guard(x, out, n):
    s = cuda.shared_memory(np.float32, 32)
    i, t = cuda.grid(1), cuda.threadIdx.x
    if i < n:
        s[t] = x[i]
        cuda.syncthreads()
        out[i] = s[t]


@broken(lines(), "barrier", "Thread 0 of block 2 waits at the barrier of line ", "i >= n with i = 70, n = 70")
def home_before_the_barrier(x, out, n):
    s = cuda.shared_memory(np.float32, 32)
    i, t = cuda.grid(1), cuda.threadIdx.x
    if i >= n:
        return
    s[t] = x[i]
    cuda.syncthreads()
    out[i] = s[t]


@broken(lines(), "barrier", "Thread ", "do not go round alike")
def uneven_rounds(x, out, n):
    i, t = cuda.grid(1), cuda.threadIdx.x
    for _ in range(t):
        cuda.syncthreads()
    if i < n:
        out[i] = x[i]


@broken(lines(), "shuffle", "Thread ")
def shuffle_in_the_guard(x, out, n):
    i = cuda.grid(1)
    if i < n:
        out[i] = x[i] + cuda.shfl_down_sync(0xFFFFFFFF, x[i], 1)


@broken(Case((full(20), old(20), 20), 1, 20), "shuffle", "Thread ")
def shuffle_from_nobody(x, out, n):
    i = cuda.grid(1)
    out[i] = cuda.shfl_down_sync(0xFFFFF, x[i], 1)


@broken(lines(), "endless", "Thread 0 of block 0 does not leave the loop of line ")
def loop_that_never_ends(x, out, n):
    i, step = cuda.grid(1), 1
    while step < n:
        if i < n:
            out[i] = x[i]


@broken(lines(), "refused", "The kernel cannot be translated to CUDA C++, so no thread has run.", "float32")
def whole_number_first(x, out, n):
    i = cuda.grid(1)
    if i < n:
        total = 0
        for k in range(n):
            total += x[k]
        out[i] = total


@broken(lines(), "refused", "The kernel cannot be translated to CUDA C++, so no thread has run.", "not a slice")
def slice_of_an_array(x, out, n):
    i = cuda.grid(1)
    if i < n:
        out[i] = x[i:][0]


@broken(
    Case((full(70), old(70), 70), 1, 16), "aligned", "Thread 1 of block 0 reads 4 elements of x at once from x[1] on."
)
def four_from_anywhere(x, out, n):
    i = cuda.grid(1)
    a, b, c, d = cuda.load4(x, i)
    out[i] = a + b + c + d


@broken(lines(), "shared-memory", "", "a smaller tile")
def too_large_a_tile(x, out, n):
    s = cuda.shared_memory(np.float32, 20000)
    i, t = cuda.grid(1), cuda.threadIdx.x
    s[t] = x[i] if i < n else np.float32(0)
    cuda.syncthreads()
    if i < n:
        out[i] = s[t]


@broken(lines(), "two-arrays", "", "a name of its own")
def one_name_for_two_arrays(x, out, n):
    i = cuda.grid(1)
    if i < n:
        which = x
        if i < 5:
            which = out
        out[i] = which[i]
