"""GPU kernels: one short function, thousands of threads
=====================================================

Lesson 2 handed the loops of a matrix product to a library. A GPU lets you write the
fast version yourself, because it has thousands of threads and you write what *one* of
them does. This lesson needs no GPU: a simulated one runs the kernels, counts what they
do, and says what they do wrong.

About 55 minutes. Needs lessons 1 and 2.
"""

# %%
# What does one thread do?
# ------------------------
# The three loops of lesson 2 went over rows, columns and the numbers of one sum. Take
# the two outer loops away. What is left computes one element of the result, and is told
# which. A function like this is called a *kernel* (the word has nothing to do with the
# kernels of lesson 6).


def one_element(row, col, a, b, c):
    total = 0.0
    for inner in range(len(b)):
        total += a[row][inner] * b[inner][col]
    c[row][col] = total


# %%
# Somebody has to call it for every row and column. On a GPU, that is what *launching* a
# kernel over a grid of threads does. We can write it as two Python loops.


def launch_kernel(kernel, rows, cols, *arguments):
    for row in range(rows):
        for col in range(cols):
            kernel(row, col, *arguments)


left = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
right = [[7.0, 8.0], [9.0, 10.0], [11.0, 12.0]]
result = [[0.0, 0.0], [0.0, 0.0]]
launch_kernel(one_element, 2, 2, left, right, result)
print(result)

# %%
# Does the order matter?
# ----------------------
# Nothing is gained yet: it is the same three loops. But look at what ``one_element``
# touches. It writes one element that nobody else writes, and it reads nothing that
# anybody writes. So the calls may come in any order.

import random


def launch_shuffled(kernel, rows, cols, *arguments):
    places = [(row, col) for row in range(rows) for col in range(cols)]
    random.Random(7).shuffle(places)
    for row, col in places:
        kernel(row, col, *arguments)


shuffled = [[0.0, 0.0], [0.0, 0.0]]
launch_shuffled(one_element, 2, 2, left, right, shuffled)
assert shuffled == result

# %%
# And if any order will do, they may as well run all at once. That is the whole idea of
# a GPU.

# %%
# The same for a GPU
# ------------------
# A GPU does not hand over ``row`` and ``col``. Its threads come in *blocks* of one
# size, the blocks form a *grid*, and each thread asks for its own number: ``blockIdx``,
# which block it is in, ``threadIdx``, its place in the block, ``blockDim``, the size of
# a block. Each has an ``x`` and a ``y``. ``cuda.grid(2)`` puts them together:
# ``blockIdx * blockDim + threadIdx``, for x and for y.

import minitensor as mt
import numpy as np
from minitensor.gpu import cuda, kernel

# Kernels on NumPy tensors run on the simulator, on CuPy tensors on a GPU.
mt.set_backend("numpy")


@kernel
def unguarded(a, b, c, k):
    row, col = cuda.grid(2)
    total = np.float32(0)
    for inner in range(k):
        total += a[row, inner] * b[inner, col]
    c[row, col] = total


# %%
# ``@kernel`` changes how it is called: ``unguarded[grid, block](...)``, with the number
# of blocks and the size of a block, x first. Blocks of 32 × 8 are 256 threads. For 64
# rows and 96 columns, 2 blocks along x and 12 along y have one thread for each element.

rng = mt.random.generator(7)
m, k, n = 64, 32, 96
a = mt.random.normal(rng, (m, k), dtype="float32")
b = mt.random.normal(rng, (k, n), dtype="float32")
c = mt.zeros((m, n), "float32")
print(unguarded[(2, 12), (32, 8)](a, b, c, k))
assert abs(c - a @ b).max().item() < 1e-4

# %%
# More threads than elements
# --------------------------
# Now only 50 rows. Blocks cannot be cut, so 14 of the 64 threads along x have no row.
# What do they do?

try:
    unguarded[(2, 12), (32, 8)](a[:50], b, mt.zeros((50, n), "float32"), k)
