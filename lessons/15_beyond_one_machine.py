"""
Beyond one machine: clusters of points that no memory holds
===========================================================

Twenty million points, two processes, and neither may take as much memory as the points
alone need. How can both find the same clusters that one large machine would? By adding.
You see which sums are enough for mean shift, why the order in which they are added must
not matter, and what travels over a network. Then it runs, here on your machine; for a
hundred machines you would change one line.

About 30 minutes. Needs lesson 6 and the packages dask and distributed.
"""

# %%
# What is not there cannot fill a memory
# --------------------------------------
#
# The points come in *chunks*. A real chunk is a file on some disk. Ours is drawn when
# somebody asks for it, from a seed of its own, and is the same whenever it is drawn.

import logging
import sys
import zlib

import minitensor as mt
import numpy as np
from minitensor import plot
from minitensor.cluster import mean_shift
from minitensor.errors import MissingExtraError
from minitensor.groups import counts
from minitensor.text.hints import install
from minitensor.text.numbers import in_bytes

try:
    import dask
    import dask.array as da
    from distributed import Client, LocalCluster
except ImportError:
    raise MissingExtraError(
        f"lesson 15 needs Dask: {install('dask[array]', 'distributed')}"
    ) from None

mt.set_backend("numpy")
ROWS, CHUNKS = 250_000, 80
MIDDLES = np.array([[-25.0, -20.0], [-22, 14], [-4, 26], [3, -8], [19, 9], [27, -23]])


def draw(number, rows=ROWS):
    """Chunk `number`: points (rows, 2) round six middles, a NumPy array."""
    rng = np.random.default_rng(number)
    return MIDDLES[rng.integers(0, 6, rows)] + rng.normal(0, 5**0.5, (rows, 2))


print(f"{CHUNKS} chunks of {ROWS:,} points, {in_bytes(draw(0).nbytes)} each")
print(f"all {CHUNKS * ROWS:,} points: {in_bytes(CHUNKS * draw(0).nbytes)}")

# %%
# Loops first: add up what each chunk says
# ----------------------------------------
#
# Mean shift goes uphill on the density of the points. A grid knows the density: lay
# cells over the plane and count the points in each (lesson 6 had 1,500 points and no
# need of it). Counts add up. So look at one chunk at a time, keep its table of counts,
# forget the points.

CELLS = 80


def count(points):
    """How many of the points (n, 2) lie in each cell, one unit wide, from −40."""
    x, y = mt.as_tensor(points).T
    cell = mt.floor(x + 40).astype("int64") * CELLS + mt.floor(y + 40).astype("int64")
    return counts(cell, CELLS**2).reshape(CELLS, CELLS)


total = mt.zeros((CELLS, CELLS))
tables = []
for number in range(12):
    table = count(draw(number, rows=400))
    tables.append(table)
    total += table

titles = ["chunk 0", "chunk 1", "chunk 2", "all 12 chunks"]
# alt: Chunk 0 plus chunk 1 plus chunk 2 and so on: tables of counts, each with six
#      loose specks of a few points a cell. Their sum, over all 12 chunks, has six round
#      and dense spots at the same places.
plot.added(tables[:3], total, titles)
print(
    f"{total.sum().item():.0f} points; a table is {in_bytes(8 * CELLS**2)}, "
    "of any number of them"
)

# %%
# The table does not grow with the points. That is the whole trick: **move the sums, not
# the points.** The peaks are then found once, on the table, by one process. And a
# point's label is that of the peak to which its cell leads: each chunk can look that up
# alone, whenever you ask for it.
#
# Any order
# ---------
#
# On many machines nobody knows which chunk is done first. If a machine dies, its chunks
# are done again elsewhere, later. Counts are whole numbers, so their sum is the same in
# any order. But ``minitensor`` shares each point out among the corners of its cell, and
# then *floats* are added.

print(
    "0.1 + (0.2 + 0.3) =", 0.1 + (0.2 + 0.3), "  (0.1 + 0.2) + 0.3 =", (0.1 + 0.2) + 0.3
)

# %%
# A last digit is enough to send a point that lies between two peaks to the other one.
# So every share is first rounded to a whole multiple of n·2⁻⁵², rounded up to a power
# of two. A float has 53 bits, so then no sum of n shares needs more bits than there
# are, and nothing is rounded any more.

QUANTUM = 2.0**-40


def coarse(share):
    """A share as a whole multiple of QUANTUM."""
    return round(share / QUANTUM) * QUANTUM


a, b, c = map(coarse, (0.1, 0.2, 0.3))
print(
    "in multiples of 2⁻⁴⁰:",
    a + (b + c) == (a + b) + c,
    f"off by {abs(a - 0.1):.0e} at most",
)

orders = {
    "in order": range(12),
    "as they happen to come": [7, 2, 10, 0, 5, 11, 3, 8, 1, 9, 4, 6],
}
# alt: Two tables fill side by side, one with the chunks in order, the other as they
#      happen to come. On the way they differ; after 12 of 12 chunks they are the same.
plot.adding(tables, orders)

