"""Mean shift where there are many of something: clusters, points in space, bandwidths between one point and the rest.

    python tests/benchmarks/many.py [--most N]

Once each, `mean_shift` or a part of it from the points to the labels, on the threads that BLAS takes. The score is the
adjusted Rand index of scikit-learn against the truth.
"""

import argparse
import platform
import time

import numpy as np
from sklearn.metrics import adjusted_rand_score

import minitensor as mt
from minitensor.cluster import MeanShift, mean_shift
from minitensor.cluster.meanshift.merge import merge
from minitensor.data import blobs

SINGLETONS = 20_000


def timed(name, call, goal):
    start = time.perf_counter()
    found = call()
    print(f"{name:58}{time.perf_counter() - start:8.2f} s (goal: {goal})", flush=True)
    return found


def singletons(d):
    """Points in a line across space, two apart along each axis, in no order."""
    line = np.arange(2.0 * SINGLETONS).reshape(SINGLETONS, 2) @ np.ones((2, d))
    return mt.tensor(np.random.default_rng(0).permutation(line))


def the_singletons():
    for d in (2, 3, 64):
        points = singletons(d)
        name = f"{SINGLETONS:,} peaks that are all clusters, {d} dimensions:"
        timed(f"{name} merge", lambda points=points: merge(points, mt.ones(SINGLETONS), 0.1), "1 s")
        if d < 64:
            model = timed(
                " " * 12 + "MeanShift.fit", lambda points=points: MeanShift(bandwidth=0.1).fit(points), "none"
            )
            timed(" " * 12 + "MeanShift.predict", lambda model=model, points=points: model.predict(points), "1 s")


def blobs_in_space(n, deviation, dtype="float64"):
    """Eight round clusters in a box of 60 along each axis."""
    rng = np.random.default_rng(0)
    middles, truth = rng.uniform(-30, 30, (8, 3)), rng.integers(0, 8, n)
    return mt.tensor((middles[truth] + deviation * rng.normal(size=(n, 3))).astype(dtype)), truth


def the_space(n, goal):
    for deviation in (1.0, 2.0):
        points, truth = blobs_in_space(n, deviation)
        found = timed(
            f"{n:,} points in 3-D, 8 clusters (σ = {deviation:g}), h = 1.5",
            lambda points=points: mean_shift(points, 1.5),
            goal,
        )
        score = adjusted_rand_score(truth, found.labels.numpy())
        print(f"    {found.method}, score {score:.4f}, bound {found.error_bound / 1.5:.3f} bandwidths")


def the_outlier():
    for n, error in ((200_000, 0.2), (20_000, 1e-4)):
        points, truth = blobs(2, each=n // 6)
        for name, far in (("none", ()), ("one, 100 away", [[1e2, 1e2]]), ("one, a million away", [[1e6, 1e6]])):
            some = mt.concat([points, mt.tensor(far)]) if far else points
            found = timed(
                f"{n:,} points, outliers: {name}, error={error:g}",
                lambda some=some, error=error: mean_shift(some, 2.5, error=error),
                "as without it",
            )
            score = adjusted_rand_score(truth.numpy(), found.labels.numpy()[: len(truth)])
            print(f"    {found.method}, score {score:.4f}")


def main():
    reader = argparse.ArgumentParser()
    reader.add_argument("--most", type=float, default=1e7, help="points in space at most")
    options = reader.parse_args()
    print(f"NumPy {np.__version__}, Python {platform.python_version()}, {mt.backend.current().device_name()}")
    the_singletons()
    the_outlier()
    for n, goal in ((1_000_000, "10 s"), (10_000_000, "100 s")):
        if n <= options.most:
            the_space(n, goal)


if __name__ == "__main__":
    main()
