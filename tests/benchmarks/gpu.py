"""The GPU rungs of both ladders on a real GPU, against cuBLAS and against the bound set by the exponential units.

    python tests/benchmarks/gpu.py

Takes a few minutes at most and writes docs/measurements/<device>-<date>.json: device, date, versions and every time.
Goals: our best product at 4096³ in float32 at least 90% of cuBLAS without TF32; `fast` at n = 100,000, d = 2 at least
60% of the bound, and at n = 50,000 at least 20 times the course's batched version. Every result is checked before it is
timed. Exits with 1 where a goal is missed, or where there is no GPU.
"""

import json
import operator
import os
import platform
import re
import statistics
import sys
from datetime import date
from functools import partial
from pathlib import Path

os.environ["CUPY_TF32"] = "0"

import numpy as np

import minitensor as mt
from minitensor import backend, ladder
from minitensor.cluster.mean_shift import batched
from minitensor.errors import BackendError
from minitensor.gpu import sources

sys.path.insert(0, str(Path(__file__).parents[1]))
from gpu_reference import product, update

SIZE = 4096
BANDWIDTH = 2.5
EXPONENTIALS = 16  # a clock, of a multiprocessor of compute capability 7.5 to 9.0
OUT = Path(__file__).parents[2] / "docs" / "measurements"


def timed(name, function, lib, **more):
    """Warm up, time, print a line, and give it as a row."""
    function()
    times = ladder.measure(function, lib, seconds=2.0)
    median = statistics.median(times)
    row = {"rung": name, "seconds": median, "fastest": min(times), "slowest": max(times), "rounds": len(times), **more}
    print(f"{name:<24}{ladder.in_seconds(median):>10}  ±{50 * (max(times) - min(times)) / median:.0f}%", flush=True)
    return row


def agree(name, given, expected, bound):
    gap = abs(given.numpy() - expected)
    if not (gap <= bound).all():
        sys.exit(f"{name} is wrong by up to {gap.max():.3g}")


def products(lib):
    """c = a @ b at SIZE³."""
    print(f"\nmatmul, m = k = n = {SIZE}, float32, TF32 off")
    rng = np.random.default_rng(0)
    left, right = (rng.normal(size=(SIZE, SIZE)).astype("float32") for _ in range(2))
    expected, bound = product(left[:64], right)
    a, b = mt.tensor(left), mt.tensor(right)
    rungs = {"gpu_register_tiled": sources.register_tiled, "gpu_vectorised": sources.vectorised}
    rungs["cublas"] = operator.matmul
    rows = []
    for name, function in rungs.items():
        agree(name, function(a, b)[:64], expected, bound)
        rows.append(timed(name, partial(function, a, b), lib))
    cublas = rows[-1]["seconds"]
    return [row | {"gflops": 2 * SIZE**3 / row["seconds"] / 1e9, "of_cublas": cublas / row["seconds"]} for row in rows]


def updates(lib, rate):
    """One update of n queries over n points."""
    rows = []
    for n in (50_000, 100_000, 1_000_000):
        print(f"\nmean shift, n = {n:,}, d = 2, float32")
        rng = np.random.default_rng(n)
        data = (rng.normal(size=(n, 2)) + rng.integers(0, 6, size=(n, 1)) * 30).astype("float32")
        points = mt.tensor(data)
        agree("gpu_fast", sources.fast(points[:16], points, BANDWIDTH), *update(data[:16], data, BANDWIDTH))
        bound = n * n / rate
        fast = timed("gpu_fast", partial(sources.fast, points, points, BANDWIDTH), lib, n=n, bound_seconds=bound)
        rows.append(fast | {"of_bound": bound / fast["seconds"]})
        if n == 50_000:
            course = partial(batched, points, points, BANDWIDTH, memory=2**30)
            rows.append(timed("batched", course, lib, n=n))
            rows[-2]["over_batched"] = rows[-1]["seconds"] / fast["seconds"]
    return rows


def main():
    try:
        lib = backend.load("cupy")
    except BackendError as error:
        print(f"There is no GPU to measure. {error}")
        return 1
    backend.set_backend("cupy")
    device = lib.xp.cuda.Device()
    clock, multiprocessors = 1e3 * device.attributes["ClockRate"], device.attributes["MultiProcessorCount"]
    name = lib.device_name()
    print(f"{name}, {multiprocessors} multiprocessors at {clock / 1e9:.3f} GHz at most")
    result = {
        "device": name,
        "date": date.today().isoformat(),
        "compute_capability": device.compute_capability,
        "multiprocessors": multiprocessors,
        "clock_hz": clock,
        "versions": {
            "minitensor": mt.__version__,
            "Python": platform.python_version(),
            "NumPy": np.__version__,
            "CuPy": lib.xp.__version__,
            "CUDA runtime": lib.xp.cuda.runtime.runtimeGetVersion(),
            "CUDA driver": lib.xp.cuda.runtime.driverGetVersion(),
        },
        "matmul": {"m": SIZE, "k": SIZE, "n": SIZE, "dtype": "float32", "rungs": products(lib)},
        "mean_shift": {
            "d": 2,
            "dtype": "float32",
            "bandwidth": BANDWIDTH,
            "rungs": updates(lib, EXPONENTIALS * multiprocessors * clock),
        },
    }
    OUT.mkdir(exist_ok=True)
    path = OUT / f"{re.sub('[^a-z0-9]+', '-', name.lower()).strip('-')}-{result['date']}.json"
    path.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(f"\nwritten to {path}")
    best = max(row["of_cublas"] for row in result["matmul"]["rungs"] if row["rung"] != "cublas")
    fast = {row["n"]: row for row in result["mean_shift"]["rungs"] if row["rung"] == "gpu_fast"}
    goals = [
        ("of cuBLAS", best, 0.9),
        ("of the bound of the exponentials", fast[100_000]["of_bound"], 0.6),
        ("times batched", fast[50_000]["over_batched"], 20),
    ]
    for what, reached, goal in goals:
        print(f"{reached:.3g} {what}, goal {goal}: {'reached' if reached >= goal else 'MISSED'}")
    return 0 if all(reached >= goal for _, reached, goal in goals) else 1


if __name__ == "__main__":
    sys.exit(main())
