"""All five ladders on this machine's processor, and what their GPU rungs are PREDICTED to take on cards elsewhere.

    python tests/benchmarks/ladders.py [--note "what should be known of this run"]

Takes three minutes at most on two quiet cores and writes docs/measurements/ladders-<processor>-<date>.json, from which
the site's page of ladders is made. Times are medians of ROUNDS rounds at least, with their quartiles; every rung is
checked against the others before it is timed, which warms it up. A rung that would take more than LIMIT seconds is
timed on a part of the job, such as the first rows of a matrix, and its row says on which: its time is that of the part
over the part's share of the arithmetic. A rung that needs more than MEMORY bytes is left out.
"""

import argparse
import json
import math
import os
import platform
import re
import statistics
import time
from contextlib import nullcontext
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np

import minitensor as mt
from minitensor import backend
from minitensor.backend.threads import blas_limited
from minitensor.cluster import LSHIndex
from minitensor.cluster.dbscan import rungs as dbscan
from minitensor.cluster.kmeans import rungs as kmeans
from minitensor.cluster.lsh import rungs as lsh
from minitensor.cluster.meanshift import rungs as meanshift
from minitensor.data import blobs
from minitensor.errors import MinitensorError
from minitensor.gpu.predict import predict
from minitensor.ladder.timing import UNEVEN, seconds_of
from minitensor.matrix_product import kernels as matmul_kernels
from minitensor.matrix_product import rungs as matmul
from minitensor.random import generator, normal
from minitensor.text.numbers import in_seconds

CARDS = ("RTX 3090", "RTX 4090", "L4", "H100 SXM")
LIMIT = 1.0  # seconds of one call: a rung takes some six calls
SECONDS = 1.0  # spent on timing a rung
ROUNDS = 3  # of a rung at least: one round alone proves little
MEMORY = 2e9  # bytes
WORTH = 1e6  # floating-point operations: with fewer no GPU has anything to do
TELLING = 0.3  # seconds that a part takes at least
OUT = Path(__file__).parents[2] / "docs" / "measurements"


def jobs():
    """For each climb the ladder, its key on the page, what it is on, its sizes, and the inputs."""
    rng = generator(0)

    def some(*shape, dtype="float32"):
        return normal(rng, shape, dtype=dtype)

    for m, k, n, what in (
        (5, 784, 10, "5 of the course's digits times weights"),
        (50_000, 784, 10, "all of the course's digits times weights"),
        (2304, 2304, 2304, "two square matrices"),
    ):
        yield matmul.GPU_LADDER, matmul.LADDER, "matmul", what, {"m": m, "k": k, "n": n}, (some(m, k), some(k, n))
    points = blobs(2, dtype="float32")[0]
    sizes = {"q": 1500, "n": 1500, "d": 2}
    yield (
        meanshift.GPU_LADDER,
        meanshift.LADDER,
        "mean-shift",
        "the course's six clusters",
        sizes,
        (points, points, 2.5),
    )
    sizes = {"q": 2**19, "n": 1024, "d": 2}
    inputs = some(2**19, 2), some(1024, 2), 2.5
    yield meanshift.GPU_LADDER, meanshift.LADDER, "mean-shift", "many queries over few points", sizes, inputs
    many = blobs(3, clusters=64, each=2**13, dtype="float32")[0]
    sizes = {"n": 2**19, "k": 64, "d": 2}
    yield (
        kmeans.GPU_LADDER,
        kmeans.LADDER,
        "k-means",
        "a step from one point of each cluster",
        sizes,
        (many, many[:: 2**13]),
    )
    half = blobs(5, clusters=6, each=500)[0]
    yield dbscan.GPU_LADDER, dbscan.LADDER, "dbscan", "six clusters", {"n": 3000, "d": 2}, (half, 0.5, 10)
    points = some(100, 64)[mt.arange(4000) % 100] * 5 + some(4000, 64)
    index = LSHIndex().fit(points)
    inside, _, there = index.inside(points[:200] + some(200, 64))
    sizes = {"n": 4000, "q": 200, "d": 64, "k": 10}
    inputs = inside, there.points, there.hashing, there.probes, 10
    yield lsh.GPU_LADDER, lsh.LADDER, "lsh", "hash all points, look up the queries", sizes, inputs


def climbed(ladder, inputs):
    """The rows of a climb, those of slow rungs by a part of the job."""
    found = ladder.climb(*inputs, time_limit=LIMIT, memory_limit=MEMORY, seconds=SECONDS, on_rung=told)
    functions = {each.__name__: each for each in ladder.rungs}
    rows = [
        by_part(ladder, functions[row.rung], inputs)
        if not row.seconds and "limit" in row.note and row.memory <= MEMORY
        else again(functions[row.rung], inputs, row._asdict())
        for row in found.rows
    ]
    return [tidy(row) for row in rows]


def told(name):
    print(f"  {name}", flush=True)