except mt.errors.OutOfBoundsError as error:
    print(error)

# %%
# The simulator stops and names the thread, the line and the index. A real GPU checks
# nothing. It reads what happens to lie there, which may be another array, and writes
# there too. So a kernel asks first whether it has work: the ``if`` below is called a
# *guard*.


@kernel
def naive(a, b, c, m, k, n):
    row, col = cuda.grid(2)
    if row < m and col < n:
        total = np.float32(0)
        for inner in range(k):
            total += a[row, inner] * b[inner, col]
        c[row, col] = total


fewer = mt.zeros((50, n), "float32")
naive[(2, 12), (32, 8)](a[:50], b, fewer, 50, k, n)
assert abs(fewer - a[:50] @ b).max().item() < 1e-4

# %%
# What did it cost?
# -----------------
# The simulator is slow, and it knows nothing of time. But it counts, line by line.

step_1 = naive[(2, 12), (32, 8)](a, b, c, m, k, n)
print(step_1.report())

# %%
# The FLOPs are the 2·m·k·n of lesson 2. There are as many loads as FLOPs: each
# multiplication reads two numbers. But what are sectors, and what is "coalesced"?

# %%
# Thirty-two threads are one warp
# -------------------------------
# A GPU does not run threads one by one. Thirty-two of them, a *warp*, do the same line
# at the same time, and their reads go to memory together. Memory never sends a single
# number. It sends *sectors* of 32 bytes: eight float32 that lie side by side. So it
# matters which 32 threads are together.

# %%
# Which of row and col is threadIdx.x?
# ------------------------------------
# Threads are numbered with x counting fastest. Let each write its number where it
# stands, in blocks of 8 × 4 threads: one warp. First with the row from x, as in
# ``naive``, then with the column.


@kernel
def row_from_x(c):
    row, col = cuda.grid(2)
    c[row, col] = cuda.threadIdx.y * cuda.blockDim.x + cuda.threadIdx.x


@kernel
def col_from_x(c):
    col, row = cuda.grid(2)
    c[row, col] = cuda.threadIdx.y * cuda.blockDim.x + cuda.threadIdx.x


down, along = mt.zeros((8, 4), "int32"), mt.zeros((4, 8), "int32")
row_from_x[1, (8, 4)](down)
col_from_x[1, (8, 4)](along)
print(down)
print(along)

# %%
# In the first table neighbouring threads stand one below the other, in the second side
# by side. In memory, lesson 1 said, the numbers of a *row* are neighbours. So one line
# decides: ``row, col = cuda.grid(2)`` or ``col, row = cuda.grid(2)``.


@kernel
def coalesced(a, b, c, m, k, n):
    col, row = cuda.grid(2)
    if row < m and col < n:
        total = np.float32(0)
        for inner in range(k):
            total += a[row, inner] * b[inner, col]
        c[row, col] = total


step_2 = coalesced[(3, 8), (32, 8)](a, b, c, m, k, n)
assert abs(c - a @ b).max().item() < 1e-4

# %%
# The picture shows the first read of ``a`` by the first warp, before and after. In
# ``naive`` the 32 threads have 32 rows, so each wants a number of its own sector, and
# seven eighths of what memory moves is thrown away. In ``coalesced`` all 32 have the
# same row and want the same number.

from minitensor import plot

# alt: One read of a by the 32 threads of a warp. Above, in naive, lines lead to 32
#      sectors far apart, and one number in eight of each is asked for: 1,024 bytes are
#      moved for 128. Below, in coalesced, all lines meet in one number of one sector:
#      32 bytes are moved.
fig = plot.memory_access(step_1, step_2, array="a")

# %%
# And ``b``? There ``naive`` was lucky: its threads share a column and want the same
# number. Now they want 32 neighbours. That is four sectors, and all of each is used.

