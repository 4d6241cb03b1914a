"""
Mean shift: every point moves uphill to its peak
================================================

How many groups are there in a cloud of points, and which point belongs to which? Mean
shift lets every point walk uphill, to where the points lie densest, and calls those
that arrive at one peak a cluster. You write it yourself here, first for one point and
then for all, and then look at what can go wrong: the bandwidth, the order of the
updates, points that move, and rounding.

About 30 minutes. Needs lessons 3 and 4.
"""

# %%
# The data
# --------
#
# The data are those of the course: six middles anywhere in a square, and 250 points
# round each. The points are drawn with a variance of 5, so a cluster is about ±2.2
# wide. Mean shift is given the points alone; ``truth``, the cluster that each was drawn
# from, is only for checking.

import minitensor as mt
from minitensor import plot
from minitensor.data import blobs

points, truth = blobs(seed=2)
print(points.shape, "first point:", [round(number, 3) for number in points[0].tolist()])

# %%
# How much does a neighbour count?
# --------------------------------
#
# A point will move to the mean of the points near it. But what is near? A *kernel*
# answers with a weight instead of yes or no. The Gaussian kernel gives exp(−r²/2h²) to
# a point at distance r. Its width h is called the *bandwidth*. The triangular and the
# flat kernel in the picture come later.

h = 2.5
distances = mt.linspace(0, 10, 2001)


def gaussian(r):
    return mt.exp(-(r**2) / (2 * h**2))


flat = (distances <= h).astype("float64")
triangular = mt.maximum(1 - distances / h, 0.0)
weights = {"Gaussian": gaussian(distances), "triangular": triangular, "flat": flat}
# alt: Weight over distance for three kernels of bandwidth 2.5. The flat one is 1 up to
#      2.5 and then 0, the triangular one falls in a straight line from 1 to 0 at 2.5,
#      the Gaussian is 0.61 there and comes near 0 only at about 8.
plot.kernels(distances, weights, h)

for times in range(5):
    weight = gaussian(mt.tensor(times * h)).item()
    print(f"at {times} bandwidths a point weighs {weight:.4f}")

# %%
# One point, one step
# -------------------
#
# An update moves a query point to the *weighted mean* of all the data. Broadcasting
# makes it short: the query, (2,), is subtracted from the data, (1500, 2); summing the
# squares over the last axis gives 1,500 squared distances, and the kernel makes 1,500
# weights of them.


def step(query, data):
    squared = ((data - query) ** 2).sum(1)  # (n,)
    weight = mt.exp(-squared / (2 * h**2))  # (n,)
    return (weight[:, None] * data).sum(0) / weight.sum()  # (2,)


# %%
# Start with the outermost point of the first cluster, and repeat until it moves less
# than a thousandth. Most of its neighbours lie on one side, that towards the middle, so
# their mean does too. Step by step the point walks there. At the peak the neighbours
# pull equally from all sides, and it stands still.

first = points[truth == 0]
start = first[((first - first.mean(0)) ** 2).sum(1).argmax()]

stops = [start, step(start, points)]
while ((stops[-1] - stops[-2]) ** 2).sum().item() > 0.001**2:
    stops.append(step(stops[-1], points))

for number, (x, y) in enumerate(stop.tolist() for stop in stops):
    print(f"stop {number:>2}: ({x:.3f}, {y:.3f})")
weight = gaussian(((points - start) ** 2).sum(1).sqrt())
title = "one point moves uphill; the radius of the circle is one bandwidth"
# alt: A point starts in the open, above its cluster, with a circle of one bandwidth
#      about it. Only a few data points near the circle are strongly coloured, which
#      means that they weigh much. The path leads down in steps that get shorter, to a
#      cross in the middle of the cluster.
plot.one_path(points, weight, stops, h, title)

# %%
# Always uphill
# -------------
#
# Does it really go uphill? The height is the *density*: the sum of the weights of all
# the data, as seen from a place. With the Gaussian kernel it can be proved that no step
# makes it smaller, so nobody has to choose a step size, as one would in gradient
# descent. Check it on this path.


def density(queries):
    squared = ((queries[:, None, :] - points) ** 2).sum(2)
    return mt.exp(-squared / (2 * h**2)).sum(1)


heights = density(mt.stack(stops))
print([round(height, 2) for height in heights.tolist()])
assert (heights[1:] >= heights[:-1]).all()

