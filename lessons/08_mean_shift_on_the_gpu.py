"""
Mean shift on the GPU: what moves, and what is left to do
=========================================================

Lesson 6 climbed the mean-shift ladder on the processor, lesson 7 wrote kernels for a
GPU. Now the two meet. For each rung, from Python loops to ``gpu_fast``, we ask: what
does it move, and what bounds it? You need no GPU. Everything here is counted, on the
simulator or on paper; times stand in pictures only, and each says where it was taken.

About 50 minutes. Needs lessons 6 and 7.
"""

# %%
# One update, eleven rungs
# ------------------------
#
# An update moves each of q queries to the weighted mean of n points. A point at
# distance r weighs exp(−r²/2h²). So there are q·n *pairs* of a query and a point, and
# each pair costs one exponential. No rung changes that. Here is the ladder as it stands
# for a GPU.

import math

import minitensor as mt
from minitensor import ladder, plot
from minitensor.cluster.meanshift import LADDER, gemm_tiled
from minitensor.cluster.meanshift.rungs import GPU_LADDER
from minitensor.data import blobs
from minitensor.text.numbers import in_bytes, in_seconds

mt.set_backend("numpy")  # where the simulator runs
for rung in GPU_LADDER.rungs:
    print(f"{rung.__name__:10} {rung.caption}")

# %%
# The first eight are loops and arrays, and run here too. Where do they stand under the
# roof of this machine? The roof is the fastest that its memory, its arithmetic and its
# exponentials allow. This job needs few bytes: 512 points fit into 4 kB. But it needs
# 262,144 exponentials. The bar over the dots is the most that NumPy's allow. Only
# ``compiled``, if you have Numba, could be above it, since it makes its own.

h = 2.5
points, _ = blobs(seed=2, dtype="float32")
some = points[mt.random.permutation(mt.random.generator(0), len(points))][:512]
on_cpu = LADDER.climb(some, some, h, title="one update of 512 points", time_limit=1.0)
# alt: The rungs as dots one above another at 277 FLOPs a byte, where the roof is level:
#      loops at the bottom, with hundredths of a percent of it, the array rungs in the
#      order of the ladder above them, and compiled, where Numba is installed, at the
#      top. A short bar for the exponentials lies below the roof and above all dots.
plot.roofline(on_cpu)

work = on_cpu.work
print(
    f"{work.exps:,.0f} exponentials, {work.flops:,.0f} FLOPs, "
    f"{work.traffic:,.0f} bytes at least"
)

# %%
# The n × n table
# ---------------
#
# That is what the job must move. What do the rungs *really* move? An array rung is a
# row of operations, and each one reads tables and writes a table. Here is the update of
# lesson 6 in two dimensions, with the numbers that each operation reads and writes for
# one pair. (The points themselves are small beside the tables, and left out.)

step_all = [
    # what is computed, numbers read, numbers written
    ("queries[:, None] - points", 0, 2),
    ("difference ** 2", 2, 2),
    (".sum(2)", 2, 1),
    ("* (-0.5 / h**2)", 1, 1),
    (".exp()", 1, 1),
    ("weights[:, :, None] * points", 1, 2),
    (".sum(1), upper part", 2, 0),
    ("weights.sum(1), lower part", 1, 0),
]
for words, read, written in step_all:
    print(f"{words:<30} reads {read}, writes {written}")
batched_bytes = 4 * sum(read + written for _, read, written in step_all)
print(f"together {batched_bytes} bytes for each pair, in float32")

# %%
# FLOPs over bytes is the *arithmetic intensity*. A GPU computes far faster than it
# moves, so a low one means waiting. We will need the figures of one GPU. These are what
# NVIDIA publishes of an H100 SXM, its highest clock among them. Nothing here was
# measured. A multiprocessor makes 16 exponentials in a clock (CUDA programming guide).
# How many bytes does memory give it meanwhile?

MULTIPROCESSORS, CLOCK, MEMORY = 132, 1.98e9, 3.35e12  # clocks a second, bytes a second
bytes_a_clock = MEMORY / MULTIPROCESSORS / CLOCK
exps_a_clock = 16
balance = bytes_a_clock / exps_a_clock
print(f"batched: {work.flops / work.exps / batched_bytes:.2f} FLOPs for each byte")
print(
    f"memory gives {bytes_a_clock:.1f} bytes a clock, "
    f"{balance:.2f} for each exponential"
)

