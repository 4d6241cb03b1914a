"""One thread and one element: it is not there, or nobody has written it."""

import numpy as np
from gpu.advice.pair import Pair, numbers, zeros

from minitensor.gpu import cuda, diagnoses, kernel, uninitialised

SIZE = 8


# Outside of the array.
@kernel
def doubled_by_all(x, n):
    i = cuda.grid(1)
    x[i] *= 2


@kernel
def doubled(x, n):
    i = cuda.grid(1)
    if i < n:
        x[i] *= 2


def no_guard():
    x = numbers(6)
    return Pair(
        diagnoses.out_of_bounds, "threads without an element of their own must be kept out: if i < n: ...",
        lambda: doubled_by_all[2, 4](x, 6), lambda: doubled[2, 4](x, 6), x, x * 2,
    )  # fmt: skip


@kernel
def doubled_up_to_n(x, n):
    i = cuda.grid(1)
    if i <= n:
        x[i] *= 2


def a_guard_that_lets_n_through():
    x = numbers(6)
    return Pair(
        diagnoses.out_of_bounds, "the guard `i <= n` lets n itself through: write i < n",
        lambda: doubled_up_to_n[2, 4](x, 6), lambda: doubled[2, 4](x, 6), x, x * 2,
    )  # fmt: skip


@kernel
def doubled_unless_beyond(x, n):
    i = cuda.grid(1)
    if i > n:
        return
    x[i] *= 2


def an_early_return_that_lets_n_through():
    x = numbers(6)
    return Pair(
        diagnoses.out_of_bounds, "the guard `i > n` lets n itself through: write i < n",
        lambda: doubled_unless_beyond[2, 4](x, 6), lambda: doubled[2, 4](x, 6), x, x * 2,
    )  # fmt: skip


def a_guard_with_another_size():
    x = numbers(6)
    return Pair(
        diagnoses.out_of_bounds, "the guard `i < n` lets it through: it must be the size of x that is compared with",
        lambda: doubled[2, 4](x, 7), lambda: doubled[2, 4](x, len(x)), x, x * 2,
    )  # fmt: skip


@kernel
def differences(x, out, n):
    i = cuda.grid(1)
    if i < n:
        out[i] = x[i + 1] - x[i]


@kernel
def differences_inside(x, out, n):
    i = cuda.grid(1)
    if i + 1 < n:
        out[i] = x[i + 1] - x[i]


def a_guard_for_the_thread_and_not_for_its_neighbour():
    x, out = numbers(6), zeros(6)
    return Pair(
        diagnoses.out_of_bounds, "the guard `i < n` keeps i inside, but not i + 1: ask if i + 1 < n: ...",
        lambda: differences[2, 4](x, out, 6), lambda: differences_inside[2, 4](x, out, 6), out, [*np.diff(x), 0],
    )  # fmt: skip


@kernel
def from_the_left(x, out, n):
    i = cuda.grid(1)
    if i < n:
        out[i] = x[i - 1]


@kernel
def from_the_left_inside(x, out, n):
    i = cuda.grid(1)
    if i < n and i - 1 >= 0:
        out[i] = x[i - 1]


def a_negative_index():
    x, out = numbers(6), zeros(6)
    return Pair(
        diagnoses.out_of_bounds, "keep it out: if i - 1 >= 0: ...",
        lambda: from_the_left[2, 4](x, out, 6), lambda: from_the_left_inside[2, 4](x, out, 6), out, [0, *x[:-1]],
    )  # fmt: skip


@kernel
def curvature(x, out, n):
    i = cuda.grid(1)
    if i < n and i - 1 >= 0:
        out[i] = x[i - 1] - 2 * x[i] + x[i + 1]


@kernel
def curvature_inside(x, out, n):
    i = cuda.grid(1)
    if i < n and i - 1 >= 0 and i + 1 < n:
        out[i] = x[i - 1] - 2 * x[i] + x[i + 1]


def a_line_with_many_indices():
    x, out = numbers(6), zeros(6)
    return Pair(
        diagnoses.out_of_bounds, "the guard `i < n` keeps i inside, but not every index of this line: ask for each",
        lambda: curvature[2, 4](x, out, 6), lambda: curvature_inside[2, 4](x, out, 6), out, [0, *np.diff(x, 2), 0],
    )  # fmt: skip


@kernel
def doubled_the_other_way_round(x, m, n):
    col, row = cuda.grid(2)
    if row < m and col < n:
        x[col, row] *= 2