# %%
# All points at once
# ------------------
#
# One update of every point is one more axis. The queries become (q, 1, 2), the data
# stay (n, 2), and every difference is in one table of shape (q, n, 2). It is the same
# arithmetic as in ``step``, with ``q`` in front of each shape.


def step_all(queries, data):
    squared = ((queries[:, None, :] - data) ** 2).sum(2)  # (q, n)
    weight = mt.exp(-squared / (2 * h**2))  # (q, n)
    return (weight[:, :, None] * data).sum(1) / weight.sum(1)[:, None]  # (q, 2)


moved = step_all(points, points)
for i in (0, 700, 1499):
    assert (abs(moved[i] - step(points[i], points)) < 1e-12).all()
print(moved.shape)

# %%
# How fast can it be?
# -------------------
#
# The library has this update in nine ways, called the rungs of a ladder: plain loops;
# ``step`` in a loop (``one_point``); ``step_all``, in pieces that fit the processor's
# caches (``batched``); one table for each coordinate instead of an axis of length 2
# (``columns``); the two sums as einsums, as in lesson 4; everything but the exponential
# in two matrix products, which is *attention* (``gemm``); the same tuned to a core's
# cache (``gemm_tiled``), and that on every core (``threads``). The last are the plain
# loops again, ``compiled`` by Numba; if it is not installed, the chart says so. Loops
# were never slow, Python was. All rungs are checked against each other before they are
# timed. Here they update every third point, over that third of the data. The bars are
# on a logarithmic scale.

from minitensor.cluster import mean_shift
from minitensor.cluster.meanshift import LADDER

third = points[::3]
title = f"one update of {third.shape[0]} points, bandwidth {h}"
# alt: Bars of the time of one update of 500 points on a logarithmic axis, for up to
#      nine rungs from loops to compiled. Loops are the longest; the array rungs below
#      them are tens of times faster, the matrix products hundreds of times, and
#      compiled is the fastest where Numba is installed.
plot.climbs(LADDER.climb(third, third, h, title=title, time_limit=1.0))

# %%
# Until all stand still
# ---------------------
#
# ``mean_shift`` repeats the update until no point moves any more, and makes one cluster
# of all that stopped in the same place. With ``path=True`` it remembers all the paths.
# It finds six peaks, from the points alone. Each path goes uphill; every tenth is
# checked. (`The mean-shift playground <../explore/mean_shift.html>`__, a page of the
# site, does it with points that you place.)

found = mean_shift(points, h, path=True)
print(f"{found.centers.shape[0]} clusters after {found.n_iter} updates")
sizes = [
    (found.labels == label).sum().item() for label in range(found.centers.shape[0])
]
print("sizes:", sizes)

heights = mt.stack([density(places[::10]) for places in found.path])
assert (heights[1:] >= heights[:-1] * (1 - 1e-12)).all()

# alt: Six round clouds of points, each in a colour of its own. Fine lines lead from
#      every point to one cross in the middle of its cloud.
plot.paths(found.path, found.labels, "the path of every point, and the six peaks")

# %%
# The same as an animation: the points run together, the pale data stay where they are.
# It shows the first six updates. After them the points still move, but by too little to
# be seen.

# alt: The points of six clusters run together: within three updates each cluster has
#      shrunk to a small dot, after six to a point. The data stay behind, in pale grey.
animation = plot.moving(found.path[:7], found.labels)
print(f"still to go: {abs(found.path[6] - found.path[-1]).max().item():.2f} at most")

# %%
# Read the old, write the new
# ---------------------------
#
# There is a variant in which the data themselves move: each update replaces them. It is
# called *blurring* mean shift, and the notebook of the course does this. There is a
# trap in it. If each new place is written over the old one *at once*, the points that
# come later see a mixture of old and new data. Below, one update is done in place, in
# batches, and compared with the update that reads only old places.


def in_place(data, batch):
    data = data.copy()
    for i in range(0, data.shape[0], batch):
        data[i : i + batch] = step_all(data[i : i + batch], data)
    return data


for batch in (1500, 500, 60, 5):
    gap = abs(in_place(points, batch) - moved).max().item()
    print(f"batches of {batch:>4}: up to {gap:.2f} away")

order = mt.random.permutation(mt.random.generator(6), 1500)
shuffled = in_place(points[order], 5) - in_place(points, 5)[order]
print(f"the same points in another order: up to {abs(shuffled).max().item():.2f} away")

# %%
# The result depends on the batch size, which should only decide how much memory is
# used, and on the order in which the points happen to come. So this library is
# *double-buffered*: an update reads the previous places, all of them, and writes to new
# ones. Then the order cannot matter.