# alt: One read of b. Above, in naive, all 32 threads meet in one number. Below, in
#      coalesced, each has a number of its own, side by side: four sectors, of which
#      every byte was asked for.
fig = plot.memory_access(step_1, step_2, array="b")

# %%
# The two reads take 32 + 1 sectors before, and 1 + 4 after. Accesses that share their
# sectors in this way are called *coalesced*, and that column of the report says how
# well they do: the fewest sectors that could hold what was asked for, over those that
# were touched. The same loads, the same FLOPs, the same result, one line changed:

from minitensor.text.numbers import in_share

for launch in (step_1, step_2):
    counted = launch.counters
    words = f"{counted.global_loads:,} loads, {counted.sectors:>7,} sectors"
    print(f"{launch.name:10} {words}, {in_share(counted.coalescing)} coalesced")

# %%
# Even the cache is slow
# ----------------------
# A GPU need not fetch a sector twice: what was fetched waits in a cache beside the
# threads, *L1*, and most of what ``naive`` reads is found there. Why is it slow all the
# same? Because L1 has 32 *banks*. Words of 4 bytes are dealt out to them, like cards to
# players, and in one clock each bank gives one word. Thirty-two neighbours lie in 32
# banks: one clock. But thirty-two threads one below the other want words that are a
# whole row apart. If the length of a row is a multiple of 32, they all lie in the same
# bank, and it takes 32 clocks.
# `The memory explorer <../explore/memory.html?stride=32&offset=0>`__, a page of the
# site, shows sectors, banks and clocks for any stride.


@kernel
def down_a_column(x, out):
    row = cuda.threadIdx.x
    out[row] = x[row, 0]


def clocks(launch):
    total = 0
    for shape, requests in launch.counters.global_shapes.items():
        words_in_one_bank, lines, _ = shape
        total += requests * max(words_in_one_bank, lines / 3.5)
    return total


column_of = mt.zeros(32, "float32")
for length in (1, 32, 4096, 4097, 4098):
    launch = down_a_column[1, 32](mt.zeros((32, length), "float32"), column_of)
    store = 1  # clock, for 32 neighbours
    print(
        f"rows of {length:>4} numbers: "
        f"{clocks(launch) - store:>4.1f} clocks for a warp's read"
    )

# %%
# Rows that are one number longer would spread the words over all banks. Then a second
# limit is met: L1 keeps *lines* of 128 bytes and can look up three or four of them in a
# clock, and here each word lies in a line of its own. (NVIDIA does not publish these
# rules. On an A40, an A100 and an H200 they come within 12% of what gpu-benches, a
# collection of measurements, found.) Now the same for the two products.

for launch in (step_1, step_2):
    print(f"{launch.name:10} {clocks(launch):>9,.0f} clocks of L1")

# %%
# That is a factor of almost 17, where the sectors differed by less than 7. And it is
# there even if all of ``a`` and ``b`` is in the cache, and memory has nothing to do.
# Neighbours should read neighbours.

# %%
# The same number, again and again
# --------------------------------
# The reads are in good order now. But are they needed? How many different numbers are
# there to read?

numbers = m * k + k * n
loads = step_2.counters.global_loads
print(
    f"{loads:,} loads of {numbers:,} numbers: each is read {loads / numbers:.1f} times"
)

# %%
# Every number of ``a`` is wanted by all n threads of its row, every number of ``b`` by
# all m of its column. They should fetch it once and share it. For that a block has
# *shared memory*: small, 48 kB unless it asks for more, and much nearer than the
# *global memory* in which ``a``, ``b`` and ``c`` lie. All threads of the block see it,
# and nobody else.

# %%
# Tiles
# -----
# A block of 16 × 16 threads computes a square of the result. For that it needs 16 rows
# of ``a`` and 16 columns of ``b``, which may be too long for shared memory. So it goes
# along them in *tiles* of 16 × 16: fetch one tile of each, every thread one number,
# then do the 16 steps of the sum that these tiles allow, then fetch the next. (To stay
# short it wants sizes that are multiples of 16.)

