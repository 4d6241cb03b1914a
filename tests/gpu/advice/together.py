"""Barriers and shuffles: all must come."""

import numpy as np
from gpu.advice.pair import Pair, numbers, zeros

from minitensor.gpu import cuda, diagnoses, kernel

SIZE = 8


@kernel
def turned_in_an_if(x, out, n):
    tile = cuda.shared_memory(np.float32, SIZE)
    i = cuda.threadIdx.x
    if i < n:
        tile[i] = x[i]
        cuda.syncthreads()
        out[i] = tile[n - 1 - i]


@kernel
def turned_after_a_return(x, out, n):
    tile = cuda.shared_memory(np.float32, SIZE)
    i = cuda.threadIdx.x
    if i >= n:
        return
    tile[i] = x[i]
    cuda.syncthreads()
    out[i] = tile[n - 1 - i]


@kernel
def turned_one_of_two_ways(x, out, n):
    tile = cuda.shared_memory(np.float32, SIZE)
    i = cuda.threadIdx.x
    if i < n:
        tile[i] = x[i]
        cuda.syncthreads()
    else:
        cuda.syncthreads()
    if i < n:
        out[i] = tile[n - 1 - i]


@kernel
def turned(x, out, n):
    tile = cuda.shared_memory(np.float32, SIZE)
    i = cuda.threadIdx.x
    if i < n:
        tile[i] = x[i]
    cuda.syncthreads()
    if i < n:
        out[i] = tile[n - 1 - i]


def barrier_pair(broken):
    x, out = numbers(5), zeros(5)
    return Pair(
        diagnoses.barrier_missed, "every thread of a block must come to the same barrier: move cuda.syncthreads() out "
        "of the if, and guard reads and writes instead of returning early",
        lambda: broken[1, SIZE](x, out, 5), lambda: turned[1, SIZE](x, out, 5), out, x[::-1],
    )  # fmt: skip


def a_barrier_in_an_if():
    return barrier_pair(turned_in_an_if)


def a_barrier_after_an_early_return():
    return barrier_pair(turned_after_a_return)


def two_barriers_for_one():
    return barrier_pair(turned_one_of_two_ways)


@kernel
def rounds_as_long_as_there_is_work(x, out, n):
    tile = cuda.shared_memory(np.float32, SIZE)
    i = cuda.threadIdx.x
    total = np.float32(0)
    for start in range(i, n, SIZE):
        tile[i] = x[start]
        cuda.syncthreads()
        if i == 0:
            for other in range(min(SIZE, n - start)):
                total += tile[other]
        cuda.syncthreads()
    if i == 0:
        out[0] = total


@kernel
def the_same_rounds_for_all(x, out, n):
    tile = cuda.shared_memory(np.float32, SIZE)
    i = cuda.threadIdx.x
    total = np.float32(0)
    for start in range(0, n, SIZE):
        if start + i < n:
            tile[i] = x[start + i]
        cuda.syncthreads()
        if i == 0:
            for other in range(min(SIZE, n - start)):
                total += tile[other]
        cuda.syncthreads()
    if i == 0:
        out[0] = total


def a_barrier_in_a_loop_of_unequal_rounds():
    x, out = numbers(19), zeros(1)
    return Pair(
        diagnoses.barrier_missed, "give every thread of the block the same rounds of `for start in range(i, n, SIZE)`, "
        "and guard reads and writes inside it",
        lambda: rounds_as_long_as_there_is_work[1, SIZE](x, out, 19),
        lambda: the_same_rounds_for_all[1, SIZE](x, out, 19), out, [x.sum()],
    )  # fmt: skip


@kernel
def first_above_or_broken_off(x, out, n):
    tile = cuda.shared_memory(np.float32, SIZE)
    i = cuda.threadIdx.x
    for start in range(0, n, SIZE):
        tile[i] = x[start + i]
        cuda.syncthreads()
        if tile[i] > 1:
            out[i] = start
            break
        cuda.syncthreads()


@kernel
def first_above(x, out, n):
    tile = cuda.shared_memory(np.float32, SIZE)
    i = cuda.threadIdx.x
    found = False
    for start in range(0, n, SIZE):
        tile[i] = x[start + i]
        cuda.syncthreads()
        if not found and tile[i] > 1:
            out[i] = start
            found = True
        cuda.syncthreads()


def a_barrier_in_a_loop_that_some_break_off():
    x, out = numbers(5, SIZE), np.full(SIZE, -1, "int32")
    first = np.where((x > 1).any(0), (x > 1).argmax(0) * SIZE, -1)
    return Pair(
        diagnoses.barrier_missed, "give every thread of the block the same rounds of `for start in range(0, n, SIZE)`",
        lambda: first_above_or_broken_off[1, SIZE](x.reshape(-1), out, 5 * SIZE),
        lambda: first_above[1, SIZE](x.reshape(-1), out, 5 * SIZE), out, first,
    )  # fmt: skip


# Shuffles.
@kernel
def pairs_in_an_if(x, out, n):
    i = cuda.threadIdx.x
    if i < n:
        out[i] = cuda.shfl_xor_sync(0xFFFFFFFF, x[i], 1)