assert (abs(step_all(points[order], points[order]) - moved[order]) < 1e-11).all()

# %%
# To blur or not to blur
# ----------------------
#
# Done right, blurring takes fewer updates, since the peaks grow sharper while the
# points move. On these data both variants find the six. But the data of seed 1 have two
# clusters close together. The adjusted Rand index compares with the truth: 1 is
# perfect, and 0 is no better than chance.

from sklearn.metrics import adjusted_rand_score


def agreement(labels, found):
    return adjusted_rand_score(labels.numpy(), found.numpy())


close, close_truth = blobs(seed=1)
both = {}
for name, data, labels in [("seed 2", points, truth), ("seed 1", close, close_truth)]:
    for blurring in (False, True):
        result = mean_shift(data, h, blurring=blurring)
        what = f"{name}, {'blurring' if blurring else 'fixed data'}"
        both[f"{what}: {result.centers.shape[0]} clusters"] = result
        count, score = result.centers.shape[0], agreement(labels, result.labels)
        print(
            f"{what:<19} {count} clusters after {result.n_iter:>2} updates, "
            f"index {score:.2f}"
        )

# alt: The data of seed 1 twice. Over fixed data six clusters are found, each with its
#      cross. With blurring it is five: the two that lie close together share one
#      colour, and one cross stands between them.
plot.panels(close, {name: result for name, result in both.items() if "seed 1" in name})

# %%
# Why are two of them merged, with the cross between them? Once two clusters of one size
# have shrunk to a dot each, a distance D apart, no data stay behind to hold them. Each
# dot still feels the other, with the weight exp(−D²/2h²), and so moves by nearly D
# times that in each update. If that is more than ``tol``, by default a ten thousandth
# of the bandwidth, then the dots creep on until they meet. Over *fixed* data they stop
# at their peaks.

import math

for name, data, labels in [("seed 2", points, truth), ("seed 1", close, close_truth)]:
    middles = mt.stack([data[labels == i].mean(0) for i in range(6)])
    apart = mt.sqrt(((middles[:, None] - middles) ** 2).sum(2))
    # the first six are the zeros of the diagonal
    D = mt.sort(apart.reshape(-1))[6].item()
    pull = D * math.exp(-(D**2) / (2 * h**2))
    creeps = "creep together" if pull > 1e-4 * h else "stand still"
    print(
        f"{name}: nearest middles {D:.1f} apart, pull {pull:.0e}, "
        f"tol {1e-4 * h:.0e}: {creeps}"
    )

# %%
# So with the Gaussian kernel the outcome of blurring depends on when you stop. That is
# why fixed data are the default here.
#
# The one number you must choose
# ------------------------------
#
# Nobody told mean shift how many clusters there are. The bandwidth decides. If it is
# too small, every small accident of the data is a peak; if it is too large, peaks melt
# into one. (To save time, the points here may stop once they move less than a
# thousandth of the bandwidth.)

by_bandwidth = {}
for bandwidth in (0.75, 1.5, 2.5, 4, 6, 8, 12):
    result = mean_shift(points, bandwidth, tol=1e-3)
    by_bandwidth[bandwidth] = result
    print(f"bandwidth {bandwidth:>5}: {result.centers.shape[0]:>2} clusters")

chosen = {}
for bandwidth, words in [(0.75, "too small"), (2.5, "right"), (12, "too large")]:
    result = by_bandwidth[bandwidth]
    chosen[f"h = {bandwidth}, {words}: {result.centers.shape[0]} clusters"] = result
# alt: The same points with three bandwidths. With 0.75, 25 crosses, many of them at
#      lonely points; with 2.5, one cross in each of the six clusters; with 12, three
#      crosses that stand between the clusters.
plot.panels(points, chosen)

# %%
# From 1.5 to 8 the answer is six every time. A plateau like this is a good sign. With
# 12 the six have melted into three hills. With 0.75 even a lonely point has a peak of
# its own (there are more clusters than colours, so the colours repeat).
#
# Can a formula choose it? ``estimate_bandwidth`` has two rules of thumb. Silverman's
# takes the data for *one* normal cluster: the wider they are spread, the wider the
# kernel. The other asks how far each point must look to have a given share of all
# points around it, and takes the mean. That is the radius of a flat kernel, so we take
# half of it. The share matters: a cluster here holds 1/6 of the points, about 0.17.

from minitensor.cluster import estimate_bandwidth

