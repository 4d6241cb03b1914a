"""A million points: how long mean shift takes on a grid, how that grows, and how good the answer is.

    python tests/benchmarks/million.py [--most N] [--picture FILE]

The course's six clusters (standard deviation 2.2) with bandwidth 2.5. Timed is `mean_shift` from the points to the
labels, nothing else, the median of three runs after one to warm up; the threads are those that BLAS takes, and most of
the work is on one. The score is the adjusted Rand index against the truth. scikit-learn's MeanShift with bin_seeding is
timed at the sizes that end in a few seconds, once; its kernel is flat, so its radius is twice the bandwidth.

The C++ that was published with MeanShift++ (Jang and Jiang, CVPR 2021; github.com/jenniferjang/meanshiftpp) and with
GridShift (Kumar, Ajani, Das and Mallipeddi, CVPR 2022; github.com/abhisheka456/GridShift) runs beside it where it is
found: build each with its own setup.py, and put the folder of the result on PYTHONPATH. Their bandwidth is the side of
a cell, so both get several, and data without negative coordinates, which they would round towards 0.
"""

import argparse
import contextlib
import importlib
import math
import os
import platform
import sys
import time

import numpy as np
from sklearn.cluster import MeanShift
from sklearn.metrics import adjusted_rand_score

import minitensor as mt
from minitensor.cluster import estimate_bandwidth, mean_shift
from minitensor.cluster.meanshift import cells
from minitensor.cluster.meanshift.attention import MEMORY
from minitensor.cluster.meanshift.choosing import choose
from minitensor.cluster.meanshift.update import weighted_means
from minitensor.data import blobs
from minitensor.plot.scaling import slope

BANDWIDTH = 2.5
SEEDS = (1, 2, 3)  # whose six clusters are far enough apart that six can be told apart
PATIENCE = 8  # seconds that scikit-learn may be expected to take