# %%
# The graph
# ---------
#
# Who does what, where and when is not our business. **Dask** takes a graph of tasks, in
# which each names the tasks whose results it needs, and does them on threads, on
# processes or on machines. ``delayed`` puts a call into the graph instead of making it.
# Sums are added in a tree, four at a time, so that no process has to take in all of
# them.


def add(parts):
    return sum(parts[1:], parts[0])


def peaks(table):
    """Cells above all beside them: what mean shift finds, if you squint."""
    middle = table[1:-1, 1:-1]
    moves = (0, 1), (1, 0), (0, -1), (-1, 0)
    beside = [table[1 + i : CELLS - 1 + i, 1 + j : CELLS - 1 + j] for i, j in moves]
    return sum((middle > other).astype("int64") for other in beside) == 4


def label(points, found):
    return found  # of each point, by its cell; left out here


def task(function, name, *needed):
    return dask.delayed(function)(*needed, dask_key_name=name)


drawn = [task(draw, f"draw {i}", i) for i in range(12)]
parts = [task(count, f"count {i}", points) for i, points in enumerate(drawn)]
while len(parts) > 1:
    parts = [
        task(add, f"add {len(parts)}-{i}", parts[i : i + 4])
        for i in range(0, len(parts), 4)
    ]
found = task(peaks, "peaks", parts[0])
labels = [task(label, f"label {i}", points, found) for i, points in enumerate(drawn)]


def needs_of(values):
    """For each task that these values need, the tasks that it needs itself."""
    merged = {}
    for value in values:
        graph = value.__dask_graph__().get_all_dependencies()
        merged |= {str(key): sorted(map(str, needed)) for key, needed in graph.items()}
    return merged


graph = needs_of(labels)
# alt: A graph of 41 tasks. Twelve draw, each followed by a count; four add, in a tree
#      of four at a time; one finds the peaks; twelve label, and each needs the peaks
#      and its own draw again.
plot.task_graph(
    {name: graph[name] for name in sorted(graph, key=lambda name: (len(name), name))}
)
print(f"{len(graph)} tasks for 12 chunks")

# %%
# Twenty million
# --------------
#
# ``minitensor`` does this for you: give ``mean_shift`` an array of Dask.
# ``da.map_blocks`` makes one of our chunks. Nothing is drawn yet.


def block(block_id):
    return draw(block_id[0])


def chunks(count):
    """The first `count` chunks as one Dask array."""
    return da.map_blocks(
        block, chunks=((ROWS,) * count, (2,)), dtype="float64", meta=draw(0, 0)
    )


points = chunks(CHUNKS)
print(
    type(points).__name__, points.shape, points.dtype, "in chunks of", points.chunksize
)

# %%
# Now two processes. Each may take 192 MiB, and Dask would end one that comes near. That
# is well below what the points need, and Python with its libraries takes half of it.
# Two settings first.
#
# * A new process runs the script that started it again, unless it is told not to. Ours
#   needs nothing of this script but functions, which Dask sends. In a script of your
#   own, put what starts processes under ``if __name__ == "__main__":``.
# * Dask asks the C library to give memory back at once. Then every small table of NumPy
#   is new pages, which the system has to clear. Let it keep some; on Linux that is
#   quicker (``tests/benchmarks/clustering_distributed.py``).

LIMIT = 192 * 2**20
vars(sys.modules["__main__"]).pop("__file__", None)
for name in ("MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_"):
    dask.config.set({f"distributed.nanny.pre-spawn-environ.{name}": 2**23})

cluster = LocalCluster(
    n_workers=2,
    threads_per_worker=1,
    memory_limit=LIMIT,
    dashboard_address=":0",  # any port that is free
    silence_logs=logging.ERROR,  # it warns long before it ends a process
)
client = Client(cluster)  # from here on Dask computes on the processes

# %%
# ``mean_shift`` goes over the points three times: for their ends, for their middle, and
# for the sums. Then it knows the peaks. The labels are an array of Dask again, and no
# chunk has been looked at for them. Counting them looks at each chunk once more.

found = mean_shift(points, bandwidth=2.5)
print(
    "peaks:", [[round(x) for x in center] for center in sorted(found.centers.tolist())]
)
print(
    "labels:", type(found.labels).__name__, found.labels.shape, "method:", found.method
)

sizes = da.bincount(found.labels, minlength=6).compute()
print(
    f"{sizes.sum():,} labels, of each",
    [f"{size / sizes.sum():.4f}" for size in sizes.tolist()],
)

# %%
# How much memory did a process take, at most, since it was started? Each is asked.


def peak():
    """The most bytes of memory that this process had so far."""
    import sys

    if sys.platform == "linux":  # where getrusage begins with what the parent held
        with open("/proc/self/status") as lines:
            held = next(line for line in lines if line.startswith("VmHWM"))
        return 1024 * int(held.split()[1])
    if sys.platform == "win32":
        import psutil

        return psutil.Process().memory_info().peak_wset
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