@kernel
def doubled_rows(x, m, n):
    col, row = cuda.grid(2)
    if row < m and col < n:
        x[row, col] *= 2


def row_and_column_swapped():
    x = numbers(3, 2)
    return Pair(
        diagnoses.out_of_bounds, "the other way round it would fit: are row and column swapped?",
        lambda: doubled_the_other_way_round[1, (4, 4)](x, 3, 2), lambda: doubled_rows[1, (4, 4)](x, 3, 2), x, x * 2,
    )  # fmt: skip


@kernel
def sums_too_far(x, out, k):
    row = cuda.grid(1)
    total = np.float32(0)
    for inner in range(k + 1):
        total += x[row, inner]
    out[row] = total


@kernel
def sums(x, out, k):
    row = cuda.grid(1)
    total = np.float32(0)
    for inner in range(k):
        total += x[row, inner]
    out[row] = total


def a_loop_that_goes_too_far():
    x, out = numbers(4, 5), zeros(4)
    return Pair(
        diagnoses.out_of_bounds, "the loop `for inner in range(k + 1)` goes too far: it must end at 5",
        lambda: sums_too_far[1, 4](x, out, 5), lambda: sums[1, 4](x, out, 5), out, x.sum(1),
    )  # fmt: skip


@kernel
def steps_too_far(x, out, k):
    row = cuda.grid(1)
    total = np.float32(0)
    for inner in range(k):
        total += cuda.fabs(x[row, inner + 1] - x[row, inner])
    out[row] = total


@kernel
def steps(x, out, k):
    row = cuda.grid(1)
    total = np.float32(0)
    for inner in range(k):
        if inner + 1 < k:
            total += cuda.fabs(x[row, inner + 1] - x[row, inner])
    out[row] = total


def a_neighbour_in_a_loop():
    x, out = numbers(4, 5), zeros(4)
    return Pair(
        diagnoses.out_of_bounds, "the loop `for inner in range(k)` keeps inner inside, but not inner + 1: ask if "
        "inner + 1 < 5: ...",
        lambda: steps_too_far[1, 4](x, out, 5), lambda: steps[1, 4](x, out, 5), out, abs(np.diff(x)).sum(1),
    )  # fmt: skip


@kernel
def gathered(x, where, out, n):
    i = cuda.grid(1)
    if i < n:
        at = where[i]
        out[i] = x[at]


@kernel
def gathered_where_there_is_one(x, where, out, n):
    i = cuda.grid(1)
    if i < n:
        at = where[i]
        if at < 6:
            out[i] = x[at]


def an_index_that_was_read():
    x, where, out = numbers(6), np.array([5, 0, 6, 2], "int32"), zeros(4)
    return Pair(
        diagnoses.out_of_bounds, "that index was read from memory: is it right there? If not all are, keep them out: "
        "if at < 6",
        lambda: gathered[1, 4](x, where, out, 4), lambda: gathered_where_there_is_one[1, 4](x, where, out, 4), out,
        [x[5], x[0], 0, x[2]],
    )  # fmt: skip


@kernel(device=True)
def next_one(x, i):
    return x[i + 1]


@kernel(device=True)
def next_one_or_nought(x, i, n):
    if i + 1 < n:
        return x[i + 1]
    return np.float32(0)


@kernel
def copied_from_the_right(x, out, n):
    i = cuda.grid(1)
    if i < n:
        out[i] = next_one(x, i)


@kernel
def copied_from_the_right_inside(x, out, n):
    i = cuda.grid(1)
    if i < n:
        out[i] = next_one_or_nought(x, i, n)


def a_device_function_that_looks_too_far():
    x, out = numbers(6), zeros(6)
    return Pair(
        diagnoses.out_of_bounds, "threads without an element of their own must be kept out",
        lambda: copied_from_the_right[2, 4](x, out, 6), lambda: copied_from_the_right_inside[2, 4](x, out, 6), out,
        [*x[1:], 0],
    )  # fmt: skip


# Written by nobody.
@kernel
def mean_of_three_without_a_halo(x, out, n):
    tile = cuda.shared_memory(np.float32, SIZE + 2)
    i, at = cuda.grid(1), cuda.threadIdx.x
    if i < n:
        tile[at + 1] = x[i]
    cuda.syncthreads()
    if i < n:
        out[i] = (tile[at] + tile[at + 1] + tile[at + 2]) / 3


