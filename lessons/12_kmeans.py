"""
K-means: a cluster is the mean of its points
============================================

Mean shift lets every point look for its peak, and that is n points against n. Suppose
you know how many clusters you want. Then k centres are enough: each point goes to the
nearest, each centre goes to the middle of its points, and again. But where do the
centres begin? By chance. So this lesson begins with chance, and with a bug that is in
many programs.

About 40 minutes. Needs lessons 5 to 7.
"""

# %%
# Your own random numbers
# -----------------------
#
# A computer cannot roll dice. It has a *state*, a rule that changes the state, and a
# rule that makes a number of it. Here are the rules of Wichmann and Hill (1982). The
# state is three small remainders. Each is multiplied and divided, and what remains is
# kept. The three fractions are added, and only what follows the point counts. No number
# exceeds 172 · 30,323, which was the point in 1982; to Python, any size would do.

import copy
import json
import math
import os
import warnings
from itertools import pairwise

import minitensor as mt
from minitensor import plot

mt.set_backend("numpy")  # where the simulator runs
MODULI, FACTORS = (30269, 30307, 30323), (171, 172, 170)


def seeded(seed):
    """The state of this seed: no remainder is 0, which would stay 0 for ever."""
    state = []
    for modulus in MODULI:
        seed, rest = divmod(seed, modulus - 1)
        state.append(rest + 1)
    return state


def draw(state):
    """The next number, from 0 up to 1. The state moves on."""
    for i in range(3):
        state[i] = state[i] * FACTORS[i] % MODULI[i]
    return sum(part / modulus for part, modulus in zip(state, MODULI, strict=True)) % 1


state = seeded(20_221_112)
print([round(draw(state), 4) for _ in range(5)])
state = seeded(20_221_112)
print([round(draw(state), 4) for _ in range(5)], "the same seed, the same numbers")

# %%
# Are they any good? Look at them. Numbers should come equally often from everywhere,
# and a number should say nothing about the next. So draw each number with its successor
# as a point. We compare three sources: the first remainder alone, all three, and the
# generator that NumPy has, PCG64.

n, bins = 30_000, 60
state, alone = seeded(20_221_112), [1]
for _ in range(n - 1):
    alone.append(alone[-1] * 171 % 30269)
sources = {
    "one remainder": mt.tensor(alone) / 30269,
    "three of them": mt.tensor([draw(state) for _ in range(n)]),
    "PCG64": mt.random.uniform(mt.random.generator(0), n),
}
for name, numbers in sources.items():
    held = [((numbers * bins).astype("int64") == i).sum().item() for i in range(bins)]
    spread = (sum((each - n / bins) ** 2 for each in held) / bins) ** 0.5
    middle, wide = numbers.mean().item(), numbers.std().item()
    print(
        f"{name:14} mean {middle:.4f}  deviation {wide:.4f}  "
        f"bins {n // bins} ± {spread:.1f}"
    )
chance = (n / bins * (1 - 1 / bins)) ** 0.5
print(
    f"by chance      mean 0.5000  deviation {12**-0.5:.4f}  "
    f"bins {n // bins} ± {chance:.1f}"
)
# alt: Each number with the next, in a corner of the square, for three sources. One
#      remainder: the dots stand on a regular lattice, and every bin of the histogram
#      below holds the same. Three of them, and PCG64: dots without a pattern, and bins
#      that vary round 500.
plot.randomness(sources, corner=0.1, bins=bins)

# %%
# The mean finds nothing. The picture does: with one remainder, the next number is 171
# times this one, so all pairs lie on 171 lines, of which the corner of the square has
# 17, and evenly spaced on each. The bins are wrong, too. They are *too even*: of its
# 30,268 numbers each comes once, and then all come again. Three remainders are out of
# step. Their sum repeats when all do.

period = math.lcm(*(modulus - 1 for modulus in MODULI))
print(f"{period:,} numbers, then the same again; PCG64 has 2¹²⁸ = {2.0**128:.0e}")

# %%
# That is long for a lesson. It is short for a cluster of machines that draws a billion
# numbers a second: two hours. PCG64 has 128 bits of state. Its numbers have all the 53
# bits of a float, it can skip ahead any number of steps, and it passes tests that find
# out ours (L'Ecuyer and Simard 2007, TestU01). In this library you never meet a hidden
# state. ``mt.random.generator(seed)`` makes a generator, and whatever draws takes one:
# ``normal(rng, …)``, ``permutation(rng, n)``. Estimators take ``random_state=``, a seed
# or a generator.
#
# A forked process repeats them
# -----------------------------
#
# Programs that load data often *fork*: the operating system copies the whole process,
# memory and all, and both go on. The state is in memory. What will the copies draw?