guesses = {"Silverman": estimate_bandwidth(points)}
for share in (0.05, 0.1, 0.3):
    guesses[f"neighbours {share}"] = (
        estimate_bandwidth(points, "neighbours", quantile=share) / 2
    )
for name, bandwidth in guesses.items():
    result = mean_shift(points, bandwidth, tol=1e-3)
    count, score = result.centers.shape[0], agreement(truth, result.labels)
    print(f"{name:<15} h = {bandwidth:>5.2f} {count:>2} clusters, index {score:.2f}")

# %%
# With a share of 0.3, scikit-learn's default, every point must look beyond its own
# cluster, and clusters melt together. A formula gives a number to begin with; the
# plateau says whether to trust it.
#
# Other kernels
# -------------
#
# The flat kernel counts all points within h alike. The triangular one lets the weight
# fall in a straight line. Both end at h, while the Gaussian reaches on to 2h and 3h
# (look at the first picture again). So at the same h they see fewer points, find more
# peaks, and need a larger one. scikit-learn's ``MeanShift`` has the flat kernel: its
# bandwidth is a radius, and compares with about twice that of a Gaussian.

cases = [("flat", 2.5), ("flat", 6), ("triangular", 6), ("gaussian", 2.5)]
for kernel, bandwidth in cases:
    result = mean_shift(points, bandwidth, kernel=kernel)
    count = result.centers.shape[0]
    print(
        f"{kernel:<10} h = {bandwidth:<3} {count:>2} clusters "
        f"after {result.n_iter:>2} updates"
    )

# %%
# Distances by a product, and what it costs
# -----------------------------------------
#
# The rung ``gemm`` finds all exponents by a matrix product, since ‖q − x‖² = ‖q‖² +
# ‖x‖² − 2 q·x. No table of differences is needed. But think of data far from the
# origin: two large numbers are subtracted, and what remains is small. Their rounding
# errors remain too: this is *cancellation*. Move the data away from the origin, and
# compare three ways in float32 with ``step_all`` in float64 on the very same numbers.


def by_product(data, middle):
    x = data - middle
    squares = (x * x).sum(1)
    squared = mt.maximum(squares[:, None] + squares - 2 * (x @ x.T), 0.0)
    weight = mt.exp(squared * (-0.5 / h**2))
    return (weight @ x) / weight.sum(1)[:, None] + middle


print("moved by   differences   product   product, centred first")
for offset in (0, 100, 1000, 10_000):
    far = (third + offset).astype("float32")
    exact = step_all(far.astype("float64"), far.astype("float64"))
    no_middle = mt.zeros(2, "float32")
    by_products = by_product(far, no_middle), by_product(far, far.mean(0))
    ways = [step_all(far, far), *by_products]
    errors = [abs(way.astype("float64") - exact).max().item() for way in ways]
    print("{:>8,} {:>13.0e} {:>9.0e} {:>24.0e}".format(offset, *errors))

differences, product, centred = errors
assert centred < differences < product

# %%
# The numbers are the largest errors of a place. At 10,000 the product alone is off by
# about 1, and a cluster is ±2.2 wide. Subtracting the mean first costs next to nothing
# and fixes it. It even beats the plain differences, because the weighted *sums*, too,
# are then of small numbers. The error that is left grows with the offset, since
# neighbouring float32 numbers near 10,000 are a thousandth apart.
#
# What to take away
# -----------------
#
# * An update moves each point to the weighted mean of the data, always uphill.
# * Read the old places and write new ones, or the answer depends on the batch size.
# * The bandwidth decides how many clusters there are. A range in which the answer stays
#   the same is a good sign.
# * Blurring takes fewer updates, but fixed data keep close clusters apart.
# * Centre the data before you square them.
#
# Try it
# ------
#
# Exercises 22 to 26 go with this lesson, and check themselves:
# ``minitensor start my-exercises`` copies all of them, ``minitensor check`` says what
# is wrong. Besides:
#
# 1. Call ``blobs`` with the seeds 0 to 11. For which do the two variants disagree?
#    Compare with the pull between the nearest middles.
# 2. Call ``step`` with a query far outside, such as (1000, 1000). What happens to the
#    weights, and to the mean? How does the library treat such a query? (The top of
#    ``rungs.py`` says it.)
# 3. Make ``tol`` much smaller for the blurring variant on seed 2. Does it still find
#    six? How small would ``tol`` have to be, by the pull that was printed, before the
#    nearest two creep together?