@kernel
def mean_of_three(x, out, n):
    tile = cuda.shared_memory(np.float32, SIZE + 2)
    i, at = cuda.grid(1), cuda.threadIdx.x
    tile[at + 1] = x[i] if i < n else np.float32(0)
    if at == 0:
        tile[0] = x[i - 1] if i > 0 else np.float32(0)
        tile[SIZE + 1] = x[i + SIZE] if i + SIZE < n else np.float32(0)
    cuda.syncthreads()
    if i < n:
        out[i] = (tile[at] + tile[at + 1] + tile[at + 2]) / 3


def a_halo_that_nobody_fills():
    x, out = numbers(20), zeros(20)
    return Pair(
        diagnoses.unwritten, "fill all that is read, also a halo, the edge of a tile",
        lambda: mean_of_three_without_a_halo[3, SIZE](x, out, 20), lambda: mean_of_three[3, SIZE](x, out, 20), out,
        np.convolve(x, np.ones(3), "same") / 3,
    )  # fmt: skip


@kernel
def sums_of_blocks_with_an_edge(x, out, n):
    tile = cuda.shared_memory(np.float32, SIZE)
    i, at = cuda.grid(1), cuda.threadIdx.x
    if i < n:
        tile[at] = x[i]
    cuda.syncthreads()
    if at == 0:
        total = np.float32(0)
        for other in range(SIZE):
            total += tile[other]
        out[cuda.blockIdx.x] = total


@kernel
def sums_of_blocks(x, out, n):
    tile = cuda.shared_memory(np.float32, SIZE)
    i, at = cuda.grid(1), cuda.threadIdx.x
    tile[at] = x[i] if i < n else np.float32(0)
    cuda.syncthreads()
    if at == 0:
        total = np.float32(0)
        for other in range(SIZE):
            total += tile[other]
        out[cuda.blockIdx.x] = total


def an_edge_tile_that_nobody_fills():
    x, out = numbers(20), zeros(3)
    return Pair(
        diagnoses.unwritten, "what belongs to threads without an element of their own, for example with 0",
        lambda: sums_of_blocks_with_an_edge[3, SIZE](x, out, 20), lambda: sums_of_blocks[3, SIZE](x, out, 20), out,
        [x[:8].sum(), x[8:16].sum(), x[16:].sum()],
    )  # fmt: skip


@kernel
def bins_as_they_are(x, out, n):
    bins = cuda.shared_memory(np.int32, SIZE)
    i = cuda.threadIdx.x
    for at in range(i, n, SIZE):
        cuda.atomic_add(bins, x[at] % SIZE, 1)
    cuda.syncthreads()
    out[i] = bins[i]


@kernel
def bins_from_nought(x, out, n):
    bins = cuda.shared_memory(np.int32, SIZE)
    i = cuda.threadIdx.x
    bins[i] = 0
    cuda.syncthreads()
    for at in range(i, n, SIZE):
        cuda.atomic_add(bins, x[at] % SIZE, 1)
    cuda.syncthreads()
    out[i] = bins[i]


def bins_that_nobody_fills():
    x, out = numbers(30, dtype="int32"), zeros(SIZE, dtype="int32")
    return Pair(
        diagnoses.unwritten, "for example with 0, and put cuda.syncthreads() after it",
        lambda: bins_as_they_are[1, SIZE](x, out, 30), lambda: bins_from_nought[1, SIZE](x, out, 30), out,
        np.bincount(x % SIZE, minlength=SIZE),
    )  # fmt: skip


@kernel
def added_to(x, out, n):
    i = cuda.grid(1)
    if i < n:
        out[i] += x[i]


def an_output_that_is_added_to():
    x, out = numbers(6), zeros(6)
    return Pair(
        diagnoses.unwritten, "hand the kernel an array that is filled, such as zeros(...)",
        lambda: added_to[2, 4](x, uninitialised((6,)).numpy(), 6), lambda: added_to[2, 4](x, out, 6), out, x,
    )  # fmt: skip


@kernel
def best_or_nothing(x, out, n):
    i = cuda.grid(1)
    if i < n:
        if x[i] > 0:
            best = x[i]
        out[i] = best


@kernel
def best_or_zero(x, out, n):
    i = cuda.grid(1)
    if i < n:
        best = np.float32(0)
        if x[i] > 0:
            best = x[i]
        out[i] = best


def a_variable_without_a_value():
    x, out = numbers(6), zeros(6)
    return Pair(
        diagnoses.unassigned_variable, "give best a value before the if or the loop that it went past",
        lambda: best_or_nothing[2, 4](x, out, 6), lambda: best_or_zero[2, 4](x, out, 6), out, np.maximum(x, 0),
    )  # fmt: skip