# %%
# So a rung that moves more than 0.8 bytes for a pair waits for memory, and one that
# moves fewer waits for exponentials. ``batched`` moves 76. On a processor we escaped:
# the tables were cut into tiles of a megabyte, which fit the caches. Tiles that small
# do not keep the hundreds of thousands of threads of a GPU busy. And a whole table may
# not even fit into its memory:

for n in (1_500, 100_000, 1_000_000):
    table, ends = in_bytes(4 * n * n), in_bytes(3 * 2 * 4 * n)
    print(
        f"n = {n:>9,}: a table of weights {table:>8}; queries, points, result {ends:>7}"
    )

# %%
# Two kernels and a table
# -----------------------
#
# A kernel can do better than arrays, because a thread keeps numbers in registers
# between one operation and the next. Try it in two kernels first. One writes the table
# of weights, the other reads it and takes the means. A thread is a query, and goes
# through all points. A row of the table holds the weights of one point for all queries,
# so that neighbouring threads write neighbouring numbers (lesson 7).

import numpy as np
from minitensor.gpu import cuda, kernel, uninitialised


@kernel
def weigh(queries, points, table, count, n, scale):
    query = cuda.grid(1)
    if query < count:
        q_x, q_y = queries[query, 0], queries[query, 1]
        for point in range(n):
            x = points[point, 0] - q_x
            y = points[point, 1] - q_y
            table[point, query] = cuda.exp((x * x + y * y) * scale)


@kernel
def average(table, points, moved, count, n):
    query = cuda.grid(1)
    if query < count:
        total = np.float32(0)
        sum_x = np.float32(0)
        sum_y = np.float32(0)
        for point in range(n):
            weight = table[point, query]
            total += weight
            sum_x += weight * points[point, 0]
            sum_y += weight * points[point, 1]
        moved[query, 0] = sum_x / total
        moved[query, 1] = sum_y / total


n = 256
x, scale = some[:n], -0.5 / h**2
right = gemm_tiled(x, x, h)


def check(moved):
    assert (abs(moved - right) < 1e-4).all()


table, moved = uninitialised((n, n)), uninitialised((n, 2))
two = [weigh[2, 128](x, x, table, n, n, scale), average[2, 128](table, x, moved, n, n)]
check(moved)
for launch in two:
    print(launch.report(), end="\n\n")

# %%
# Look at the stores of ``weigh`` and the loads of ``table`` in ``average``: one number
# each for each pair. The simulator counts sectors of 32 bytes, the least that memory
# moves. All 32 threads of a warp want the *same* point at the same time, so that one
# sector serves them all.


def bytes_a_pair(*launches):
    return sum(launch.counters.bytes_moved for launch in launches) / n**2


# A sector is 32 bytes and serves the 32 threads of a warp: one byte for each pair.
# Two coordinates; a weight; queries and results.
point, weights, ends = 2 * 1, 4, 32 / n
assert bytes_a_pair(*two) == (point + weights) + (weights + point) + ends
moves = bytes_a_pair(*two)
print(
    f"two kernels: {moves:.2f} bytes for each pair, {weights + weights} of them weights"
)

# %%
# Fused: no table at all
# ----------------------
#
# Why write a weight down? The thread that made it is the one that needs it. Put the two
# loop bodies together, and the weight lives in a register for a moment. This is
# ``gpu_fused``.


@kernel
def fused(queries, points, moved, count, n, scale):
    query = cuda.grid(1)
    if query < count:
        q_x, q_y = queries[query, 0], queries[query, 1]
        total = np.float32(0)
        sum_x = np.float32(0)
        sum_y = np.float32(0)
        for point in range(n):
            p_x, p_y = points[point, 0], points[point, 1]
            x, y = p_x - q_x, p_y - q_y
            weight = cuda.exp((x * x + y * y) * scale)
            total += weight
            sum_x += weight * p_x
            sum_y += weight * p_y
        moved[query, 0] = sum_x / total
        moved[query, 1] = sum_y / total


moved = uninitialised((n, 2))
by_fused = fused[2, 128](x, x, moved, n, n, scale)
check(moved)
assert bytes_a_pair(by_fused) == point + ends
assert by_fused.counters.global_loads == n * (n + 1) * 2
print(
    f"fused: {bytes_a_pair(by_fused):.2f} bytes for each pair, "
    "memory besides the output: none"
)

