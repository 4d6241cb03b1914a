"""
DBSCAN: clusters are where points lie close together
====================================================

Mean shift gives every peak of a density its cluster, and k-means every centre. Both
like clusters that are round. DBSCAN asks another question, which has nothing to do with
middles: from which point can you walk to which, if each step is short and leads through
a crowd? It finds clusters of any shape, says by itself how many there are, and leaves
out what belongs to none.

About 30 minutes. Needs lessons 6 and 7.
"""

# %%
# Two moons
# ---------
#
# The data: two half circles that reach into each other, 250 points each, a little noise
# on every point, and 60 points strewn anywhere. The last are in no cluster.

import math

import minitensor as mt
from minitensor import plot


def half_circle(rng, each, x, y, turn):
    angles = mt.random.uniform(rng, each, 0, math.pi).tolist()
    arc = [[x + math.cos(a), y + turn * math.sin(a)] for a in angles]
    return mt.tensor(arc) + mt.random.normal(rng, (each, 2), std=0.08)


def moons(seed, each=250, strewn=60):
    rng = mt.random.generator(seed)
    upper, lower = half_circle(rng, each, 0, 0, 1), half_circle(rng, each, 1, 0.4, -1)
    anywhere = mt.random.uniform(rng, (strewn, 2), -1.5, 2.5)
    points = mt.concat([upper, lower, anywhere])
    return points[mt.random.permutation(rng, len(points))]


points = moons(seed=0)
print(points.shape)

# %%
# Three kinds of points
# ---------------------
#
# Two numbers decide everything. ``eps`` says how near is near: two points within eps of
# one another are *neighbours*. ``min_samples`` says how many make a crowd. A point with
# that many neighbours, itself among them, is a *core point*. Core points that are
# neighbours are in one cluster. A point that is no core point, but has one for a
# neighbour, is on the *border* of its cluster. All others are *noise*. Here are 26
# points, with min_samples = 4. Count the points in some of the circles.

from minitensor.cluster import DBSCAN

rng = mt.random.generator(3)
spots = mt.tensor([[0.0, 0.0]]), mt.tensor([[5.0, 0.0]])
left, right = (mt.random.normal(rng, (12, 2), std=0.8) + spot for spot in spots)
few = mt.concat([left, right, mt.tensor([[2.5, 3.0], [-2.5, -2.5]])])
small = DBSCAN(1.0, min_samples=4).fit(few)
title = "eps = 1: a core point has at least 4 points in its circle, itself among them"
# alt: Two groups of core points, each with a circle of eps = 1 round every core point;
#      the circles of a group overlap. Three points at the rims are hollow: on a border.
#      Six crosses, in no circle of a core point, are noise.
plot.surroundings(few, small.labels_, small.core_sample_indices_, 1.0, title)
print("labels:", small.labels_.tolist())

# %%
# Loops first
# -----------
#
# The algorithm as it was published (Ester, Kriegel, Sander and Xu 1996) lets one
# cluster grow at a time. Take a core point that has no cluster. Its neighbours join it,
# the neighbours of those that are core points join too, and so on, until no new point
# comes. Then look for the next core point that is still free. ``steps`` remembers in
# which step each point was reached.


def neighbours(data, point):
    x, y = point
    found = []
    for number, (a, b) in enumerate(data):
        if (a - x) * (a - x) + (b - y) * (b - y) <= eps * eps:
            found.append(number)
    return found


def dbscan(data):
    around = [neighbours(data, point) for point in data]
    core = [len(each) >= min_samples for each in around]
    labels, steps = [-1] * len(data), [0] * len(data)
    clusters = step = 0
    for start in range(len(data)):
        if labels[start] >= 0 or not core[start]:
            continue
        labels[start], steps[start], reached = clusters, step, [start]
        while reached:
            step, further = step + 1, []
            for point in reached:
                for other in around[point]:
                    if labels[other] < 0:
                        labels[other], steps[other] = clusters, step
                        if core[other]:
                            further.append(other)
            reached = further
        clusters += 1
    return labels, core, steps


eps, min_samples = 0.2, 6
labels, core, steps = dbscan(points.tolist())
noise = labels.count(-1)
print(f"{max(labels) + 1} clusters, {noise} points are noise, {sum(core)} core points")

# %%
# Watch them grow. A circle is shown in the step in which DBSCAN looks into it. The
# first cluster is complete before the second begins.

