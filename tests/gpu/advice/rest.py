"""What is wrong with one line, or with one launch."""

import numpy as np
from gpu.advice.pair import Pair, numbers, zeros

from minitensor import errors
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
        errors.TranslationError, "or // for /",
        lambda: every_second_by_half[1, SIZE](x, out), lambda: every_second[1, SIZE](x, out), out, np.repeat(x, 2),
    )  # fmt: skip


def a_float_for_an_index_cut():
    x, out = numbers(4), zeros(SIZE)
    return Pair(
        errors.TranslationError, "write int(...)",
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
        errors.TranslationError, "write np.int32(...)",
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


# Which of two arrays.
@kernel
def doubled_in_one_of_two(x, y, n):
    i = cuda.grid(1)
    if i < n:
        which = x
        if i % 2 == 1:
            which = y
        which[i] *= 2


@kernel
def doubled_in_each_by_its_name(x, y, n):
    i = cuda.grid(1)
    if i < n:
        if i % 2 == 1:
            y[i] *= 2
        else:
            x[i] *= 2


def a_name_for_two_arrays():
    x, y = numbers(6), numbers(6, seed=1)
    return Pair(
        diagnoses.two_arrays, "use each by a name of its own",
        lambda: doubled_in_one_of_two[2, 4](x, y, 6), lambda: doubled_in_each_by_its_name[2, 4](x, y, 6), y,
        y * [1, 2, 1, 2, 1, 2],
    )  # fmt: skip


# What depends on the order.
@kernel
def those_above(x, count, out, n):
    i = cuda.grid(1)
    if i < n and x[i] > 0:
        out[cuda.atomic_add(count, 0, 1)] = x[i]


@kernel
def those_above_in_their_places(x, out, n):
    i = cuda.grid(1)
    if i < n and x[i] > 0:
        out[i] = x[i]


def a_list_in_the_order_of_its_threads():
    x, count, out = numbers(40), zeros(1, dtype="int32"), zeros(40)
    return Pair(
        diagnoses.depends_on_order, "sort the result, or give each element to one thread",
        lambda: those_above[5, 8](x, count, out, 40, order="check"),
        lambda: those_above_in_their_places[5, 8](x, out, 40, order="check"), out, np.maximum(x, 0),
    )  # fmt: skip


@kernel
def sum_of_all(x, total, n):
    i = cuda.grid(1)
    if i < n:
        cuda.atomic_add(total, 0, x[i])


@kernel
def parts(x, part, n):
    i = cuda.grid(1)
    total = np.float32(0)
    for at in range(i, n, cuda.gridsize(1)):
        total += x[at]
    part[i] = total


@kernel
def sum_in_order(part, total, n):
    for at in range(n):
        total[0] += part[at]


def a_sum_of_floats():
    x, part, total = numbers(400), zeros(40), zeros(1)

    def in_a_fixed_order():
        parts[5, 8](x, part, 400, order="check")
        sum_in_order[1, 1](part, total, 40, order="check")

    return Pair(
        diagnoses.depends_on_order, "let each thread write its part and add the parts in a fixed order",
        lambda: sum_of_all[50, 8](x, total, 400, order="check"), in_a_fixed_order, total, [x.sum()],
    )  # fmt: skip
