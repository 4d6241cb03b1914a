"""Kernels that do what no kernel may do, one crime each."""

import numpy as np

from minitensor.gpu import cuda, kernel

SIZE = 8


@kernel
def no_guard(x, n):
    i = cuda.grid(1)
    x[i] = 1.0


@kernel
def before_the_start(x, n):
    i = cuda.grid(1)
    if i < n:
        x[i] = x[i - 1]


@kernel
def swapped(x, m, n):
    col, row = cuda.grid(2)
    if row < m and col < n:
        x[col, row] = 1.0


@kernel
def divergent(x, n):
    i = cuda.grid(1)
    if i < n:
        cuda.syncthreads()


@kernel
def two_barriers(x, n):
    if cuda.threadIdx.x < n:
        cuda.syncthreads()
    else:
        cuda.syncthreads()


@kernel
def no_first_barrier(x, out):
    tile = cuda.shared_memory(np.float32, SIZE)
    i = cuda.threadIdx.x
    tile[i] = x[i]
    out[i] = tile[SIZE - 1 - i]


@kernel
def no_second_barrier(x, out, rounds):
    tile = cuda.shared_memory(np.float32, SIZE)
    i = cuda.threadIdx.x
    total = np.float32(0)
    for start in range(rounds):
        tile[i] = x[start, i]
        cuda.syncthreads()
        total += tile[SIZE - 1 - i]
    out[i] = total


@kernel
def all_write_one(x):
    x[0] = cuda.threadIdx.x


@kernel
def neighbours_in_place(x, n):
    i = cuda.grid(1)
    if i + 1 < n:
        x[i] = x[i + 1]


@kernel
def half_atomic(x):
    i = cuda.grid(1)
    if i == 3:
        x[0] = x[1]
    else:
        cuda.atomic_add(x, 0, 1.0)


@kernel
def never_ends(x, n):
    i = 0
    while i < n:
        x[cuda.threadIdx.x] = 1.0


@kernel
def adds_to_nothing(out, n):
    i = cuda.grid(1)
    if i < n:
        out[i] += 1.0


@kernel
def lonely_shuffle(x):
    i = cuda.threadIdx.x
    if i < 4:
        x[i] = cuda.shfl_down_sync(0xFFFFFFFF, x[i], 1)


@kernel
def shuffle_past_the_block(x):
    i = cuda.threadIdx.x
    x[i] = cuda.shfl_xor_sync(0xFFFFFFFF, x[i], 16)


@kernel
def float_into_int(x):
    x[cuda.threadIdx.x] = 0.5


@kernel
def float_as_index(x):
    x[cuda.threadIdx.x / 2] = 1.0


@kernel
def too_much_shared(x):
    tile = cuda.shared_memory(np.float32, 16_384)
    tile[0] = x[0]


@kernel
def a_row_at_a_time(x):
    x[cuda.threadIdx.x] = 0.0


@kernel
def divides_integers(x):
    x[cuda.threadIdx.x] = 1 // (cuda.threadIdx.x - 2)


@kernel
def another_name(x):
    y = x
    y[0] = y[1]


@kernel
def writes_before_the_start(x):
    x[cuda.threadIdx.x - 1] = 1.0


@kernel
def left_of_the_row(x):
    row = cuda.threadIdx.x
    x[row, 0] = x[row, row - 1]


@kernel
def reads_what_another_block_wrote(x, out):
    if cuda.blockIdx.x == 0:
        x[0] = 1.0
    else:
        out[0] = x[0]