truth = mt.tensor(labels)
# alt: DBSCAN looks into circles step by step. From a point at the right end of the
#      upper moon the first cluster grows along the whole moon; when it is complete,
#      after 17 steps, the second grows along the lower one. The points strewn between
#      are left over, as crosses: noise.
plot.growing(points, truth, mt.tensor(steps), mt.tensor(core), eps, "two moons")

# %%
# Core points have one cluster, whichever comes first: either they can be reached from
# each other or not. Noise is noise in any order, too. A border point may be a neighbour
# of two clusters, though. It joins the one that grows first. That is the only thing
# which the order of the points decides, besides the numbers of the clusters.
#
# Where it beats mean shift
# -------------------------
#
# Mean shift has no chance here: along a moon the density is even, so there is no one
# peak. A narrow bandwidth finds many. A wide one finds two, and cuts in the wrong
# place.

from minitensor.cluster import mean_shift

narrow, wide = mean_shift(points, 0.25), mean_shift(points, 0.4)
# alt: The two moons three times. DBSCAN gives each its cluster, and crosses for noise.
#      Mean shift with h = 0.25 cuts each moon in two and finds ten peaks in all, with h
#      = 0.4 it finds two and cuts across both moons.
plot.labelled(
    {
        "DBSCAN, eps = 0.2": (points, truth),
        f"mean shift, h = 0.25: {len(narrow.centers)} peaks": (points, narrow.labels),
        f"mean shift, h = 0.4: {len(wide.centers)} peaks": (points, wide.labels),
    }
)
print(f"mean shift: {len(narrow.centers)} clusters, or {len(wide.centers)}")

# %%
# Which eps?
# ----------
#
# Choose min_samples first: a handful, more if there is much noise. How far is each
# point from its sixth neighbour, itself counted as the first? Sort these distances, the
# largest first. With an eps of a certain height, the points to the left of where the
# curve crosses it are no core points. Points in a cluster have their neighbours near,
# points in the open have them far, so the curve falls steeply, bends, and runs on
# nearly level. Take eps at the bend.

curve = mt.cluster.k_distances(points, min_samples)
# alt: The distance to the sixth neighbour, sorted: it falls steeply from 1.15, bends at
#      about 0.2, where 8% of the points are left of it, and runs on nearly level, below
#      0.15.
plot.k_distances(curve, min_samples, eps, "the curve bends where the crowd begins")

for width in (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4):
    found = DBSCAN(width, min_samples=min_samples).fit(points).labels_
    noise = (found < 0).sum().item()
    print(
        f"eps = {width:<4}  clusters: {found.max().item() + 1:>2}  noise: "
        f"{noise:>3} points"
    )

# %%
# Too small, and the moons fall to pieces. Too large, and they are one.
#
# All at once
# -----------
#
# Growing is a loop in which each step waits for the one before. A GPU would yawn. But
# the definition does not speak of growing. It asks three questions, and each can be
# asked of all points at once. Who has enough neighbours? Who can be reached from whom?
# And which cluster is near the others? The second is the hard one. If neighbours are
# joined by an edge, clusters are the *connected components* of the core points. Give
# every point a parent, itself at first. Each edge hangs the larger of two roots below
# the smaller, and all points climb to their roots. Repeat until no edge joins two
# trees. (Shiloach and Vishkin 1982; ``minitensor.groups.connected``.)


def components(n, a, b):
    parent, rounds = mt.arange(n, dtype="int64"), 0
    while a.size:
        parent[mt.maximum(a, b)] = mt.minimum(a, b)  # hook
        while (parent[parent] != parent).any():
            parent = parent[parent]  # jump
        a, b = parent[a], parent[b]
        a, b, rounds = a[a != b], b[a != b], rounds + 1
    return parent, rounds


