"""Two threads and one element."""

import numpy as np
from gpu.advice.pair import Pair, numbers, zeros

from minitensor.gpu import cuda, diagnoses, kernel

SIZE = 8


# A mean-shift step that writes the points it reads.
@kernel
def shift_in_place(points, n, scale):
    i = cuda.grid(1)
    if i < n:
        here, total, moved = points[i], np.float32(0), np.float32(0)
        for other in range(n):
            away = points[other] - here
            weight = cuda.exp(away * away * scale)
            total += weight
            moved += weight * away
        points[i] = here + moved / total


@kernel
def shift_to_a_second_array(points, out, n, scale):
    i = cuda.grid(1)
    if i < n:
        here, total, moved = points[i], np.float32(0), np.float32(0)
        for other in range(n):
            away = points[other] - here
            weight = cuda.exp(away * away * scale)
            total += weight
            moved += weight * away
        out[i] = here + moved / total


@kernel
def shift_after_a_barrier(points, n, scale):
    i = cuda.grid(1)
    here, total, moved = np.float32(0), np.float32(0), np.float32(0)
    if i < n:
        here = points[i]
        for other in range(n):
            away = points[other] - here
            weight = cuda.exp(away * away * scale)
            total += weight
            moved += weight * away
    cuda.syncthreads()
    if i < n:
        points[i] = here + moved / total


def shifted(points, scale):
    away = points - points[:, None].astype("float64")
    weights = np.exp(away**2 * scale)
    return points + (weights * away).sum(1) / weights.sum(1)


def mean_shift_that_writes_what_it_reads():
    points, out = numbers(10), zeros(10)
    return Pair(
        diagnoses.race, "write to a second array, which no thread of this launch reads",
        lambda: shift_in_place[3, 4](points, 10, -0.5),
        lambda: shift_to_a_second_array[3, 4](points, out, 10, -0.5),
        out, shifted(points, -0.5),
    )  # fmt: skip


def mean_shift_in_one_block():
    points = numbers(10)
    return Pair(
        diagnoses.race, "as long as the grid is one block, cuda.syncthreads() between reading and writing will also do",
        lambda: shift_in_place[1, 12](points, 10, -0.5),
        lambda: shift_after_a_barrier[1, 12](points, 10, -0.5),
        points, shifted(points, -0.5),
    )  # fmt: skip


# threadIdx.x where cuda.grid(1) is meant: a sum of columns of which each block takes some.
@kernel
def adds_by_thread(x, out, n):
    i = cuda.threadIdx.x
    if i < n:
        out[i] += x[i]


@kernel
def adds_by_grid(x, out, n):
    i = cuda.grid(1)
    if i < n:
        out[i] += x[i]


def thread_where_grid_is_meant():
    x, out = numbers(10), numbers(10, seed=1)
    return Pair(
        diagnoses.race, "cuda.threadIdx counts from 0 in each block: cuda.grid(1) counts through all of them",
        lambda: adds_by_thread[3, 4](x, out, 10),
        lambda: adds_by_grid[3, 4](x, out, 10),
        out, out + x,
    )  # fmt: skip


@kernel
def squares_by_thread(x, m, n):
    col, row = cuda.threadIdx.x, cuda.threadIdx.y
    if row < m and col < n:
        x[row, col] = row * 10 + col


@kernel
def squares_by_grid(x, m, n):
    col, row = cuda.grid(2)
    if row < m and col < n:
        x[row, col] = row * 10 + col


def thread_where_grid_is_meant_in_two_axes():
    x = zeros(3, 5, dtype="int32")
    return Pair(
        diagnoses.race, "cuda.grid(2) counts through all of them",
        lambda: squares_by_thread[(3, 2), (2, 2)](x, 3, 5),
        lambda: squares_by_grid[(3, 2), (2, 2)](x, 3, 5),
        x, np.arange(3)[:, None] * 10 + np.arange(5),
    )  # fmt: skip