TILE = 16
AREA = TILE * TILE


@kernel
def racing(a, b, c, k):
    tile_a = cuda.shared_memory(np.float32, AREA)
    tile_b = cuda.shared_memory(np.float32, AREA)
    x, y = cuda.threadIdx.x, cuda.threadIdx.y
    col, row = cuda.grid(2)
    total = np.float32(0)
    for start in range(0, k, TILE):
        tile_a[y * TILE + x] = a[row, start + x]
        tile_b[y * TILE + x] = b[start + y, col]
        cuda.syncthreads()
        for inner in range(TILE):
            total += tile_a[y * TILE + inner] * tile_b[inner * TILE + x]
    c[row, col] = total


# %%
# ``cuda.syncthreads()`` is a *barrier*: nobody passes it before all threads of the
# block are there. Without it a thread would read numbers that its neighbours have not
# fetched yet. Is one barrier enough?

try:
    racing[(6, 4), (TILE, TILE)](a, b, c, k)
except mt.errors.DataRaceError as error:
    print(error)

# %%
# A race
# ------
# One thread still reads a tile while another, which was faster, is in the next round
# already and writes over it. This is a *data race*: two threads, one place, one of them
# writes, and nothing says who comes first. On a real GPU there is no message. The
# result may be right a thousand times and wrong once. The simulator finds a race even
# where its own order of threads does no harm: it notes who touched what between two
# barriers.
#
# The fix is a second barrier: nobody fetches the next tile until everybody is done with
# this one.


@kernel
def tiled(a, b, c, k):
    tile_a = cuda.shared_memory(np.float32, AREA)
    tile_b = cuda.shared_memory(np.float32, AREA)
    x, y = cuda.threadIdx.x, cuda.threadIdx.y
    col, row = cuda.grid(2)
    total = np.float32(0)
    for start in range(0, k, TILE):
        tile_a[y * TILE + x] = a[row, start + x]
        tile_b[y * TILE + x] = b[start + y, col]
        cuda.syncthreads()  # until both tiles are full
        for inner in range(TILE):
            total += tile_a[y * TILE + inner] * tile_b[inner * TILE + x]
        cuda.syncthreads()  # until nobody reads them any more
    c[row, col] = total


step_3 = tiled[(6, 4), (TILE, TILE)](a, b, c, k)
assert abs(c - a @ b).max().item() < 1e-4
print(step_3.report())

# %%
# Before and after
# ----------------
# Each number that is fetched now serves 16 threads, so global loads fall from 2·m·n·k
# to 2·m·n·k/16. The reads have not gone away: they went to shared memory, which is
# where they cost less. The last column divides the FLOPs by the bytes that were moved.

print("           global loads   sectors   shared loads   barriers   FLOPs a byte")
for launch in (step_1, step_2, step_3):
    counted = launch.counters
    row = f"{launch.name:10} {counted.global_loads:>12,} {counted.sectors:>9,}"
    row += f" {counted.shared_loads:>14,} {counted.barriers:>10,}"
    row += f" {counted.intensity:>14.2f}"
    print(row)

assert step_1.counters.global_loads == step_2.counters.global_loads == 2 * m * n * k
assert step_3.counters.global_loads == 2 * m * n * k // TILE

# %%
# Shared memory has banks
# -----------------------
# Shared memory is the same piece of hardware as L1, with the same 32 banks, but it has
# no lines to look up. If two threads of a warp want different words of one bank, one of
# them waits for another round: a *bank conflict*. A small kernel tries it: its threads
# read numbers that lie ``stride`` apart.


@kernel
def every(out, stride):
    shared = cuda.shared_memory(np.float32, 1024)
    x = cuda.threadIdx.x
    for at in range(x, 1024, 32):
        shared[at] = np.float32(at)
    cuda.syncthreads()
    out[x] = shared[x * stride]