# %%
# The extra memory was n × n, and is gone. A million points now need 24 MB instead of
# 4,000 GB, and no result is less exact for it. On the CPU we would not have dared: a
# loop over pairs is the slow ``loops``. On a GPU the loop over points runs in a hundred
# thousand threads at once.
#
# Tiled: fetch together, read near
# --------------------------------
#
# Two bytes for each pair are left. They are the points, fetched again by each warp. (In
# reality a cache would catch most of them; the simulator has none, so this is the worst
# case.) As in lesson 7, the 128 threads of a block can fetch 128 points together into
# *shared memory*, and all read them there. This is ``gpu_tiled``.

from minitensor.cluster.meanshift import kernels

moved, by_tiled = kernels.move("gpu_tiled", kernels.tiled, x, x, h)
check(moved)
# alt: One read of the points by a warp. Above, in fused, all 32 threads want one
#      number, and a sector of 32 bytes is moved for 4. Below, in the tiled kernel, each
#      thread fetches a number of its own: four sectors, and every byte was asked for.
plot.memory_access(by_fused, by_tiled, array="points")

tiled_point = 2 * 4 / 128  # two floats, for the 128 queries of a block
assert bytes_a_pair(by_tiled) == tiled_point + ends
loads = by_tiled.counters.shared_loads / n**2
print(
    f"tiled: {bytes_a_pair(by_tiled):.4f} bytes for each pair, "
    f"{tiled_point} of them for points"
)
print(f"and {loads:.0f} loads from shared memory for each pair")

# %%
# Above, a warp of ``fused`` moves a sector of 32 bytes to get one float. Below, each
# thread of a warp of ``tiled`` fetches a float of its own, and nothing comes along
# unasked.
#
# You have met this before
# ------------------------
#
# Look again at what an update is. Each query gets a score with each point, the scores
# are made positive by exp and divided by their sum, and the result is a weighted mean.
# This is *softmax attention*, the heart of a transformer. The query is x, the keys and
# the values are the data, and the score is −r²/2h².


def attention(scores, values):
    weights = mt.exp(scores - scores.max(1)[:, None])
    return (weights @ values) / weights.sum(1)[:, None]


squared = ((x[:, None, :] - x) ** 2).sum(2)
check(attention(squared * scale, x))

# %%
# Transformers score by a product, q·k/τ. If all points have the same length, that is
# the same thing: r² = ‖q‖² + ‖k‖² − 2 q·k, and what is constant cancels in the
# division. Put the points on a circle and see.

circle = x / mt.sqrt((x**2).sum(1))[:, None]
by_product = attention((circle @ circle.T) / 0.3**2, circle)
moved = gemm_tiled(circle, circle, 0.3)
gap = abs(by_product - moved).max().item()
assert gap < 1e-5
print("on a circle, dot-product attention and mean shift agree")

# %%
# Running sums over tiles of keys, with no table of scores ever written: that is the
# heart of FlashAttention (Dao and others, 2022, arXiv:2205.14135), and you have just
# seen it. It needs one thing more. The exponent −r²/2h² is never above 0, but a product
# can be large, and exp of it infinite in float32. So each query also keeps the largest
# score so far. When a larger one comes, the old sums are scaled down to it.


def flash(queries, keys, values, tile=64):
    largest = mt.full((len(queries), 1), -math.inf, "float32")
    top = mt.zeros((len(queries), values.shape[1]), "float32")
    bottom = mt.zeros((len(queries), 1), "float32")
    for start in range(0, len(keys), tile):
        scores = queries @ keys[start : start + tile].T
        new = mt.maximum(largest, scores.max(1)[:, None])
        weights, shrink = mt.exp(scores - new), mt.exp(largest - new)
        top = top * shrink + weights @ values[start : start + tile]
        bottom = bottom * shrink + weights.sum(1)[:, None]
        largest = new
    return top / bottom


scores = x @ x.T
end = math.log(np.finfo("float32").max)
print(f"largest score {scores.max().item():,.0f}; float32 ends at exp({end:.1f})")
assert (abs(flash(x, x, x) - attention(scores, x)) < 1e-4).all()

# %%
# Several queries a thread
# ------------------------
#
# Back to the ladder. ``gpu_tiled`` reads two numbers from shared memory for each pair.
# Shared memory serves one access of a warp in a clock, 32 threads. So the reads take
# 2/32 of a clock for a pair, and the exponential 1/16. The same! Both units are full,
# and neither may wait for the other. What helps is to use a point twice once it is in a
# register. So give each thread two queries. (To be short, this kernel asks for 256
# queries a block and no remainder.)