@kernel
def rows_by_grid_and_columns_by_thread(x, m, n):
    row, col = cuda.grid(2)[1], cuda.threadIdx.x
    if row < m and col < n:
        x[row, col] = row * 10 + col


def columns_by_thread():
    x = zeros(3, 5, dtype="int32")
    return Pair(
        diagnoses.race, "cuda.grid(2) counts through all of them",
        lambda: rows_by_grid_and_columns_by_thread[(3, 2), (2, 2)](x, 3, 5),
        lambda: squares_by_grid[(3, 2), (2, 2)](x, 3, 5),
        x, np.arange(3)[:, None] * 10 + np.arange(5),
    )  # fmt: skip


# A swap that is done twice, once from each end.
@kernel
def reversed_from_both_ends(x, n):
    i = cuda.grid(1)
    if i < n:
        x[i], x[n - 1 - i] = x[n - 1 - i], x[i]


@kernel
def reversed_from_one_end(x, n):
    i = cuda.grid(1)
    if i < n // 2:  # so that each element belongs to one thread
        x[i], x[n - 1 - i] = x[n - 1 - i], x[i]


def swap_from_both_ends():
    x = numbers(9)
    return Pair(
        diagnoses.race, "give each element to one thread",
        lambda: reversed_from_both_ends[1, 12](x, 9),
        lambda: reversed_from_one_end[1, 12](x, 9),
        x, x[::-1].copy(),
    )  # fmt: skip


def swap_from_both_ends_in_two_blocks():
    x = numbers(9)
    return Pair(
        diagnoses.race, "give each element to one thread of one block",
        lambda: reversed_from_both_ends[3, 4](x, 9),
        lambda: reversed_from_one_end[3, 4](x, 9),
        x, x[::-1].copy(),
    )  # fmt: skip


# A neighbour that is read while it is written.
@kernel
def steps_left(x, n):
    i = cuda.grid(1)
    if i + 1 < n:
        x[i] = x[i + 1]


@kernel
def steps_left_into(x, out, n):
    i = cuda.grid(1)
    if i + 1 < n:
        out[i] = x[i + 1]


def a_step_to_the_left():
    x, out = numbers(9), zeros(8)
    return Pair(
        diagnoses.race, "write to a second array",
        lambda: steps_left[3, 3](x, 9),
        lambda: steps_left_into[3, 3](x, out, 9),
        out, x[1:],
    )  # fmt: skip


# Adding.
@kernel
def adds_plainly(x, total, n):
    i = cuda.grid(1)
    if i < n:
        total[0] += x[i]


@kernel
def adds_in_one_step(x, total, n):
    i = cuda.grid(1)
    if i < n:
        cuda.atomic_add(total, 0, x[i])


def a_sum_in_one_block():
    x, total = numbers(10, dtype="int32"), zeros(1, dtype="int32")
    return Pair(
        diagnoses.race, "let each add in one step: cuda.atomic_add(total, index, value)",
        lambda: adds_plainly[1, 12](x, total, 10), lambda: adds_in_one_step[1, 12](x, total, 10), total, [x.sum()],
    )  # fmt: skip


def a_sum_in_blocks_of_one_thread():
    x, total = numbers(10, dtype="int32"), zeros(1, dtype="int32")
    return Pair(
        diagnoses.race, "let each add in one step: cuda.atomic_add(total, index, value)",
        lambda: adds_plainly[12, 1](x, total, 10), lambda: adds_in_one_step[12, 1](x, total, 10), total, [x.sum()],
    )  # fmt: skip


@kernel
def counts_plainly(x, bins, n):
    i = cuda.grid(1)
    if i < n:
        bins[x[i]] += 1


@kernel
def counts_in_one_step(x, bins, n):
    i = cuda.grid(1)
    if i < n:
        cuda.atomic_add(bins, x[i], 1)


def a_histogram():
    x, bins = numbers(40, dtype="int32"), zeros(10, dtype="int32")
    return Pair(
        diagnoses.race, "let each add in one step: cuda.atomic_add(bins, index, value)",
        lambda: counts_plainly[5, 8](x, bins, 40), lambda: counts_in_one_step[5, 8](x, bins, 40), bins,
        np.bincount(x, minlength=10),
    )  # fmt: skip