out = mt.zeros(32, "float32")
by_stride = {stride: every[1, 32](out, stride) for stride in (1, 2, 4, 32, 33)}
for stride, launch in by_stride.items():
    print(
        f"stride {stride:>2}: {launch.counters.bank_conflicts:>2} more rounds than one"
    )

# alt: Reads of shared memory. Above, stride 1: 32 threads, 32 banks, one round. Below,
#      stride 4: the lines cross and meet in 8 of the 32 banks, four words in each, so
#      it takes 4 rounds.
fig = plot.memory_access(by_stride[1], by_stride[4], array="shared")

# %%
# A stride of 32 is the worst: every thread asks the same bank. One more, 33, and every
# thread asks a different one. The report of ``tiled`` said that it has no conflicts:
# the 16 threads that differ in x want neighbours of ``tile_b``, and all the same number
# of ``tile_a``, which is given to all at once.

# %%
# A page of crimes
# ----------------
# Two mistakes were named so far: a thread without an element, and a tile that is
# overwritten too early. Here are eight more, a few lines each. On a GPU the first seven
# give no message: wrong numbers, some always, some once in a while, or a launch that
# does not end. Cover the message and find the mistake yourself first.


def confess(kernel, shape, *arguments):
    try:
        kernel[shape](*arguments)
    except mt.errors.KernelError as error:
        print(error)


ten = mt.random.normal(rng, (10,), dtype="float32")
out = mt.zeros(10, "float32")

# %%
# The first has a guard, and the guard is wrong.


@kernel
def doubled(x, n):
    i = cuda.grid(1)
    if i <= n:
        x[i] = 2 * x[i]


confess(doubled, (3, 4), ten, 10)

# %%
# In Python ``x[-1]`` is the last element.


@kernel
def differences(x, out, n):
    i = cuda.grid(1)
    if i < n:
        out[i] = x[i] - x[i - 1]


confess(differences, (3, 4), ten, out, 10)

# %%
# Who is first, the thread that reads ``x[1]`` or the thread that writes it?


@kernel
def moved_left(x, n):
    i = cuda.grid(1)
    if i + 1 < n:
        x[i] = x[i + 1]


confess(moved_left, (3, 4), ten, 10)

# %%
# Right with one block, and wrong with three.


@kernel
def added(x, out, n):
    i = cuda.threadIdx.x
    if i < n:
        out[i] += x[i]


confess(added, (3, 4), ten, out, 10)

# %%
# A neighbour's number, before the neighbour has put it there.


@kernel
def turned(x, out):
    shared = cuda.shared_memory(np.float32, 8)
    i = cuda.threadIdx.x
    shared[i] = x[i]
    out[i] = shared[7 - i]


confess(turned, (1, 8), ten, out)

# %%
# NumPy's ``zeros`` are zero. Shared memory is not.


@kernel
def last_digits(x, out, n):
    bins = cuda.shared_memory(np.int32, 10)
    for at in range(cuda.threadIdx.x, n, 10):
        cuda.atomic_add(bins, x[at] % 10, 1)
    cuda.syncthreads()
    out[cuda.threadIdx.x] = bins[cuda.threadIdx.x]


confess(last_digits, (1, 10), mt.arange(50, dtype="int32"), mt.zeros(10, "int32"), 50)

# %%
# Threads that have nothing to do go home, and the others wait for them.


@kernel
def turned_in_part(x, out, n):
    shared = cuda.shared_memory(np.float32, 8)
    i = cuda.threadIdx.x
    if i >= n:
        return
    shared[i] = x[i]
    cuda.syncthreads()
    out[i] = shared[n - 1 - i]


confess(turned_in_part, (1, 8), ten, out, 5)

# %%
# The last is no mistake in Python. But in CUDA C++ a variable has one type, and a sum
# that begins with a whole number stays one. CuPy refuses it, and so does the simulator,
# before a thread runs.


@kernel
def length(x, out, n):
    total = 0
    for i in range(n):
        total += x[i] * x[i]
    out[0] = cuda.sqrt(total)