def forked(job, state):
    """What job(state) returns in a copy of this process.

    Where no call copies a process, as on Windows, the job gets a copy of the state
    alone, which comes to the same.
    """
    if not hasattr(os, "fork"):
        return job(copy.deepcopy(state))
    reading, writing = os.pipe()
    # Python warns that threads are not copied; we need none
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        child = os.fork()
    if child == 0:  # here we are the copy
        try:
            os.write(writing, json.dumps(job(state)).encode())
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with open(reading) as pipe:
        return json.load(pipe)


def three(state):
    return [round(draw(state), 4) for _ in range(3)]


def three_of_pcg(rng):
    return [round(number, 4) for number in mt.random.uniform(rng, 3).tolist()]


rng = mt.random.generator(7)
if not hasattr(os, "fork"):
    print(
        "no process can be copied here; what follows is of copies of the states alone"
    )
print("first process: ", forked(three, state), forked(three_of_pcg, rng))
print("second process:", forked(three, state), forked(three_of_pcg, rng))
print("and we:        ", three(state), three_of_pcg(rng))

# %%
# All draw the same. No generator is to blame, a better one does it too: a copy of a
# state is a copy of all its future. If four processes crop pictures at random this way,
# all make the same cuts, no error is raised, and the network learns a little less.
# (Python's own ``random`` notices a fork and takes a new seed. NumPy's
# ``np.random.rand`` does not.)
#
# So each process needs a seed of its own. The obvious ones are 1, 2, 3. Try them:

for seed in (1, 2, 3):
    print(seed, three(seeded(seed)))

# %%
# One more in the seed is one more in a remainder, and the first numbers are steps of
# 171/30,269. A good seed is stirred before it is used. NumPy does that, and it has a
# method for processes: ``spawn`` makes children, each with a seed that no other has,
# the same on every run. Give one to each process. (If you must have ours: ``seeded``
# with a large number that a child draws.)

children = mt.random.generator(7).spawn(2)
for name, child in zip(("first process: ", "second process:"), children, strict=True):
    print(name, forked(three_of_pcg, child))

# %%
# The idea in one picture
# -----------------------
#
# Now to the clusters. There are k *centres*, somewhere. Every point is tied to the
# nearest one. Then each centre goes to the mean of the points that are tied to it:
# along the arrow, to the cross.

from minitensor.data import blobs, shapes


def nearest(points, centers):
    """The number of the nearest centre, and the square of the distance to it, (n,)."""
    squared = [((points - center) ** 2).sum(1) for center in centers]
    squared = mt.stack(squared)  # (k, n)
    return mt.argmin(squared, axis=0), squared.min(0)


def means(points, labels, k):
    return mt.stack([points[labels == number].mean(0) for number in range(k)])


few, _ = shapes(seed=0, each=25)["round"]
three_centers = mt.tensor([[-0.6, -1.0], [0.5, -0.2], [-0.2, 0.3]])
moved = means(few, nearest(few, three_centers)[0], 3)
# alt: The plane is shared out among three centres by straight borders. Fine lines tie
#      every point to its centre, and an arrow leads from each centre to a cross in the
#      middle of its points.
plot.attraction(
    few, three_centers, moved, "each point to a centre, each centre to the mean"
)

# %%
# Loops first
# -----------
#
# That was Lloyd's algorithm (1957), but for one thing: repeat it. The sum of all the
# squares is called the *inertia*. Neither step can raise it. The first cannot, since
# each point takes the nearest. Nor can the second: of all places the mean has the least
# sum of squares (lesson 5). There are only so many ways to share n points out among k
# centres, and none comes back. So it ends. These are the course's six clusters. Our own
# generator says where to start.

points, truth = blobs(seed=2)
n, k = len(points), 6


def lloyd(points, centers):
    """The centres at the start and after each step, and the inertia at each."""
    path, inertias, before = [centers], [], None
    while True:
        labels, squared = nearest(points, path[-1])
        inertias.append(squared.sum().item())
        if before is not None and (labels == before).all():
            return path, inertias, labels  # nobody changes, so no centre would move
        path.append(means(points, labels, len(centers)))
        before = labels


state = seeded(486_001_458)
start = points[mt.tensor([int(draw(state) * n) for _ in range(k)])]
path, inertias, labels = lloyd(points, start)
for number, inertia in enumerate(inertias):
    print(f"after step {number}: {inertia:>9,.0f}")