# One element for all.
@kernel
def everyone_writes_the_size(x):
    x[0] = cuda.blockDim.x


@kernel
def one_writes_the_size(x):
    if cuda.grid(1) == 0:
        x[0] = cuda.blockDim.x


def one_element_for_all_threads():
    x = zeros(1)
    return Pair(
        diagnoses.race, "give each element to one thread",
        lambda: everyone_writes_the_size[1, 8](x), lambda: one_writes_the_size[1, 8](x), x, [8],
    )  # fmt: skip


def one_element_for_all_blocks():
    x = zeros(1)
    return Pair(
        diagnoses.race, "blocks run in any order and never wait for each other: give each element to one thread of one",
        lambda: everyone_writes_the_size[2, 1](x), lambda: one_writes_the_size[2, 1](x), x, [1],
    )  # fmt: skip


# Shared memory: full before it is read, read before it is filled again.
@kernel
def turned_without_a_barrier(x, out):
    tile = cuda.shared_memory(np.float32, SIZE)
    i = cuda.threadIdx.x
    tile[i] = x[i]
    out[i] = tile[SIZE - 1 - i]


@kernel
def turned(x, out):
    tile = cuda.shared_memory(np.float32, SIZE)
    i = cuda.threadIdx.x
    tile[i] = x[i]
    cuda.syncthreads()
    out[i] = tile[SIZE - 1 - i]


def no_first_barrier():
    x, out = numbers(SIZE), zeros(SIZE)
    return Pair(
        diagnoses.race, "put cuda.syncthreads() between the two",
        lambda: turned_without_a_barrier[1, SIZE](x, out), lambda: turned[1, SIZE](x, out), out, x[::-1],
    )  # fmt: skip


@kernel
def sums_with_one_barrier(x, out, rounds):
    tile = cuda.shared_memory(np.float32, SIZE)
    i = cuda.threadIdx.x
    total = np.float32(0)
    for row in range(rounds):
        tile[i] = x[row, i]
        cuda.syncthreads()
        total += tile[SIZE - 1 - i]
    out[i] = total


@kernel
def sums_with_two_barriers(x, out, rounds):
    tile = cuda.shared_memory(np.float32, SIZE)
    i = cuda.threadIdx.x
    total = np.float32(0)
    for row in range(rounds):
        tile[i] = x[row, i]
        cuda.syncthreads()
        total += tile[SIZE - 1 - i]
        cuda.syncthreads()
    out[i] = total


def no_second_barrier():
    x, out = numbers(3, SIZE), zeros(SIZE)
    return Pair(
        diagnoses.race, "put cuda.syncthreads() between the two, also where the second is in the next round of a loop",
        lambda: sums_with_one_barrier[1, SIZE](x, out, 3), lambda: sums_with_two_barriers[1, SIZE](x, out, 3), out,
        x.sum(0)[::-1],
    )  # fmt: skip


@kernel
def scan_in_place(x, out):
    tile = cuda.shared_memory(np.float32, SIZE)
    i = cuda.threadIdx.x
    tile[i] = x[i]
    cuda.syncthreads()
    step = 1
    while step < SIZE:
        if i >= step:
            tile[i] += tile[i - step]
        cuda.syncthreads()
        step *= 2
    out[i] = tile[i]


@kernel
def scan_by_a_variable(x, out):
    tile = cuda.shared_memory(np.float32, SIZE)
    i = cuda.threadIdx.x
    tile[i] = x[i]
    cuda.syncthreads()
    step = 1
    while step < SIZE:
        before = tile[i - step] if i >= step else np.float32(0)
        cuda.syncthreads()
        tile[i] += before
        cuda.syncthreads()
        step *= 2
    out[i] = tile[i]