confess(length, (1, 1), ten, out, 10)

# %%
# Right, and not what NumPy says
# ------------------------------
# How do you check a kernel? Most often against NumPy. This one blurs a photograph: each
# pixel becomes the mean of itself and of its neighbours to the left and to the right. A
# pixel is three numbers from 0 to 255, one byte each: red, green and blue.

photo = mt.data.photograph("flower").numpy()[100:340:2, 200:600:2].copy()


@kernel
def blurred(photo, out, rows, cols):
    col, row = cuda.grid(2)
    if row < rows and col + 2 < cols:
        for colour in range(3):
            before = photo[row, col, colour]
            here = photo[row, col + 1, colour]
            after = photo[row, col + 2, colour]
            out[row, col, colour] = np.uint8((before + here + after) // 3)


rows, cols, _ = photo.shape
by_kernel = np.zeros((rows, cols - 2, 3), "uint8")
blurred[(-(-cols // 32), -(-rows // 8)), (32, 8)](photo, by_kernel, rows, cols)
by_numpy = (photo[:, :-2] + photo[:, 1:-1] + photo[:, 2:]) // 3

print(f"{(by_kernel != by_numpy).mean():.0%} of the numbers differ")
pictures = {
    "the photograph": photo,
    "blurred by the kernel": by_kernel,
    "blurred by NumPy": by_numpy,
}
# alt: A photograph of an orange dahlia; the same flower slightly blurred by the kernel;
#      and NumPy's result, dark with patches of false colours, because sums above 255
#      wrapped.
fig = plot.photos({name: mt.tensor(each) for name, each in pictures.items()}, columns=3)

# %%
# NumPy adds bytes to bytes and keeps a byte, so 200 + 100 is 44: it *wraps*. C++
# computes with whole numbers of 32 bits, so 200 + 100 is 300, on a GPU and on this
# simulator. Here the kernel is right, and the check lies. Of ``photo.astype("int32")``
# NumPy makes the same picture. (But a variable has one type, and
# ``total = before + here`` would be a byte: CuPy takes it for one, and there C++ wraps
# as well.)

wide = photo.astype("int32")
assert (by_kernel == (wide[:, :-2] + wide[:, 1:-1] + wide[:, 2:]) // 3).all()

# %%
# What the GPU gets
# -----------------
# The kernel is a Python function, and no GPU runs Python. On CuPy tensors, CuPy
# translates it to CUDA C++, and NVIDIA's compiler makes instructions of that. Neither
# needs a GPU, only CuPy. If it is not installed here, the cell says how to install it,
# and you can read on.

types = ["float32[:, :]"] * 3 + ["int32"]
try:
    print(tiled.cuda_source(types))
    print(tiled.compile(types, arch="sm_90"))
except mt.errors.MissingExtraError as error:
    print(error)

# %%
# This is the inner loop of ``tiled`` between its two barriers, as CuPy 14.2 wrote it
# (one long line is broken in three). It is our loop, line for line.
#
# .. code-block:: c++
#
#     __syncthreads();
#     for (int __it = 0, __stop = 16, __step = 1; __it < __stop; __it += __step) {
#       inner = __it;
#       { float &_tmp_3 = total;
#         _tmp_3 = (_tmp_3 + (tile_a[((y * 16) + inner)]
#                             * tile_b[((inner * 16) + x)])); }
#     }
#     __syncthreads();
#
# For an H100 (``sm_90``), the compiler of CUDA 13.5 says that it takes 32 registers a
# thread and 2,048 bytes of shared memory a block, which is two tiles of 256 numbers,
# and that nothing *spilled*: nothing had to leave the registers for memory.

# %%
# Two ceilings
# ------------
# How fast can a kernel be at best? A machine has two ceilings: how many FLOPs it can do
# in a second, and how many bytes it can move. A job that does many FLOPs for each byte
# meets the first, a job that does few the second. Drawn over FLOPs a byte, the two make
# a *roofline*. Below is that of the processor at hand, measured, and under it the
# ladder of lesson 2 with two jobs: a matrix times a single column, and a product of two
# squares. Rungs that do the same job stand one above another.

from minitensor.ladder import Ceilings, Work, roof
from minitensor.matrix_product.rungs import LADDER, blas, broadcasting, rows
from minitensor.text.numbers import in_percent

ladder = LADDER._replace(rungs=(rows, broadcasting, blas))
large, column = mt.ones((8192, 4096), "float32"), mt.ones((4096, 1), "float32")
square, other = (mt.random.normal(rng, (512, 512), dtype="float32") for _ in range(2))
# alt: A roof over FLOPs a byte: it rises with what memory allows, then runs level at
#      what the arithmetic allows. At 0.5 FLOPs a byte stand blas, near the slope of the
#      roof, and rows and broadcasting, far below it; at 85 stand blas, near the level
#      part, and broadcasting far below.
fig = plot.roofline(
    ladder.climb(
        large, column, title="(8192, 4096) @ (4096, 1)", time_limit=0.5, seconds=0.2
    ),
    ladder.climb(
        square, other, title="(512, 512) @ (512, 512)", time_limit=0.5, seconds=0.2
    ),
)

# %%
# With a single column each number of the matrix is used once, half a FLOP for each
# byte, and nobody can be faster than memory is. The squares have 170 times as many
# FLOPs for each byte, and there it is the arithmetic that ends the climb. (A dot may
# come out above the roof: where the numbers still lie in a cache, or where the machine
# was busy while its ceilings were measured.)

# %%
# And our kernels? Their FLOPs and bytes are counted. For the ceilings take an NVIDIA
# H100 (SXM): by its data sheet it moves 3.35 TB in a second and does 67 TFLOP/s in
# float32. If every sector really came from its memory, this is the most that each step
# could reach.

h100 = Ceilings(
    3.35e12, 67e12, float("inf"), machine="NVIDIA H100 SXM, by its data sheet"
)
steps = {
    launch.name: Work(2 * m * n * k, launch.counters.bytes_moved)
    for launch in (step_1, step_2, step_3)
}
for name, work in steps.items():
    share = in_percent(roof(work, h100) / h100.flops_per_second)
    print(
        f"{name:10} {work.intensity:.3f} FLOPs a byte: "
        f"at most {share} of the arithmetic"
    )

# alt: The roof of an H100: memory 3.35 TB/s, arithmetic 67 TFLOP/s. Three posts stand
#      under its slope, each farther to the right and taller: naive with 0.0588 FLOPs a
#      byte, at most 0.29% of the arithmetic, coalesced with 0.39 and 2.0%, tiled with
#      3.2 and 16%.
fig = plot.intensities(steps, h100)

# %%
# Each step moves to the right, and so the roof over it rises. To reach the flat part, a
# kernel needs 20 FLOPs for each byte. Take this as a direction and not as a forecast. A
# real GPU has caches, which answer many of the repeated reads, so ``naive`` may well
# come out above its post.

# %%
# Where does it go on?
# --------------------
# ``tiled`` reads two numbers of shared memory for each multiplication. In the next step
# each thread computes a patch of 8 × 8 elements. Then 16 reads serve 64
# multiplications, and each number that is fetched from global memory is used 128 times.
# That needs 64 sums in registers. CuPy's translator has no arrays in registers, so the
# kernel has 64 variables, and a function writes its text: ``matmul_register_tiled`` in
# ``minitensor/matrix_product/kernels.py``. The step after that reads four numbers at
# once, with ``cuda.load4``. (On a GPU these two rungs are CUDA C++, in ``kernels.cu``
# beside it, where a patch is an array.)

# %%
# How long on a GPU that is not here?
# -----------------------------------
# A simulator has no clock. But each unit of a GPU does so much in a clock and no more:
# it issues four instructions, multiplies and adds for 128 threads, gives 32 words of
# shared memory. So the counts say for each unit how long the kernel would take if
# nothing else held it up, and the slowest unit wins. That is a *prediction*, and it is
# always called so. It is made for a product large enough to fill the GPU, of which one
# block is run: all blocks do the same.

from minitensor.matrix_product.kernels import simulated
from minitensor.text.numbers import roughly

# or "RTX 4090", "A100", "RTX 4060 laptop", ...: minitensor/gpu/gpus.csv
card = "RTX 3090"
rungs = simulated(2304, 256, 2304, sample=1)
for name, launch in rungs:
    found = launch.predict(card)
    print(f"{name:18} PREDICTED {roughly(found.seconds):>7}, bound by {found.bound}")
print(found)

# alt: PREDICTED clocks of each unit of an RTX 3090, five panels of bars, with the
#      longest in red: L1 bounds gpu_naive at 9.4 million clocks and gpu_coalesced at
#      2.1 million, DRAM bounds gpu_tiled at 1.4 million, issue bounds
#      gpu_register_tiled and arithmetic gpu_vectorised, both at 0.2 million.
fig = plot.speed_of_light(rungs, card)

# %%
# This is the climb, seen from a machine without a GPU. Each rung shortens the longest
# bar of the rung below, until another bar is the longest. ``gpu_naive`` reads down a
# column: 32 words of one bank, and L1 is busy. ``gpu_coalesced`` reads along rows, four
# clocks in place of 34. ``gpu_tiled`` fetches each number once for 16 threads, and then
# what it does in shared memory weighs as much as memory does. ``gpu_register_tiled``
# takes 16 numbers from shared memory for 64 multiplications, and what is left is to
# issue the instructions. ``gpu_vectorised`` needs fewer of them, and multiplies nearly
# all the time.
#
# How far is it to be believed? Others have published what kernels like these reach on
# their cards. The last line says how far off the predictions were, and the range is
# where nine of ten of them lay. It is refused where the rules are known to fail:
# atomics, stores that do not coalesce, a GPU that is partly idle.

# %%
# What to take away
# -----------------
# - A kernel is what one thread does. Its threads run in any order, so each writes what
#   no other touches. More threads are launched than there is work, so it begins with a
#   guard.
# - Thirty-two threads read together, in sectors of 32 bytes and from 32 banks. Let
#   ``threadIdx.x`` be the column, and neighbours read neighbours.
# - What many threads read belongs in shared memory, between two barriers: one until it
#   is full, one until nobody reads it any more.
# - A kernel computes as C++ does, not as Python or NumPy do: its numbers have sizes,
#   its variables one type, and its memory begins as rubbish.
# - Count before you time. FLOPs for each byte say which ceiling is yours.
#
# Try it
# ------
# Exercises 27 to 44 go with this lesson, and check themselves:
# ``minitensor start my-exercises`` copies all of them, ``minitensor check`` says what
# is wrong. Besides:
#
# 1. Write a kernel that adds up n numbers with ``total[0] += x[i]``. What does the
#    simulator say? Fix it with ``cuda.atomic_add(total, 0, x[i])``.
# 2. Put the barrier of ``every`` into ``if x < 10:`` and take a stride of 1. No thread
#    needs what another wrote. What does the simulator say all the same, and what would
#    a GPU do?
# 3. Make ``tiled`` right for all sizes: a thread outside of ``c`` still has to fetch
#    and to wait. Compare with ``matmul_tiled`` in
#    ``minitensor/matrix_product/kernels.py``.
# 4. Keep ``tile_b`` the other way round: write ``tile_b[x * TILE + y]``, read
#    ``tile_b[x * TILE + inner]``. How many bank conflicts are there now? How many if
#    the rows of both tiles are 17 numbers long, the last of them never used? (45,696
#    and 768.)
# 5. How many FLOPs a byte would tiles of 32 × 32 give? Guess, then count. (5.33.)