@kernel
def pairs_outside(x, out, n):
    i = cuda.threadIdx.x
    value = x[i] if i < n else np.float32(0)
    value = cuda.shfl_xor_sync(0xFFFFFFFF, value, 1)
    if i < n:
        out[i] = value


@kernel
def pairs_that_come(x, out, n):
    i = cuda.threadIdx.x
    if i < n:
        out[i] = cuda.shfl_xor_sync(0xF, x[i], 1)


def a_shuffle_in_an_if():
    x, out = numbers(4), zeros(4)
    return Pair(
        diagnoses.shuffle_missed, "every thread that the mask names must come to the same shuffle: move it out of the "
        "if",
        lambda: pairs_in_an_if[1, SIZE](x, out, 4), lambda: pairs_outside[1, SIZE](x, out, 4), out, x[[1, 0, 3, 2]],
    )  # fmt: skip


def a_mask_that_names_too_many():
    x, out = numbers(4), zeros(4)
    return Pair(
        diagnoses.shuffle_missed, "or let the mask name those that come, 0xf",
        lambda: pairs_in_an_if[1, SIZE](x, out, 4), lambda: pairs_that_come[1, SIZE](x, out, 4), out, x[[1, 0, 3, 2]],
    )  # fmt: skip


@kernel
def pairs_with_a_mask_for_half(x, out):
    i = cuda.threadIdx.x
    out[i] = cuda.shfl_xor_sync(0x7F, x[i], 1)


@kernel
def pairs_with_a_mask_for_all(x, out):
    i = cuda.threadIdx.x
    out[i] = cuda.shfl_xor_sync(0xFF, x[i], 1)


def a_mask_that_leaves_its_thread_out():
    x, out = numbers(SIZE), zeros(SIZE)
    return Pair(
        diagnoses.mask_without_caller, "add 0x80 to the mask",
        lambda: pairs_with_a_mask_for_half[1, SIZE](x, out), lambda: pairs_with_a_mask_for_all[1, SIZE](x, out), out,
        x[[1, 0, 3, 2, 5, 4, 7, 6]],
    )  # fmt: skip


@kernel
def sums_of_neighbours(x, out):
    i = cuda.threadIdx.x
    out[i] = x[i] + cuda.shfl_down_sync(0xFFFFFFFF, x[i], 1)


@kernel
def sums_of_neighbours_in_eights(x, out):
    i = cuda.threadIdx.x
    out[i] = x[i] + cuda.shfl_down_sync(0xFFFFFFFF, x[i], 1, width=8)


@kernel
def sums_of_neighbours_that_are_there(x, out):
    i = cuda.threadIdx.x
    other = cuda.shfl_down_sync(0xFFFFFFFF, x[i], 1)
    out[i] = x[i] + other if i + 1 < cuda.blockDim.x else x[i]


def a_lane_that_does_not_exist_and_the_width():
    x, out = numbers(SIZE), zeros(SIZE)
    return Pair(
        diagnoses.shuffle_undefined, "or give the width",
        lambda: sums_of_neighbours[1, SIZE](x, out), lambda: sums_of_neighbours_in_eights[1, SIZE](x, out), out,
        x + np.append(x[1:], x[7]),  # who has nobody to ask gets its own
    )  # fmt: skip


def a_lane_that_does_not_exist_and_whole_warps():
    x, out = numbers(32), zeros(32)
    return Pair(
        diagnoses.shuffle_undefined, "launch blocks of 32 threads, or a multiple",
        lambda: sums_of_neighbours[1, 20](x, out), lambda: sums_of_neighbours[1, 32](x, out), out,
        x + np.append(x[1:], x[31]),
    )  # fmt: skip


def a_lane_that_does_not_exist_and_is_not_used():
    x, out = numbers(SIZE), zeros(SIZE)
    return Pair(
        diagnoses.shuffle_undefined, "or do not use the value",
        lambda: sums_of_neighbours[1, SIZE](x, out), lambda: sums_of_neighbours_that_are_there[1, SIZE](x, out), out,
        x + np.append(x[1:], 0),
    )  # fmt: skip


@kernel
def sums_in_the_lower_half(x, out):
    i = cuda.threadIdx.x
    if i < 16:
        out[i] = x[i] + cuda.shfl_down_sync(0xFFFF, x[i], 1)


@kernel
def sums_where_all_come(x, out):
    i = cuda.threadIdx.x
    other = cuda.shfl_down_sync(0xFFFFFFFF, x[i], 1)
    if i < 16:
        out[i] = x[i] + other


def a_lane_that_the_mask_leaves_out():
    x, out = numbers(32), zeros(32)
    return Pair(
        diagnoses.shuffle_undefined, "let every lane that is asked come to the shuffle and be named by its mask",
        lambda: sums_in_the_lower_half[1, 32](x, out), lambda: sums_where_all_come[1, 32](x, out), out,
        [*(x[:16] + x[1:17]), *zeros(16)],
    )  # fmt: skip