def a_scan():
    x, out = numbers(SIZE), zeros(SIZE)
    return Pair(
        diagnoses.race, "read into a variable, then put cuda.syncthreads(), and then write",
        lambda: scan_in_place[1, SIZE](x, out), lambda: scan_by_a_variable[1, SIZE](x, out), out, np.cumsum(x),
    )  # fmt: skip


# What one thread makes and another needs, in global memory.
@kernel
def mean_without_a_barrier(x, total, out, n):
    i = cuda.grid(1)
    if i < n:
        cuda.atomic_add(total, 0, x[i])
    if i < n:
        out[i] = x[i] - total[0] / n


@kernel
def mean_with_a_barrier(x, total, out, n):
    i = cuda.grid(1)
    if i < n:
        cuda.atomic_add(total, 0, x[i])
    cuda.syncthreads()
    if i < n:
        out[i] = x[i] - total[0] / n


@kernel
def take_away(x, total, out, n):
    i = cuda.grid(1)
    if i < n:
        out[i] = x[i] - total[0] / n


def a_sum_that_is_read_in_one_block():
    x, total, out = numbers(10, dtype="int32"), zeros(1, dtype="int32"), zeros(10)
    return Pair(
        diagnoses.race, "put cuda.syncthreads() between the two",
        lambda: mean_without_a_barrier[1, 12](x, total, out, 10), lambda: mean_with_a_barrier[1, 12](x, total, out, 10),
        out, x - x.mean(),
    )  # fmt: skip


def a_sum_that_is_read_by_other_blocks():
    x, total, out = numbers(10, dtype="int32"), zeros(1, dtype="int32"), zeros(10)

    def two_launches():
        adds_in_one_step[3, 4](x, total, 10)
        take_away[3, 4](x, total, out, 10)

    return Pair(
        diagnoses.race, "end the kernel between the two and launch a second one",
        lambda: mean_without_a_barrier[3, 4](x, total, out, 10), two_launches, out, x - x.mean(),
    )  # fmt: skip


@kernel
def doubled_and_turned(x, between, out, n):
    i = cuda.grid(1)
    if i < n:
        between[i] = x[i] * 2
        out[i] = between[n - 1 - i]


@kernel
def doubled(x, between, n):
    i = cuda.grid(1)
    if i < n:
        between[i] = x[i] * 2


@kernel
def turned_round(between, out, n):
    i = cuda.grid(1)
    if i < n:
        out[i] = between[n - 1 - i]


def what_another_block_wrote():
    x, between, out = numbers(10), zeros(10), zeros(10)

    def two_launches():
        doubled[3, 4](x, between, 10)
        turned_round[3, 4](between, out, 10)

    return Pair(
        diagnoses.race, "what one launch has written, the next may read: end the kernel between the two",
        lambda: doubled_and_turned[3, 4](x, between, out, 10), two_launches, out, 2 * x[::-1],
    )  # fmt: skip


# Bins in shared memory that are set to 0, and no barrier after it.
@kernel
def bins_without_a_barrier(x, out, n):
    bins = cuda.shared_memory(np.int32, SIZE)
    i = cuda.threadIdx.x
    bins[i] = 0
    for at in range(i, n, SIZE):
        cuda.atomic_add(bins, x[at] % SIZE, 1)
    cuda.syncthreads()
    out[i] = bins[i]


@kernel
def bins_with_a_barrier(x, out, n):
    bins = cuda.shared_memory(np.int32, SIZE)
    i = cuda.threadIdx.x
    bins[i] = 0
    cuda.syncthreads()
    for at in range(i, n, SIZE):
        cuda.atomic_add(bins, x[at] % SIZE, 1)
    cuda.syncthreads()
    out[i] = bins[i]


def bins_that_are_filled_too_late():
    x, out = numbers(30, dtype="int32"), zeros(SIZE, dtype="int32")
    return Pair(
        diagnoses.race, "put cuda.syncthreads() between the two",
        lambda: bins_without_a_barrier[1, SIZE](x, out, 30), lambda: bins_with_a_barrier[1, SIZE](x, out, 30), out,
        np.bincount(x % SIZE, minlength=SIZE),
    )  # fmt: skip
