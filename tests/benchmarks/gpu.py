"""The GPU rungs of both ladders on a real GPU, against cuBLAS and against the bound set by the exponential units.

    python tests/benchmarks/gpu.py

Takes five minutes at most and writes docs/measurements/<device>-<date>.json: device, date, versions and every time.
Goals: our best product at 4096³ in float32 at least 90% of cuBLAS without TF32; `gpu_fast` at n = 100,000, d = 2 at
least 60% of the bound, and at n = 50,000 at least 20 times the course's batched version. Every result is checked before
it is timed, and a rung that would take more than LIMIT seconds is skipped. Exits with 1 where a goal is missed, or
where there is no GPU.
"""

import json
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
from minitensor.cluster.meanshift import LADDER, batched, gemm
from minitensor.cluster.meanshift import rungs as mean_shift
from minitensor.errors import BackendError
from minitensor.ladder.timing import seconds_of
from minitensor.matrix_product import kernels as matmul_kernels
from minitensor.matrix_product import rungs as matmul
from minitensor.text.numbers import in_seconds

sys.path.insert(0, str(Path(__file__).parents[1]))
from gpu_reference import product, update
from published import DESIGNS

SIZE = 4096
POINTS = (50_000, 100_000, 1_000_000)
BANDWIDTH = 2.5
LIMIT = 4.0  # seconds of one call: a rung takes three at most and there are 6 + 3·5, so the whole ends in time
SECONDS = 2.0  # spent on timing a rung
SHARE = 64  # a rung is tried first on the first rows, one in so many, which tells how long the whole would take
TABLES = 2**30  # bytes that the tables of an array rung may take: more than what fits a GPU's cache, few launches
EXPONENTIALS = 16  # a clock, of a multiprocessor of compute capability 7.5 to 9.0
OUT = Path(__file__).parents[2] / "docs" / "measurements"


def timed(name, function, first, whole, lib, **more):
    """``function(first)`` to warm up and to see how long ``function(whole)`` would take, which is timed as a row.

    Where that is more than LIMIT, the row says that it was skipped and why.
    """
    function(first)
    estimate = seconds_of(partial(function, first), lib) * len(whole) / len(first)
    if estimate > LIMIT:
        why = f"about {in_seconds(estimate)}, limit {in_seconds(LIMIT)}"
        print(f"{name:<24}skipped: {why}", flush=True)
        return {"rung": name, "skipped": why, **more}
    function(whole)
    times = ladder.measure(partial(function, whole), lib, SECONDS)
    median = statistics.median(times)
    row = {"rung": name, "seconds": median, "fastest": min(times), "slowest": max(times), "rounds": len(times), **more}
    print(f"{name:<24}{in_seconds(median):>10}  ±{50 * (max(times) - min(times)) / median:.0f}%", flush=True)
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
    few = SIZE // SHARE
    expected, bound = product(left[:few], right)
    a, b = mt.tensor(left), mt.tensor(right)
    rungs = {each.__name__: each for each in matmul.GPU_RUNGS} | {"cublas": matmul.blas}
    rows = []
    for name, rung in rungs.items():
        agree(name, rung(a[:few], b), expected, bound)
        rows.append(timed(name, partial(rung, b=b), a[:few], a, lib))
        if "seconds" in rows[-1]:
            agree(name, rung(a, b)[-few:], *product(left[-few:], right))
    cublas = rows[-1]["seconds"]
    for row in rows:
        if "seconds" in row:
            row |= {"gflops": 2 * SIZE**3 / row["seconds"] / 1e9, "of_cublas": cublas / row["seconds"]}
    return rows


def designs(lib):
    """The kernels whose speeds are published, for the column "measured" of the table of predictions."""
    print(f"\nmatmul by the kernels of published speeds, m = k = n = {SIZE}")
    rng = np.random.default_rng(1)
    left, right = (rng.normal(size=(SIZE, SIZE)).astype("float32") for _ in range(2))
    a, b = mt.tensor(left), mt.tensor(right)
    rows = []
    for name, design in DESIGNS.items():
        out, _ = matmul_kernels.product(design, a, b)
        agree(name, out[-64:], *product(left[-64:], right))
        times = ladder.measure(partial(matmul_kernels.product, design, a, b), lib, SECONDS)
        gflops = 2 * SIZE**3 / statistics.median(times) / 1e9
        print(f"{name:<24}{gflops:>10,.0f} GFLOP/s", flush=True)
        rows.append({"design": name, "side": SIZE, "gflops": gflops})
    return rows


def updates(lib, rate):
    """One update of n queries over n points."""
    rungs = {each.__name__: partial(each, memory=TABLES) for each in (batched, gemm)}
    rungs |= {each.__name__: each for each in (mean_shift.gpu_fused, mean_shift.gpu_tiled, mean_shift.gpu_fast)}
    rows = []
    for n in POINTS:
        print(f"\nmean shift, n = {n:,}, d = 2, float32")
        rng = np.random.default_rng(n)
        data = (rng.normal(size=(n, 2)) + rng.integers(0, 6, size=(n, 1)) * 30).astype("float32")
        points = mt.tensor(data)
        exact, of_fast = update(data[:16], data, BANDWIDTH)
        of_others = LADDER.tolerance(points[:16], points, BANDWIDTH)
        here = {}
        for name, rung in rungs.items():
            bound = of_fast if name == "gpu_fast" else of_others
            agree(name, rung(points[:16], points, BANDWIDTH), exact, bound)
            call = partial(rung, points=points, bandwidth=BANDWIDTH)
            here[name] = timed(name, call, points[: n // SHARE], points, lib, n=n, bound_seconds=n * n / rate)
        for row in here.values():
            if "seconds" in row:
                row["of_bound"] = row["bound_seconds"] / row["seconds"]
                if "seconds" in here["batched"]:
                    row["over_batched"] = here["batched"]["seconds"] / row["seconds"]
        rows += here.values()
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
        "designs": designs(lib),
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
    best = max(row.get("of_cublas", 0) for row in result["matmul"]["rungs"] if row["rung"] != "cublas")
    fast = {row["n"]: row for row in result["mean_shift"]["rungs"] if row["rung"] == "gpu_fast"}
    goals = [
        ("of cuBLAS", best, 0.9),
        ("of the bound of the exponentials", fast[100_000].get("of_bound", 0), 0.6),
        ("times batched", fast[50_000].get("over_batched", 0), 20),
    ]
    for what, reached, goal in goals:
        print(f"{reached:.3g} {what}, goal {goal}: {'reached' if reached >= goal else 'MISSED'}")
    return 0 if all(reached >= goal for _, reached, goal in goals) else 1


if __name__ == "__main__":
    sys.exit(main())