@kernel
def two_queries(queries, points, moved, n, scale):
    tile = cuda.shared_memory(np.float32, 256)
    thread = cuda.threadIdx.x
    one = cuda.blockIdx.x * 256 + thread
    two = one + 128
    one_x, one_y = queries[one, 0], queries[one, 1]
    two_x, two_y = queries[two, 0], queries[two, 1]
    zero = np.float32(0)
    one_total, one_sum_x, one_sum_y = zero, zero, zero
    two_total, two_sum_x, two_sum_y = zero, zero, zero
    for start in range(0, n, 128):
        tile[thread] = points[start + thread // 2, thread % 2]
        tile[thread + 128] = points[start + 64 + thread // 2, thread % 2]
        cuda.syncthreads()
        for point in range(128):
            p_x, p_y = tile[2 * point], tile[2 * point + 1]  # read once, used twice
            d_x, d_y = p_x - one_x, p_y - one_y
            weight = cuda.exp((d_x * d_x + d_y * d_y) * scale)
            one_total += weight
            one_sum_x += weight * p_x
            one_sum_y += weight * p_y
            d_x, d_y = p_x - two_x, p_y - two_y
            weight = cuda.exp((d_x * d_x + d_y * d_y) * scale)
            two_total += weight
            two_sum_x += weight * p_x
            two_sum_y += weight * p_y
        cuda.syncthreads()
    moved[one, 0] = one_sum_x / one_total
    moved[one, 1] = one_sum_y / one_total
    moved[two, 0] = two_sum_x / two_total
    moved[two, 1] = two_sum_y / two_total


moved = uninitialised((n, 2))
by_two = two_queries[1, 128](x, x, moved, n, scale)
check(moved)
assert by_two.counters.shared_loads == n**2
print(
    "two queries a thread: "
    f"{by_two.counters.shared_loads / n**2:.0f} shared load for each pair"
)

# %%
# ``gpu_fast`` gives each thread four queries, and reads two points at once as a
# ``float4``. That is one load for eight pairs. Arrays of registers and ``float4`` are
# beyond CuPy's JIT, so it is CUDA C++, in ``minitensor/cluster/meanshift/kernels.cu``.
# It also folds the scale into the coordinates, so that the weight is 2 to the power of
# −r², and that is a single instruction, ``ex2.approx``.
#
# What is left
# ------------
#
# Now memory is quiet and shared memory is quiet. What remains is to start the
# instructions. Nobody needs a GPU to count those. CUDA's compiler runs without one, and
# the machine code can be read. ``tests/gpu/test_compiler.py`` reads it: in the inner
# loop of ``gpu_fast`` there are 7 additions and multiplications and 1 exponential for
# each pair, and 8.375 instructions in all. A multiprocessor starts 128 a clock, one
# each for 128 threads. Here are the clocks that each unit takes for 128 pairs. The
# largest number of a row is the bound, as far as things are counted.

rungs = {
    # bytes of memory, loads from shared memory, instructions: for a pair of many points
    "batched": (batched_bytes, 0, None),
    "two kernels": (bytes_a_pair(*two) - ends, 0, None),
    "gpu_fused": (bytes_a_pair(by_fused) - ends, 0, None),
    "gpu_tiled": (bytes_a_pair(by_tiled) - ends, loads, None),
    "two queries": (bytes_a_pair(by_two) - ends, 1, None),
    "gpu_fast": (2 * 4 / 128, 1 / 8, 8.375),  # 8 warps share 32·4 queries
}
print("clocks for 128 pairs   memory   shared   exp   instructions   bound")
for name, (moves, shared, instructions) in rungs.items():
    clocks = {
        "memory": 128 * moves / bytes_a_clock,
        "shared": 128 * shared / 32,
        "exp": 128 / 16,
    }
    if instructions:
        clocks["instructions"] = instructions
    most = max(clocks.values())
    limit = " and ".join(unit for unit in clocks if clocks[unit] > 0.999 * most)
    counted = f"{instructions}" if instructions else "not counted"
    numbers = f"{clocks['memory']:>8.1f} {clocks['shared']:>8.1f} {clocks['exp']:>5.0f}"
    print(f"{name:20} {numbers} {counted:>14}   {limit}")

# %%
# Read it from top to bottom. Each rung takes away the largest number of the row above,
# until the exponentials stand alone, and the instructions around them. Then the work is
# done: 8 clocks of exponentials in 8.375 of instructions, so at most 96% of the
# exponentials' speed can be had. This is arithmetic, not a measurement. What it gives
# for a whole update is a *lower* bound of its time:

for many in (100_000, 1_000_000):
    bound = many**2 / (exps_a_clock * MULTIPROCESSORS * CLOCK)
    print(f"n = {many:>9,}: at least {in_seconds(bound)} of exponentials on that GPU")

# %%
# How near does ``gpu_fast`` come? Only a clock can say, on a GPU. In a checkout,
# ``python tests/benchmarks/gpu.py`` asks it, and keeps the answer with device, date and
# versions. Below is the whole climb. On the left are the bytes, pale by formula and
# strong as counted. On the right is what was measured: this machine, now, and any GPU
# that this copy of minitensor has a measurement of. If there is none, the picture says
# so. (``compiled`` runs on a processor only. It has a dot if Numba is installed.)

from minitensor import backend
from minitensor.errors import BackendError

moved = {
    "loops": None,
    "one_point": batched_bytes,  # the same operations, a query at a time
    "batched": batched_bytes,
    "columns": 80,  # a few numbers more, but in tables without an axis of length 2
    "einsum": 44,  # no squares and no products are written down
    "gemm": 16,  # scores written, made into weights, read: no table has a d in it
    "gemm_tiled": 16,  # the same, in a core's own cache
    "threads": 16,  # the same, on every core
    "compiled": 8,  # no table at all: two coordinates of a point are read
    **{name: moves for name, (moves, _, _) in rungs.items() if name != "batched"},
}
counted = ("two kernels", "gpu_fused", "gpu_tiled", "two queries")


def rates(climb, pairs):
    return {row.rung: pairs / row.seconds for row in climb.rows if row.seconds}


speeds = {f"{on_cpu.machine}, n = 512, now": rates(on_cpu, 512**2)}
for found in ladder.stored():
    rows = [row for row in found["mean_shift"]["rungs"] if row.get("seconds")]
    most = max(row["n"] for row in rows if row["rung"] == "gpu_fast")
    each = {row["rung"]: row["n"] ** 2 / row["seconds"] for row in rows}
    speeds[f"{found['device']}, {found['date']}, n up to {most:,}"] = each
try:
    gpu = backend.load("cupy")
except BackendError:
    none = "no GPU here, and no measurement of one is stored:\nnobody has timed these"
    absent = "" if len(speeds) > 1 else none
else:
    with mt.use_backend("cupy"):
        rng = mt.random.generator(0)
        many = mt.random.normal(rng, (20_000, 2), dtype="float32") * 20
        climb = GPU_LADDER.climb(many, many, h, time_limit=1.0)
    absent = ""
    speeds[f"{gpu.device_name()}, n = 20,000, now"] = rates(climb, 20_000**2)

words = "as long as an exponential on an H100"
# alt: Left, the bytes that a pair moves, on a logarithmic axis: about 80 for the first
#      array rungs, 44 for einsum, 16 for the matrix products, 8 compiled, 12 for two
#      kernels, 2 fused, 0.0625 tiled, 0.0312 with two queries. A line at 0.8 bytes is
#      as long as an exponential on an H100. Right, pairs in a second as they were
#      measured here, from about a million for loops to hundreds of millions.
plot.whole_climb(moved, speeds, "pair", counted, (balance, words), absent)

# %%
# A better algorithm beats a faster machine
# -----------------------------------------
#
# All these rungs make q·n exponentials. Twice the points, four times the work: for a
# million points even the bound above is a quarter of a second for *one* update, on an
# H100. The way out is not speed. Far points weigh nothing, and near ones weigh nearly
# alike. So share each point among the corners of its cell in a grid, blur the grid once
# with the Gaussian, and read the mean at any place from what lies there. That takes a
# few steps for each point, and some for each node of the grid. The price is an error,
# which falls with the square of the spacing. ``mean_shift`` does this by itself beyond
# 4,096 points, and says how far off it may be: the *bound* holds for every point.

few = points.astype("float64")
exact = mt.cluster.mean_shift(few, h, method="exact")
grid = mt.cluster.mean_shift(few, h, method="grid")
gap = abs(grid.centers - exact.centers).max().item()
agree = (grid.labels == exact.labels).astype("float64").mean().item()
print(
    f"one update is off by at most {grid.error_bound:.2f}; "
    f"the peaks are off by {gap:.4f}"
)
print(f"{agree:.1%} of the labels are the same")

# %%
# Why is the bound so much larger? It takes every rounding to a corner at its worst, and
# all of them to one side. In truth they go to all sides and nearly cancel, and most of
# all at a peak, where as many points lie on one side as on the other.
#
# There are two more ways. ``fourier`` adds up a few waves instead of a grid's nodes,
# and is as exact as you ask, down to a millionth of a bandwidth. ``cells`` sorts the
# points into squares and leaves out all that are far from a query; it works in any
# number of dimensions.
#
# How does the time grow? On logarithmic axes a power of n is a straight line, and the
# power is its slope. These are whole clusterings, from points to labels, on this
# processor. With few points, what takes the same time for any n makes a line flat, so
# the power beside each line is the slope of its last piece.

import time

sizes = {
    "exact": (2_000, 4_000, 8_000),
    "cells": (2_000, 8_000, 32_000),
    "fourier": (2_000, 8_000, 32_000),
    "grid": (3_000, 30_000, 300_000),
}
times = {method: [] for method in sizes}
for method, counts in sizes.items():
    for n in counts:
        data, _ = blobs(seed=2, each=n // 6)
        begin = time.perf_counter()
        mt.cluster.mean_shift(data, h, method=method)
        times[method].append((n, time.perf_counter() - begin))
title = f"mean shift of six clusters in the plane ({on_cpu.machine})"
# alt: Time over the number of points, both logarithmic. The exact way rises steepest,
#      as n²; cells and fourier about as n; grid lies lowest and is the flattest, and
#      reaches 300,000 points in less time than exact needs for 8,000.
plot.growth(times, "points", title)

# %%
# ``cells`` is less steep than ``exact``, though each query still looks at all points
# near it, and the clusters stay where they are, so twice the points are twice as many
# near each. What it saves are queries: points in one box, an eighth of a bandwidth
# wide, start from one place, and the boxes are filling up. It pays most where the data
# are much wider than the bandwidth.

# %%
# And on a GPU?
# -------------
# What a GPU does in a clock is known, and what our kernels ask of it is counted. So
# their times can be PREDICTED, here for half a million queries over a thousand points,
# of which two blocks are run. How far off such predictions are is known from matrix
# products that others have timed.

from minitensor.cluster.meanshift.rungs import GPU_LADDER
from minitensor.text.numbers import roughly

queries = mt.random.normal(mt.random.generator(1), (2**19, 2), dtype="float32")
for name, found in GPU_LADDER.predictions(queries, queries[:1024], h, gpu="RTX 3090"):
    print(f"{name:10} PREDICTED {roughly(found.seconds)}, bound by {found.bound}")
print(found)

# %%
# Tiles gain little here. All threads of a warp read the same point, so L1 serves the
# fused kernel well; what tiles save is waiting for it. Then arithmetic is left, that of
# the exponential in it.

# %%
# What to take away
# -----------------
#
# * Count what moves before you make anything faster. A table of n × n numbers costs
#   more to write and read than to compute.
# * Fuse what makes a number with what uses it. Memory falls from O(n²) to O(n).
# * Let threads fetch together, then let each thread use twice what it has fetched.
# * When a unit that you cannot do without is full, stop. Here it is the one for
#   exponentials.
# * A bound says what cannot be. Only a clock says what is.
# * Before you make n² faster, ask whether it must be n².
#
# Try it
# ------
#
# Exercises 45 and 46 go with this lesson, and check themselves:
# ``minitensor start my-exercises`` copies all of them, ``minitensor check`` says what
# is wrong. Besides:
#
# 1. In ``weigh`` and ``average`` write ``table[query, point]`` instead. How many bytes
#    move for each pair now, and in which lines of the reports do they appear?
# 2. Write ``fused`` for points in three dimensions. Which formulas above change? From
#    how many dimensions on are additions and multiplications the bound, and not the
#    exponentials? (A multiprocessor does 128 of them a clock, and a pair takes 3·d +
#    1.)
# 3. Take the line with ``shrink`` out of ``flash``, by setting it to 1. For which order
#    of the keys is the result still right?