assert all(after <= before for before, after in pairwise(inertias))
# alt: Six centres move in 8 steps among six clusters, and the borders between them move
#      too. One travels up to a cluster of its own. At the end all stand still: two
#      share one cluster, and one stands between two clusters.
plot.settling(points, path)

# %%
# Where to begin
# --------------
#
# All stand still, and it is wrong. Two centres share one cluster, and one has two. No
# point and no centre can do any better *alone*, so this is where it ends. What would be
# better? Begin with centres far apart. *k-means++* (Arthur and Vassilvitskii 2007)
# draws the first from all points, and each that follows with a probability that goes
# with the square of the distance to the nearest one so far. Here is that, with our own
# generator.


def far_apart(points, k, state):
    centers = [points[int(draw(state) * len(points))]]
    while len(centers) < k:
        mass = mt.cumsum(nearest(points, centers)[1])
        beyond = (mass <= draw(state) * mass[-1]).astype("int64").sum().item()
        centers.append(points[beyond])
    return mt.stack(centers)


path, inertias, labels = lloyd(points, far_apart(points, k, state))
print([round(inertia) for inertia in inertias])
assert len(set(zip(labels.tolist(), truth.tolist(), strict=True))) < 20

# %%
# A far outlier would be likely to be drawn, but there are few of them; and a cluster
# without a centre has many points far from all centres, so that one of them comes next.
# On average the inertia is at most 8·(ln k + 2) times the least there is, for any
# points at all. At random there is no such bound. Here is what the library's estimator
# finds over 20 seeds, in units of the least inertia. (It draws some candidates for each
# centre and takes the best of them, as scikit-learn does.)

from minitensor.cluster import KMeans

least = min(inertias)
for init in ("random", "k-means++"):
    fits = [
        KMeans(k, init=init, n_init=1, random_state=seed).fit(points)
        for seed in range(20)
    ]
    ends = sorted(fit.inertia_ / least for fit in fits)
    print(f"{init:10}", *(f"{end:.1f}" for end in ends))

# %%
# Neither is sure. ``n_init=10`` starts ten times and keeps the best.
#
# A centre without points
# -----------------------
#
# Our ``means`` has a hole. If a centre is nearest to no point, there is no mean:

from minitensor.errors import ShapeError

line = mt.tensor([[0.0], [1.0], [2.0], [10.0], [11.0], [12.5]])
begin = mt.tensor([[1.0], [11.0], [99.0]])
try:
    lloyd(line, begin)
except ShapeError as error:
    print(error)

# %%
# There are three ways out: leave the centre where it is, as the rungs below do, and
# never use it; drop it, and have fewer clusters; or move it to where it helps most. The
# estimator does the last. The point farthest from its centre becomes a centre. That
# cannot raise the inertia either.

found = KMeans(3, init=begin).fit(line)
print(
    [round(x, 2) for x in found.cluster_centers_.reshape(-1).tolist()],
    found.labels_.tolist(),
)

# %%
# The ladder
# ----------
#
# One step of Lloyd's, in five rungs on a processor and three for a GPU. All work is in
# n·k pairs of a point and a centre.

from minitensor.cluster.kmeans import GPU_LADDER, LADDER

for rung in GPU_LADDER.rungs:
    print(f"{rung.__name__:13} {rung.caption}")

# %%
# * ``gemm``: \|x − c\|² = \|x\|² − 2·x·c + \|c\|², and \|x\|² is the same for all
#   centres. Whoever only asks which is nearest may leave it out, and what is left for
#   all pairs is one matrix product. (Centre the data before: lesson 6 told what cancels
#   otherwise.) The sums are a product, too, of a table with a one where a point has its
#   centre.
# * ``tiled``: that table of ones is mostly zeros, and a row of k numbers is short. So
#   turn the table of scores round, with thousands of points in a row, and a processor
#   takes many at a time. Sums go point by point to their centre.
# * ``threads``: tiles are independent, and their sums add up.

many, _ = blobs(seed=3, clusters=64, each=125)
centers = many[::125]
title = f"one step of {len(many):,} points and {len(centers)} centres"
# alt: Bars of the time of one step of 8,000 points and 64 centres on a logarithmic
#      axis: each of loops, broadcasting, gemm and tiled is shorter than the one before,
#      tiled by hundreds of times against loops, and threads is about as short.
plot.climbs(LADDER.climb(many, centers, title=title, time_limit=2.0, seconds=0.2))

