"""Clustering in chunks on processes: how long it takes beside one process, what each process holds, what travels.

    python tests/benchmarks/clustering_distributed.py [--points N] [--workers 1 2 …]

Six clusters in the plane, drawn chunk by chunk from seeds whenever they are read, so that reading costs something, as
it does from a disk; one process draws them once and holds them. Each job is run once, from the points to a count of the
labels: mean shift on a grid (bandwidth 2.5), and k-means (k = 6, 10 steps from given centres). "peak" is the most
memory that a worker process had, with Python and all libraries; "sent" is what the workers sent to each other. One
thread a process. On the last line but the goals Dask's own setting of the C library's allocator, without which the
others run: it gives memory back at once, and asks for it again.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import platform
import resource
import sys
import time
import zlib

import dask
import dask.array as da
import numpy as np
from distributed import Client, LocalCluster

import minitensor as mt
from minitensor.cluster import KMeans, mean_shift
from minitensor.text.numbers import in_bytes

ROWS = 250_000
MIDDLES = np.array([[-25.0, -20.0], [-22, 14], [-4, 26], [3, -8], [19, 9], [27, -23]])
GOAL = 0.6  # of the bytes of the points, which no worker may take
ALLOCATOR = ("MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_")


def draw(block_id):
    rng = np.random.default_rng(block_id[0])
    return MIDDLES[rng.integers(0, 6, ROWS)] + rng.normal(0, 5**0.5, (ROWS, 2))


def chunks(count):
    return da.map_blocks(draw, chunks=((ROWS,) * count, (2,)), dtype="float64", meta=np.zeros((0, 2)))


def peak():
    """Bytes: the most that this process has held."""
    if sys.platform == "linux":  # what `getrusage` says there begins with what the parent held
        with open("/proc/self/status", encoding="utf-8") as lines:
            return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def sent(dask_worker):
    return dask_worker.transfer_outgoing_bytes_total


def by_mean_shift(points):
    return mean_shift(points, 2.5, method="grid").labels


def by_k_means(points):
    return KMeans(6, init=MIDDLES + 3, max_iter=10, tol=0, algorithm="lloyd").fit(points).labels_


JOBS = {"mean shift": by_mean_shift, "k-means": by_k_means}


def timed(call):
    start = time.perf_counter()
    found = call()
    return time.perf_counter() - start, found


def on_workers(points, workers, keep):
    """Of each job: seconds, count, largest peak, and all bytes sent; keep : bytes that the C library keeps."""
    settings = {f"distributed.nanny.pre-spawn-environ.{name}": keep for name in ALLOCATOR} if keep else {}
    found = {}
    with (
        dask.config.set(settings),
        LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        for name, job in JOBS.items():
            before = sum(client.run(sent).values())
            seconds, counts = timed(lambda job=job: da.bincount(job(points), minlength=6).compute())
            found[name] = seconds, counts, max(client.run(peak).values()), sum(client.run(sent).values()) - before
    return found


def line(words, name, seconds, most, travelled, ratio):
    print(f"{words:<28}{name:<12}{seconds:9.1f} s{ratio:8.2f}{in_bytes(most):>12}{in_bytes(travelled):>12}", flush=True)


def main():
    reader = argparse.ArgumentParser()
    reader.add_argument("--points", type=float, default=2e7)
    reader.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    options = reader.parse_args()
    count = max(1, round(options.points / ROWS))
    points = chunks(count)
    print(f"NumPy {np.__version__}, Dask {dask.__version__}, Python {platform.python_version()}, "
          f"{mt.backend.current().device_name()}, {len(os.sched_getaffinity(0))} cores")  # fmt: skip
    print(f"{count * ROWS:,} points, {in_bytes(points.nbytes)}, in {count} chunks\n")
    print(f"{'':<28}{'':<12}{'time':>11}{'× one':>8}{'peak':>12}{'sent':>12}")
    rows = {(workers, name): each for workers in options.workers
            for name, each in on_workers(points, workers, 2**23).items()}  # fmt: skip
    own = on_workers(points, max(options.workers), 0)["mean shift"]
    with dask.config.set(scheduler="synchronous"):
        start = time.perf_counter()
        held = points.compute()
        drawn = time.perf_counter() - start
    one = {name: timed(lambda job=job: job(mt.as_tensor(held)).numpy()) for name, job in JOBS.items()}
    for name, (seconds, _) in one.items():
        line("one process, holding all", name, drawn + seconds, peak(), 0, 1.0)
    for (workers, name), (seconds, _, most, travelled) in rows.items():
        line(f"{workers} worker(s)", name, seconds, most, travelled, seconds / (drawn + one[name][0]))
    line("as Dask sets the allocator", "mean shift", own[0], own[2], own[3], own[0] / (drawn + one["mean shift"][0]))
    few = chunks(min(count, 4))
    same = [zlib.crc32(job(few).compute().tobytes()) == zlib.crc32(job(mt.as_tensor(few.compute())).numpy().tobytes())
            for job in JOBS.values()]  # fmt: skip
    counted = all((np.bincount(one[name][1], minlength=6) == each[1]).all() for (_, name), each in rows.items())
    share = max(each[2] for each in rows.values()) / points.nbytes
    goals = {
        f"the labels of {few.shape[0]:,} points are those of one process, all of them": all(same),
        "of all points as many have each label": counted,
        f"a worker takes at most {GOAL:.0%} of the bytes of the points: {share:.0%}": share <= GOAL,
    }
    print()
    for words, met in goals.items():
        print(f"{'MET   ' if met else 'MISSED'} {words}")
    return 0 if all(goals.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