n = len(points)
x, y = points[:, 0], points[:, 1]
near = (x[:, None] - x) ** 2 + (y[:, None] - y) ** 2 <= eps * eps  # (n, n)
is_core = near.astype("int64").sum(1) >= min_samples
edges = (near & is_core & is_core[:, None]).reshape(-1)
numbers = mt.arange(n * n, dtype="int64")[edges]
roots, rounds = components(n, numbers // n, numbers % n)
assert is_core.tolist() == core
assert len(set(roots[is_core].tolist())) == max(labels) + 1
print(f"{edges.sum().item():,} edges, {rounds} rounds of hooking")

# %%
# Cells
# -----
#
# The table is n × n. For a million points it has a million million entries. Which of
# them do we need? Lay a grid over the plane, with cells of side eps/√2. The diagonal of
# a cell is eps. So all points of a cell are neighbours, and two things follow. A cell
# with min_samples points needs no distance at all: each of them is a core point. And
# core points of one cell are in one cluster, so that cells are joined instead of
# points. Neighbours of a point are at most two cells away along each axis. Distances
# are left for the points of cells with few, and for cells that are side by side and not
# known to be joined yet.
#
# How much does that spare? Here are the course's six clusters, 6,000 points, at several
# eps: how many pairs are neighbours, and how many points are core points before any
# distance is computed.

from minitensor.cluster.dbscan.cells import in_cells
from minitensor.data import blobs

clusters = blobs(seed=2, each=1000)[0]
print("eps    pairs of neighbours   cells   core points at once")
for width in (0.1, 0.3, 1.0, 3.0):
    rows = [(clusters - place) ** 2 for place in clusters[::60]]  # one in sixty will do
    pairs = sum((each.sum(1) <= width**2).sum().item() for each in rows) * 60
    held = in_cells(clusters, width).held
    at_once = held[held >= 10].sum().item() / len(clusters)
    print(f"{width:<4} {pairs:>21,} {held.shape[0]:>7,} {at_once:>21.1%}")

# %%
# The larger eps, the more neighbours, and the *fewer* distances: large cells answer for
# their points. A program that writes down all pairs of neighbours, as scikit-learn
# does, runs out of memory there.
#
# The ladder
# ----------
#
# These are the rungs. All compare the same sum of squares with eps², in float64, so
# they must find the very same labels, and the ladder checks that they do. The times are
# in the picture.

from minitensor.cluster.dbscan import GPU_LADDER, LADDER
from minitensor.text.numbers import in_bytes

half = clusters[::2]
title = f"{len(half):,} points, eps = 0.5, min_samples = 10"
# alt: Bars of the time of one call for 3,000 points on a logarithmic axis: loops are
#      skipped or the longest, and tiled, halves and grid follow, each shorter than the
#      one before; grid is some ten times faster than tiled.
plot.climbs(LADDER.climb(half, 0.5, 10, title=title, time_limit=1.0, seconds=0.2))
for rung in GPU_LADDER.rungs:
    memory = in_bytes(rung.memory(mt.zeros((1_000_000, 2)), eps, min_samples))
    print(f"{rung.__name__:10} {rung.caption:55} a million points: {memory}")

# %%
# ``halves`` is for any number of dimensions, where cells have too many neighbours (5⁵ =
# 3,125 in five). It halves the points along the axis on which they are widest, and the
# halves again, until only some 32 are left that lie together. What two boxes say holds
# for all points in them: too far apart, or all neighbours. Only the others are
# compared.
#
# On a GPU
# --------
#
# One thread takes one point. Counting is easy. To join two points, threads must change
# the tree while others read it. This is the kernel; ``atomic_min`` does it without a
# lock. It writes the smaller number over the parent of the larger, if that is larger
# still, and says what was there before. If the larger had another parent, that one and
# the smaller must be joined next. The numbers fall at every turn, so it ends.

from minitensor.cluster.dbscan import kernels

print(kernels.unite(1).text)

# %%
# No thread waits for another, and nobody says whose turn it is. Does the order matter?
# It changes who hangs below whom, but never which points hang together, nor the root,
# which is the smallest number. The simulator can run blocks and atomics in any order.
# It also finds no race: all threads touch parents by atomics only.

some = points[:96].astype("float32").to("numpy")  # where the simulator runs
first, launches = kernels.cluster("gpu_cells", some, 0.5, 5, runs=True)
for order in range(1, 4):
    again, _ = kernels.cluster("gpu_cells", some, 0.5, 5, runs=True, order=order)
    assert (again == first).all()
print("three other orders, the same labels")

for name, launches in kernels.simulated(96):
    for launch in launches:
        c = launch.counters
        work = f"{c.global_loads:>7,} loads {c.flops:>7,} FLOPs {c.atomics:>6,} atomics"
        print(f"{name:10} {launch.name:15} {work}")

# %%
# How long would it take? What the simulator counts can be turned into a time where its
# rules hold. They hold for counting neighbours among the cells, of which two blocks are
# run here. How atomics queue up is not modelled, so for ``unite`` there is no number. A
# number is right, or it is refused.

from minitensor.errors import PredictionError

many = mt.random.uniform(mt.random.generator(0), (2**18, 2), 0, 200, like=some)
job = kernels.prepared("gpu_cells", many, 0.8, 10, runs=True)
print(job.mark(job.blank(), sample=2).predict("RTX 3090"))
try:
    launches[1].predict("RTX 3090")
except PredictionError as error:
    print("REFUSED:", error)

# %%
# Where it fails
# --------------
#
# One eps for all means one density for all. If one cluster is ten times as dense as
# another, an eps that fits the one takes the other for noise, and an eps that fits the
# other may join what is apart in the first.

rng = mt.random.generator(5)
dense = [
    mt.random.normal(rng, (150, 2), std=0.15) + mt.tensor([[x, 0.0]])
    for x in (0.0, 1.2)
]
thin = mt.random.normal(rng, (150, 2), std=1.5) + mt.tensor([[8.0, 0.0]])
unequal = mt.concat([*dense, thin])
views = {}
for width in (0.2, 0.7):
    found = DBSCAN(width, min_samples=6).fit(unequal).labels_
    noise = (found < 0).sum().item()
    count = found.max().item() + 1
    views[f"eps = {width}: {count} clusters, {noise} noise"] = (unequal, found)
    print(f"eps = {width}: {count} clusters, {noise} of 450 points are noise")
shifted = mean_shift(unequal, 0.5)
views[f"mean shift, h = 0.5: {len(shifted.centers)} peaks"] = (unequal, shifted.labels)
# alt: Two dense clusters side by side and a thin one. With eps = 0.2 DBSCAN finds the
#      dense two, and all the thin one is noise; with 0.7 the dense two are one, and the
#      thin one is found. Mean shift with h = 0.5 finds the three, and three lonely
#      peaks.
plot.labelled(views)

# %%
# A bridge does harm, too. Two round clusters with a thin line of points between them
# are two peaks for mean shift, and one cluster for DBSCAN, since one can walk across.

rng = mt.random.generator(7)
round_ones = [
    mt.random.normal(rng, (150, 2), std=0.6) + mt.tensor([[x, 0.0]]) for x in (0.0, 6.0)
]
bridge = mt.stack([mt.linspace(0, 6, 60), mt.random.normal(rng, 60, std=0.05)], axis=1)
bridged = mt.concat([*round_ones, bridge])
walked = DBSCAN(0.4, min_samples=5).fit(bridged).labels_
climbed = mean_shift(bridged, 1.0)
# alt: Two round clusters, joined by a thin line of points. To DBSCAN with eps = 0.4 all
#      of it is one cluster; mean shift with h = 1 finds two, and cuts the line in its
#      middle.
plot.labelled(
    {
        f"DBSCAN, eps = 0.4: {walked.max().item() + 1} cluster": (bridged, walked),
        f"mean shift, h = 1: {len(climbed.centers)} peaks": (bridged, climbed.labels),
    }
)
print(
    walked.max().item() + 1, "cluster by DBSCAN,", len(climbed.centers), "by mean shift"
)

# %%
# And in many dimensions there is no bend. Distances between random points become all
# alike: the nearest is hardly nearer than the farthest, so no eps is small for some and
# large for others.

rng = mt.random.generator(9)
print("dimensions   nearest over farthest")
for d in (2, 8, 32, 128):
    cloud = mt.random.normal(rng, (300, d))
    squared = ((cloud[:, None, :] - cloud) ** 2).sum(2)
    nearest = mt.sort(squared, axis=1)[:, 1].sqrt()
    print(f"{d:>10} {(nearest / squared.max(1).sqrt()).mean().item():>23.2f}")

# %%
# What to take away
# -----------------
#
# * A cluster is what one can walk through in short steps, in a crowd. It may have any
#   shape.
# * Noise has a name. k-means gives every point a cluster, and mean shift does unless
#   asked.
# * Growing is one loop after another. Components of a graph are the same thing, all at
#   once.
# * Do not compare what a cell can answer. The best distance is one that nobody needs.
# * Choose eps from the curve of k-distances. If it does not bend, this is not the tool.
#
# Try it
# ------
#
# Exercises 54 and 55 go with this lesson, and check themselves:
# ``minitensor start my-exercises`` copies all of them, ``minitensor check`` says what
# is wrong. Besides:
#
# 1. What does DBSCAN find with min_samples = 1? And with 2? Which well-known clustering
#    is that?
# 2. Take every point of the moons twice. What must become of min_samples, so that the
#    clusters stay as they are? And what does mean shift say to that?
#
# .. container:: answers
#
#    1. With 1 every point is a core point and nothing is noise: clusters are the
#       components of the graph of neighbours. That is *single linkage*, cut at the
#       height eps. With 2 it is the same, except that points all alone are noise.
#    2. Every point has twice as many neighbours, so 2 · 6 = 12 (or 11) does it. To mean
#       shift it is all the same: weights twice as large cancel in a weighted mean.
