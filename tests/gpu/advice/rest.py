"""What is wrong with one line, or with one launch."""

import numpy as np
from gpu.advice.pair import Pair, numbers, zeros

from minitensor.gpu import cuda, diagnoses, kernel

SIZE = 8


@kernel
def halves_for_ever(x, out, n):
    i = cuda.grid(1)
    if i < n:
        at = i
        while at < n:
            out[i] += x[at]


@kernel
def halves(x, out, n):
    i = cuda.grid(1)
    if i < n:
        at = i
        while at < n:
            out[i] += x[at]
            at += SIZE


def a_loop_without_an_end():
    x, out = numbers(20), zeros(20)
    return Pair(
        diagnoses.endless, "does it change inside the loop?",
        lambda: halves_for_ever[1, SIZE](x, out, 20), lambda: halves[1, SIZE](x, out, 20), out,
        [*(x[:8] + x[8:16] + [*x[16:], *zeros(4)]), *zeros(12)],
    )  # fmt: skip


@kernel
def shares(x, by, out, n):
    i = cuda.grid(1)
    if i < n:
        out[i] = x[i] // by[i]


@kernel
def shares_of_at_least_one(x, by, out, n):
    i = cuda.grid(1)
    if i < n:
        out[i] = x[i] // max(by[i], 1)


@kernel
def shares_if_there_are_any(x, by, out, n):
    i = cuda.grid(1)
    if i < n and by[i] != 0:
        out[i] = x[i] // by[i]


def a_division_by_zero():
    x, by, out = numbers(6, dtype="int32"), np.array([1, 2, 0, 3, 4, 0], "int32"), zeros(6, dtype="int32")
    return Pair(
        diagnoses.divided_by_zero, "or divide by max(n, 1)",
        lambda: shares[2, 4](x, by, out, 6), lambda: shares_of_at_least_one[2, 4](x, by, out, 6), out,
        x // np.maximum(by, 1),
    )  # fmt: skip


def a_division_by_zero_kept_out():
    x, by, out = numbers(6, dtype="int32"), np.array([1, 2, 0, 3, 4, 0], "int32"), zeros(6, dtype="int32")
    return Pair(
        diagnoses.divided_by_zero, "keep it out by an if",
        lambda: shares[2, 4](x, by, out, 6), lambda: shares_if_there_are_any[2, 4](x, by, out, 6), out,
        np.where(by, x // np.maximum(by, 1), 0),
    )  # fmt: skip


@kernel
def fours_from_anywhere(x, out):
    i = cuda.threadIdx.x
    a, b, c, d = cuda.load4(x, 2 * i)
    out[i] = a + b + c + d


@kernel
def fours(x, out):
    i = cuda.threadIdx.x
    a, b, c, d = cuda.load4(x, 4 * i)
    out[i] = a + b + c + d


@kernel
def fours_one_by_one(x, out):
    i = cuda.threadIdx.x
    out[i] = x[2 * i] + x[2 * i + 1] + x[2 * i + 2] + x[2 * i + 3]


def a_load_that_is_not_aligned():
    x, out = numbers(12), zeros(3)
    return Pair(
        diagnoses.misaligned, "or read one by one",
        lambda: fours_from_anywhere[1, 3](x, out), lambda: fours_one_by_one[1, 3](x, out), out,
        [x[2 * i : 2 * i + 4].sum() for i in range(3)],
    )  # fmt: skip


def a_load_that_can_be_aligned():
    x, out = numbers(12), zeros(3)
    return Pair(
        diagnoses.misaligned, "16 bytes at once begin at an index that is a multiple of 4",
        lambda: fours_from_anywhere[1, 3](x, out), lambda: fours[1, 3](x, out), out, x.reshape(3, 4).sum(1),
    )  # fmt: skip


@kernel
def every_second_by_half(x, out):
    i = cuda.threadIdx.x
    out[i] = x[i / 2]


@kernel
def every_second(x, out):
    i = cuda.threadIdx.x
    out[i] = x[i // 2]


@kernel
def every_second_cut(x, out):
    i = cuda.threadIdx.x
    out[i] = x[int(i / 2)]


def a_float_for_an_index():
    x, out = numbers(4), zeros(SIZE)
    return Pair(
        diagnoses.float_index, "write // for a whole quotient",
        lambda: every_second_by_half[1, SIZE](x, out), lambda: every_second[1, SIZE](x, out), out, np.repeat(x, 2),
    )  # fmt: skip


def a_float_for_an_index_cut():
    x, out = numbers(4), zeros(SIZE)
    return Pair(
        diagnoses.float_index, "or int(i / 2) to truncate",
        lambda: every_second_by_half[1, SIZE](x, out), lambda: every_second_cut[1, SIZE](x, out), out, np.repeat(x, 2),
    )  # fmt: skip


@kernel
def rounded_into(x, out):
    out[cuda.threadIdx.x] = x[cuda.threadIdx.x] * 10


@kernel
def truncated_into(x, out):
    out[cuda.threadIdx.x] = np.int32(x[cuda.threadIdx.x] * 10)


def a_float_into_whole_numbers():
    x, out = numbers(SIZE), zeros(SIZE, dtype="int32")
    return Pair(
        diagnoses.float_into_int, "write np.int32(...) to truncate it",
        lambda: rounded_into[1, SIZE](x, out), lambda: truncated_into[1, SIZE](x, out), out, np.trunc(x * 10),
    )  # fmt: skip


@kernel
def turned_in_a_large_tile(x, out):
    tile = cuda.shared_memory(np.float32, 16_384)
    i = cuda.threadIdx.x
    tile[i] = x[i]
    cuda.syncthreads()
    out[i] = tile[SIZE - 1 - i]


@kernel
def turned_in_a_smaller_tile(x, out):
    tile = cuda.shared_memory(np.float32, 8)
    i = cuda.threadIdx.x
    tile[i] = x[i]
    cuda.syncthreads()
    out[i] = tile[SIZE - 1 - i]


def a_tile_that_is_too_large():
    x, out = numbers(SIZE), zeros(SIZE)
    return Pair(
        diagnoses.too_much_shared, "a block has 49,152, so take a smaller tile",
        lambda: turned_in_a_large_tile[1, SIZE](x, out), lambda: turned_in_a_smaller_tile[1, SIZE](x, out), out,
        x[::-1],
    )  # fmt: skip