# %%
# On a GPU
# --------
#
# A thread is a point. It compares, and then it adds: a thousand threads add to the same
# few sums, at the same time. An *atomic* addition gets every one of them in. But in
# which order? With floats the last digits depend on it. The simulator can run threads
# in other orders and compare:

from minitensor.cluster.kmeans import kernels
from minitensor.errors import DataRaceError, PredictionError

some = points.astype("float32")[::5].contiguous()
at = some[::50].contiguous()
sums, counts = mt.zeros(2 * len(at), "float32"), mt.zeros(len(at), "int32")
try:
    kernels.in_floats(2)[3, 128](
        some, at, sums, counts, len(some), len(at), order="check"
    )
except DataRaceError as error:
    print(str(error).partition("sums[")[0] + "…")

first, _ = kernels.step("gpu_shared", some, at)
for order in range(1, 4):
    again, _ = kernels.step("gpu_shared", some, at, order=order)
    assert (again == first).all()
print("gpu_shared: three other orders, the same centres to the last bit")

# %%
# How? It adds *whole numbers*. A coordinate is counted in units so small that float32
# loses nothing, as an integer of 64 bits, and integers add up to the same in every
# order. Lesson 15 does it again between machines. What do the three rungs cost? Here
# are counts of the simulator.

launches = dict(kernels.simulated(512, 8))
for name, launch in launches.items():
    c = launch.counters
    print(
        f"{name:11} {c.global_loads:>7,} loads {c.global_stores:>6,} "
        f"stores {c.flops:>7,} FLOPs "
        f"{c.atomics:>6,} atomics"
    )

# %%
# ``gpu_fused`` writes no labels and has all its threads queue up before the same 24
# numbers. ``gpu_shared`` has a histogram for each block in its shared memory, and reads
# the centres there. Most of its atomics are near. How long would it take? Where counts
# decide, the model says a time. How long threads queue up is not in the model, so for
# atomics it refuses.

crowd = mt.random.normal(mt.random.generator(1), (2**18, 2), std=10.0, dtype="float32")
print(kernels.predicted(crowd, crowd[:16]))
for name in ("gpu_fused", "gpu_shared"):
    try:
        launches[name].predict("RTX 3090")
    except PredictionError as error:
        print(f"{name}: REFUSED: {error}")

# %%
# Where it beats mean shift: you know k
# -------------------------------------
#
# Take 24 clusters, some of them side by side. To mean shift, two that touch are one
# peak or two, as the bandwidth has it. K-means is told how many there are. And count
# the pairs that are compared: n·k in a step, against n·n. Agreement is the adjusted
# Rand index, 1 where it is perfect.

from types import SimpleNamespace

from minitensor.cluster import mean_shift
from sklearn.metrics import adjusted_rand_score


def agreement(truth, labels):
    return adjusted_rand_score(truth.numpy(), labels.numpy())


crowded, right = blobs(seed=7, clusters=24, each=30)
n = len(crowded)
found = KMeans(24, n_init=10).fit(crowded)
pairs = 10 * found.n_iter_ * n * 24  # ten starts, taken as long as the best
print(f"k-means               24 clusters, {agreement(right, found.labels_):.2f}")
by_k_means = SimpleNamespace(labels=found.labels_, centers=found.cluster_centers_)
views = {"k-means, k = 24": by_k_means}
for h in (1.25, 2.0):
    peaks = mean_shift(crowded, h, tol=1e-3)
    score = agreement(right, peaks.labels)
    print(f"mean shift, h = {h:<5} {len(peaks.centers)} clusters, {score:.2f}")
    views[f"mean shift, h = {h}: {len(peaks.centers)}"] = peaks
print(f"pairs: {pairs:,} against {peaks.n_iter * n * n:,}")
# alt: Twenty-four clusters, many of them close together, with crosses. K-means finds
#      24, though two clusters are shared by two centres each; mean shift finds 34 with
#      h = 1.25, some in the open between clusters, and 23 with h = 2.
plot.panels(crowded, views)

# %%
# Who does not know k can try some. The inertia always falls with k, down to 0 where
# each point is a centre. But once every cluster has its own, another centre can only
# split one, which gains little. Look for the bend: here it is at the six of the course.

for number in range(2, 11):
    inertia = KMeans(number, n_init=10).fit(points).inertia_
    print(f"k = {number:>2}: {inertia:>9,.0f}  {'▪' * round(inertia / 8_000)}")

# %%
# A photograph in k colours
# -------------------------
#
# The pixels of a photograph are points in three dimensions, 273,280 of them. Nobody
# asks how many clusters there *are*: you have a palette of k colours, and want the
# best. That is the question that k-means answers, word for word: least sum of squares
# from each pixel to its colour. Mean shift would compare 75 thousand million pairs an
# update.