most = max(client.run(peak).values())
assert most < LIMIT < 0.7 * points.nbytes
print(
    f"each process stayed under {in_bytes(LIMIT)}; "
    f"the points are {in_bytes(points.nbytes)},"
)
print(f"their labels another {in_bytes(found.labels.nbytes)}")

# %%
# The same labels
# ---------------
#
# Is it the same answer? Take the first two chunks, half a million points. One process
# can hold these. A checksum of the bytes of all labels says whether a single one
# differs.

few = chunks(2)
every = {
    "two processes": mean_shift(few, bandwidth=2.5).labels.compute(),
    "one process": mean_shift(
        mt.as_tensor(few.compute()), 2.5, method="grid"
    ).labels.numpy(),
    "other chunks": mean_shift(
        few.rechunk((70_001, 1)), bandwidth=2.5
    ).labels.compute(),
}
checksums = {words: zlib.crc32(array.tobytes()) for words, array in every.items()}
for words, checksum in checksums.items():
    print(f"{words:<14} {checksum:08x}")
assert len(set(checksums.values())) == 1

client.close()
cluster.close()

# %%
# For a real cluster change one line, the one that makes the ``client``:
#
# .. code-block:: python
#
#     client = Client("scheduler.example.org:8786")
#
# and read the chunks from where your files are (``da.from_zarr``,
# ``da.from_npy_stack``). On GPUs the chunks are CuPy arrays, and stay there: what comes
# from a chunk are sums.
#
# On paper: what travels
# ----------------------
#
# Let there be c chunks on m machines, and count bytes of float64. At most every chunk's
# sums travel once, up the tree, and what the chunks must be told travels to each
# machine.
#
# * *grid*, once: d + 3 tables of the nodes up; the labels of the nodes down.
# * *exact*, from q starts, in each iteration: q weighted sums of d coordinates and of 1
#   up; q places down. All n points as starts would be n sums from every chunk: it is
#   refused.
# * *k-means*, in each iteration: k sums and counts up; k centres down.


def grid_bytes(c, m, d=2, nodes=25_600):
    return c * 8 * (d + 3) * nodes + m * 8 * nodes


def exact_bytes(c, m, d=2, q=1_000):
    return c * 8 * q * (d + 1) + m * 8 * q * d


def kmeans_bytes(c, m, d=2, k=8):
    return c * 8 * k * (d + 1) + m * 8 * k * d


cases = [
    (20_000_000, 80, 2),
    (10**9, 1_000, 20),
    (10**12, 10**6, 1_000),
    (10**12, 10**4, 1_000),
]
print("               points     chunks   the points       grid      exact    k-means")
for n, c, m in cases:
    ways = [in_bytes(way(c, m)) for way in (grid_bytes, exact_bytes, kmeans_bytes)]
    print(
        f"{n:>21,} {c:>10,} {in_bytes(16 * n):>12} {ways[0]:>10} "
        f"{ways[1]:>10} {ways[2]:>10}"
    )

# %%
# What limits?
#
# * *At 10⁹ points*, 16 GB, nothing much. If a machine's disk reads 1 GB in a second,
#   twenty of them read all of it in one, four times in all. The network carries a
#   gigabyte of tables.
# * *At 10¹² points* in chunks of a million there are a million chunks, and four passes
#   are four million tasks. Dask's one scheduler takes about a millisecond for a task
#   (so its documentation says): **more than an hour, for any number of machines**.
#   Chunks of a hundred million points, the last line of the table, make it seconds, and
#   the tables that travel a hundredth. So chunks should be as large as memory allows,
#   not as small as you like.
# * Then the disks are the limit: 16 TB at a thousand gigabytes a second, 16 s for each
#   pass. k-means with 100 iterations reads them 100 times. The grid reads them 4 times,
#   whatever happens.
# * The digits: 53 bits less 40 for 10¹² points leave 2⁻¹² of a point for each share.
#   Enough.
# * The peaks are found by one process, on the nodes. Their number is the area of the
#   data over the bandwidth squared, whatever n is. In 3 dimensions it is the volume,
#   and beyond there is no grid.
#
# What to take away
# -----------------
#
# * Move the sums, not the points.
# * Sums that are exact do not depend on order, on chunks, or on machines that die.
# * What is needed once is found once; what belongs to a point is found where the point
#   is.
# * A scheduler has a price for each task. Make tasks large.
#
# Try it
# ------
#
# 1. The labels of all points fit into ``found.labels``, and ``peaks`` needed only
#    25,600 nodes. What would have to travel, and how often, if each process moved its
#    *own* points uphill? (Answer: a point moves to the mean of *all* points near it. So
#    each process would need the grid, 1 MB, once. That works too, and then n points
#    move instead of some thousand nodes.)
# 2. Put a point at (1e6, 1e6) into chunk 3. Which of the three passes sees it, and what
#    happens to the number of nodes? (Answer: the ends do. The box is now as wide as
#    that point is far, but only blocks that hold points are kept: one block more.)