def again(function, inputs, row):
    """The row, timed ROUNDS times where it was fewer. It is warm: it has just been checked and timed."""
    if not row["seconds"] or row["rounds"] >= ROUNDS:
        return row
    told(f"{function.__name__}, {ROUNDS} rounds")
    lib = backend.load("numpy")
    with blas_limited(1) if "on 1 thread" in row["note"] else nullcontext():
        times = [seconds_of(partial(function, *inputs), lib) for _ in range(ROUNDS)]
    low, median, high = statistics.quantiles(times, n=4, method="inclusive")
    if row["fraction"]:
        row["fraction"] *= row["seconds"] / median
    notes = [each for each in row["note"].split("; ") if not each.startswith("uneven")]
    if high > UNEVEN * min(times):
        notes.append(f"uneven: {in_seconds(min(times))} at best, the machine is busy")
    return (
        row
        | {"seconds": median, "low": low, "high": high, "best": min(times), "rounds": ROUNDS}
        | {"note": "; ".join(filter(None, notes))}
    )


def by_part(ladder, function, inputs):
    """The row of a rung on a part of the job that takes long enough to tell, as if it had done the whole."""
    told(f"{function.__name__}, by a part")
    whole, work = ladder.flops(*inputs), 2e5
    checked = ladder._replace(rungs=(ladder.rungs[-1], function))
    while True:
        part = ladder.share(work / whole, *inputs)
        start = time.perf_counter()
        function(*part)
        if time.perf_counter() - start > TELLING:
            break
        work *= 2
    row = checked.climb(*part, time_limit=math.inf, memory_limit=MEMORY, seconds=SECONDS).rows[-1]
    row = again(function, part, row._asdict())
    share = ladder.flops(*part) / whole
    for key in ("seconds", "low", "high", "best"):
        row[key] /= share
    return row | {"part": share, "memory": function.memory(*inputs)}


def tidy(row):
    """What the page shows of a row, in four digits; JSON has no NaN."""
    keys = ("rung", "memory", "seconds", "low", "high", "best", "rounds", "fraction", "part", "note")
    return {key: round_(row[key]) for key in keys if row.get(key) not in (None, "") and row[key] == row[key]}


def round_(value):
    return float(f"{value:.4g}") if isinstance(value, float) else value


def predicted(ladder, key, sizes, inputs):
    """For each GPU rung what it is PREDICTED to take on each card, or why it is on none."""
    launches = {}
    if key == "matmul":  # simulated once for all cards: every block does the same
        corners = 1 if sizes["m"] % matmul_kernels.CPP_TILE == sizes["n"] % matmul_kernels.CPP_TILE == 0 else 4
        launches = dict(matmul_kernels.simulated(sizes["m"], sizes["k"], sizes["n"], sample=corners))
    found = {}
    for rung in ladder.rungs:
        if not rung.__name__.startswith("gpu"):
            continue
        told(f"{rung.__name__}, PREDICTED")
        each = {card: foreseen(rung, launches.get(rung.__name__), inputs, card) for card in CARDS}
        refused = [why for why in each.values() if isinstance(why, str)]
        found[rung.__name__] = {"refused": refused[0]} if len(refused) == len(CARDS) else each
    return found


def foreseen(rung, launch, inputs, card):
    if not rung.predicted:
        return "its atomics, or its kernels in C++, are not modelled"
    try:
        prediction = predict(launch, card) if launch else rung.predicted(*inputs, gpu=card)
    except MinitensorError as refused:
        return str(refused)
    names = ("seconds", "low", "high", "bound", "tested", "compiled", "error", "points", "ghz")
    return {name: round_(getattr(prediction, name)) for name in names}


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--note", default="", help="what should be known of this run")
    note, lib, start = options.parse_args().note, backend.load("numpy"), time.perf_counter()
    backend.set_backend("numpy")
    result = {
        "processor": lib.device_name(),
        "cores": os.cpu_count(),
        "threads": lib.threads(),
        "system": platform.system(),
        "date": datetime.now(UTC).date().isoformat(),
        "time": datetime.now(UTC).strftime("%H:%M UTC"),
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "note": note,
        "versions": {"minitensor": mt.__version__, "Python": platform.python_version(), "NumPy": np.__version__},
        "climbs": [],
    }
    for with_gpu, ladder, key, what, sizes, inputs in jobs():
        print(f"{ladder.name}, {what}, {sizes}", flush=True)
        rows = climbed(ladder, inputs)
        flops = ladder.flops(*inputs)
        dtype = next(each.dtype.name for each in inputs if isinstance(each, mt.Tensor))
        gpu = predicted(with_gpu, key, sizes, inputs) if flops >= WORTH else {}
        job = {"ladder": key, "what": what, "sizes": sizes, "dtype": dtype, "flops": flops}
        result["climbs"].append(job | {"rows": rows, "gpu": gpu})
        for row in rows:
            took = in_seconds(row["seconds"]) if "seconds" in row else row["note"]
            print(
                f"{row['rung']:<20}{took:>12}{'  by a part' if 'part' in row else ''}  {row.get('note', '')}",
                flush=True,
            )
    result["took"] = round(time.perf_counter() - start)
    OUT.mkdir(exist_ok=True)
    processor = re.sub("[^a-z0-9]+", "-", result["processor"].lower()).strip("-")
    path = OUT / f"ladders-{processor}-{result['date']}.json"
    path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"written to {path} after {result['took']} s")


if __name__ == "__main__":
    main()