from minitensor.data import photograph

flower = photograph("flower").astype("float32") / 255
pixels = flower.reshape(-1, 3)
versions = {}
for k in (3, 6, 16):
    found = KMeans(k).fit(pixels)
    colours, labels = found.cluster_centers_, found.labels_
    share = 1 - found.inertia_ / ((pixels - pixels.mean(0)) ** 2).sum().item()
    print(
        f"{k:>2} colours, {math.ceil(math.log2(k))} bits a pixel: "
        f"{share:.1%} of the variance"
    )
    held = mt.stack([(labels == number).astype("int64").sum() for number in range(k)])
    versions[f"{k} colours"] = (colours[labels].reshape(*flower.shape), colours, held)
# alt: A dahlia in 3, 6 and 16 colours, with the palettes below. With 3 it is flat
#      orange and red on one dark green; with 6 the petals have shades; with 16 the
#      ground has soft steps of blue and green as well.
plot.recoloured(versions)

# %%
# Lesson 9 did more for a photograph: it looked for *regions*, with places beside
# colours, and did not know how many.
#
# Where it fails
# --------------
#
# The border between two centres is a straight line, half way. So clusters had better be
# round, and as wide as each other. Here are three that are not: shapes that reach into
# each other, a wide cluster beside small ones, and clusters of unequal density.

every = shapes(seed=0, each=100)
every = {name: every[name] for name in ("moons", "sizes", "densities")}
ours, theirs = {}, {}
print("           k-means   mean shift")
for name, (places, right) in every.items():
    labels = KMeans(right.max().item() + 1, n_init=10).fit(places).labels_
    peaks = mean_shift(places, 0.3, tol=1e-3).labels
    ours[name] = labels, agreement(right, labels)
    theirs[name] = peaks, agreement(right, peaks)
    print(f"{name:10} {ours[name][1]:>7.2f} {theirs[name][1]:>12.2f}")
data = {name: places for name, (places, _) in every.items()}
truths = {name: (right, 1.0) for name, (_, right) in every.items()}
columns = {"the truth": truths, "k-means": ours, "mean shift, h = 0.3": theirs}
# alt: Three sets of points by the truth, by k-means and by mean shift, with the Rand
#      index. Moons: k-means cuts straight through both, 0.20, mean shift makes four
#      pieces, 0.52. A wide disc and two small: k-means shares the disc out, 0.14, mean
#      shift 1.00. Unequal densities: 0.96 and 0.98.
plot.contest(data, columns)

# %%
# The moons are cut straight through, and mean shift does not get them either: they are
# for DBSCAN, in lesson 13. The wide disc is shared out, since two centres in it save
# more squares than one in each small disc. Unequal densities alone do less harm: only
# the edge of the wide cluster goes to its neighbours.
#
# One more thing. A step is sums and counts, and sums can be weighted and can be shared
# out. Points that count more have a ``sample_weight``. A file larger than memory is
# read in random ``batch_size`` pieces, with a result near that of all points. And
# chunks on many machines send k sums each, as in lesson 15.
#
# What to take away
# -----------------
#
# * A generator is a state and a rule. Whoever copies the state copies all that follows.
# * Seeds that count up may give numbers that count up. ``spawn`` a child for each
#   process.
# * Two steps, neither of which can raise the inertia: so it ends, but where depends on
#   the start.
# * To find the nearest you need not know how far it is.
# * Add whole numbers where nobody knows who comes first.
# * K-means for a known number of round clusters; mean shift for peaks, however many;
#   DBSCAN for whatever one can walk through.
#
# Try it
# ------
#
# Exercises 52 and 53 go with this lesson, and check themselves:
# ``minitensor start my-exercises`` copies all of them, ``minitensor check`` says what
# is wrong. Besides:
#
# 1. The mean has the least sum of *squares*. Which centre has the least sum of
#    *distances*, in one dimension? What would one far outlier do to either?
# 2. Multiply the x of all points by 100. What becomes of the clusters, and what should
#    you do with columns such as age and income before you cluster them?
#
# .. container:: answers
#
#    1. The median (lesson 5). The mean goes with the outlier as far as it likes,
#       divided by the number of points; the median hardly moves. With medians it is
#       called k-medians.
#    2. Differences in x are then all that counts, so the plane is cut by vertical
#       lines. The unit of a column is a choice of yours, and k-means takes it
#       seriously. Divide each column by its standard deviation, unless the columns are
#       measured in the same unit, as x and y are.