def timed(call, times=3):
    """The median time of a call, and what it returned."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        result = call()
        seconds.append(time.perf_counter() - start)
    return sorted(seconds)[times // 2], result


def score(truth, labels):
    return adjusted_rand_score(truth.numpy(), labels.numpy())


def update_error(points, sample=1_000):
    """The largest distance between one update by the grid and the exact one, at some of the points, and the bound."""
    some = points[mt.random.permutation(mt.random.generator(0), len(points))[:sample]]
    density = choose("grid", points, BANDWIDTH, 0.2, MEMORY)
    wrong = density.shift(some)[0] - weighted_means(some, points, BANDWIDTH)[0]
    return (wrong**2).sum(1).max().item() ** 0.5, density.error_bound


def the_goal(n):
    print(f"\n{n:,} points, clustered end to end (goal at 1,000,000: under 1 s, score 0.98 or more)")
    print(f"{'seed':>6}{'seconds':>10}{'score':>8}{'clusters':>10}  method   error of one update, and the bound on it")
    for seed in SEEDS:
        points, truth = blobs(seed, each=n // 6)
        mean_shift(points, BANDWIDTH)
        seconds, found = timed(lambda points=points: mean_shift(points, BANDWIDTH))
        error, bound = update_error(points)
        marks = f"{seed:6}{seconds:10.2f}{score(truth, found.labels):8.3f}{len(found.centers):10}"
        print(f"{marks}  {found.method}     {error:.4f} of {bound:.3f}")


@contextlib.contextmanager
def silent():
    """Nothing reaches the terminal, from C++ either: GridShift counts on it."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def the_peers(n):
    """The published C++, at several bandwidths, on the same points in the same run."""
    points, truth = blobs(SEEDS[1], each=n // 6)
    data = (points - points.min(0)).astype("float32").numpy()
    print(f"\n{n:,} points, seed {SEEDS[1]}, by the published C++")
    print(f"{'':>12}{'bandwidth':>10}{'seconds':>10}{'score':>8}{'clusters':>10}")
    for module, kind, settings in (
        ("MeanShiftPP", "MeanShiftPP", {}),
        ("GridShiftPP2", "GridShiftPP", {"iterations": 300}),
    ):
        try:
            made = getattr(importlib.import_module(module), kind)
        except ImportError:
            print(f"left out: module {module} is not on the path")
            continue
        for bandwidth in (1.0, BANDWIDTH, 2 * BANDWIDTH, 3 * BANDWIDTH):
            model = made(bandwidth, **settings)
            with silent():
                seconds, labels = timed(lambda model=model: model.fit_predict(data), 1)
            labels = np.ravel(labels[0] if isinstance(labels, tuple) else labels)
            marks = f"{adjusted_rand_score(truth.numpy(), labels):8.3f}{len(np.unique(labels)):10}"
            print(f"{kind:>12}{bandwidth:10.1f}{seconds:10.2f}{marks}")


def the_growth(most):
    """Sizes and times of minitensor, and of scikit-learn as far as patience lasts."""
    print(f"\n{'points':>12}{'minitensor':>12}{'score':>8}{'scikit-learn':>14}{'score':>8}   seconds")
    ours, theirs = ([], []), ([], [])
    for n in (round(10 ** (power / 2)) for power in range(8, 1 + round(2 * math.log10(most)))):
        points, truth = blobs(SEEDS[1], each=n // 6)
        mean_shift(points, BANDWIDTH, method="grid")
        seconds, found = timed(lambda points=points: mean_shift(points, BANDWIDTH, method="grid"))
        line = f"{n:12,}{seconds:12.3f}{score(truth, found.labels):8.3f}"
        ours[0].append(n)
        ours[1].append(seconds)
        if not theirs[1] or theirs[1][-1] * 4 < PATIENCE:
            seconds, model = timed(
                lambda points=points: MeanShift(bandwidth=2 * BANDWIDTH, bin_seeding=True).fit(points.numpy()), 1
            )
            line += f"{seconds:14.2f}{adjusted_rand_score(truth.numpy(), model.labels_):8.3f}"
            theirs[0].append(n)
            theirs[1].append(seconds)
        print(line)
    row = list(zip(*ours, strict=True))
    last = slope(row[-3:])
    print(f"slope on log axes: {slope(row):.2f}, of the last three sizes {last:.2f} (goal: 1.1 at most)")
    return ours, theirs


def the_cells():
    """One update of every point: cells are linear at constant density, and quadratic in a fixed domain."""
    print("\nOne update of all points by cells, seconds (radius 4): a fixed square, and one that grows with n")
    print(f"{'points':>12}{'fixed':>10}{'growing':>10}")
    sizes, times = (8_000, 32_000, 128_000), ([], [])
    for n in sizes:
        for seconds, side in zip(times, (30.0, 30.0 * math.sqrt(n / sizes[0])), strict=True):
            points = mt.random.uniform(mt.random.generator(0), (n, 2), 0, side)
            made = cells.build(points, 1.0, 4.0)
            seconds.append(timed(lambda made=made, points=points: made.shift(points), 1)[0])
        print(f"{n:12,}{times[0][-1]:10.3f}{times[1][-1]:10.3f}")
    print(f"{'slope':>12}" + "".join(f"{slope(list(zip(sizes, seconds, strict=True))):10.2f}" for seconds in times))


def the_bandwidths(n):
    points, truth = blobs(SEEDS[1], each=n // 6)
    print(f"\nBandwidths for {n:,} of the points")
    for name, width in (
        ("the course's", BANDWIDTH),
        ("Silverman", estimate_bandwidth(points)),
        ("half the neighbours' (0.3)", estimate_bandwidth(points, "neighbours") / 2),
        ("half the neighbours' (0.1)", estimate_bandwidth(points, "neighbours", quantile=0.1) / 2),
    ):
        found = mean_shift(points, width)
        print(f"{name:>28}{width:7.2f}: {len(found.centers):3} clusters, score {score(truth, found.labels):.3f}")


def draw(ours, theirs, file):
    from minitensor import plot

    plot.headless()
    rows = {"minitensor, grid": ours, "scikit-learn, bin_seeding": theirs}
    words = f"mean shift of six clusters in the plane, from points to labels ({mt.backend.current().device_name()})"
    plot.save(plot.growth({name: list(zip(*row, strict=True)) for name, row in rows.items()}, "points", words), file)
    print(f"\ndrawn into {file}")


def main():
    reader = argparse.ArgumentParser()
    reader.add_argument("--most", type=float, default=1e7, help="points at most")
    reader.add_argument("--picture", help="draw the growth of time into this file")
    options = reader.parse_args()
    print(f"NumPy {np.__version__}, Python {platform.python_version()}, {mt.backend.current().device_name()}")
    the_goal(min(1_000_000, int(options.most)))
    the_peers(min(1_000_000, int(options.most)))
    ours, theirs = the_growth(options.most)
    the_bandwidths(20_000)
    the_cells()
    if options.picture:
        draw(ours, theirs, options.picture)


if __name__ == "__main__":
    main()
