"""Mean shift as an estimator: with and without `bin_seeding`, and ten thousand pixels of a photograph.

    python tests/benchmarks/clustering_mean_shift.py

`bin_seeding` starts from fewer places, so that it should never take longer than leaving it out: the course's six
clusters, n from 600 to 1,000,000. The pixels are 100 × 100 of a photograph, every fourth of each row and column, as
points of five dimensions: three colours from 0 to 16, and two coordinates in tens of pixels; the kernel is the Gaussian
and the bandwidth is estimated. Least of some rounds in turns. Exits with 1 where a goal is missed.
"""

import platform
import sys
import time
from functools import partial

import numpy as np
from clustering_data import pixels, quickest
from sklearn.cluster import MeanShift as Theirs

import minitensor as mt
from minitensor.backend.threads import threads_of_blas
from minitensor.cluster import MeanShift
from minitensor.data import blobs

ROUNDS = 3
SLOWER = 1.1  # times as long is still as long, on a busy machine
PIXELS = 2.0  # seconds


def main():
    print(f"# {platform.processor() or platform.machine()}, NumPy {np.__version__}, {threads_of_blas()} threads")
    missed = 0
    print(f"{'n':>9}  {'every point':>11}  {'bin_seeding':>11}  clusters")
    for n in (600, 6_000, 60_000, 1_000_000):
        points = blobs(0, each=n // 6)[0]
        models = {seeded: MeanShift(bandwidth=2.5, bin_seeding=seeded) for seeded in (False, True)}
        least = quickest({seeded: partial(model.fit, points) for seeded, model in models.items()}, ROUNDS)
        found = [len(model.cluster_centers_) for model in models.values()]
        good = least[True] <= SLOWER * least[False]
        missed += not good
        print(f"{n:>9,}  {least[False]:>9.3f} s  {least[True]:>9.3f} s  {found[0]} and {found[1]}"
              f"  goal: never slower, {'MET' if good else 'MISSED'}")  # fmt: skip
    for dtype in ("float64", "float32"):
        points = mt.tensor(pixels(100, 100), dtype)
        model = MeanShift()
        least = quickest({"pixels": partial(model.fit, points)}, ROUNDS)["pixels"]
        missed += least > PIXELS
        print(f"10,000 pixels in 5-D, {dtype}: {least:.2f} s, {len(model.cluster_centers_)} peaks of bandwidth "
              f"{model.bandwidth_:.2f}  goal: under {PIXELS} s, {'MET' if least <= PIXELS else 'MISSED'}")  # fmt: skip
    start = time.perf_counter()
    them = Theirs(bandwidth=2 * model.bandwidth_, bin_seeding=True).fit(points.numpy())
    print(f"scikit-learn, flat kernel twice as wide, bin_seeding: {time.perf_counter() - start:.2f} s, "
          f"{len(them.cluster_centers_)} peaks")  # fmt: skip
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
