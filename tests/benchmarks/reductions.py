"""Sums, means, variances and their kin: how fast and how exact, beside NumPy and PyTorch.

    python tests/benchmarks/reductions.py [TEXT]     only the rows with TEXT in them

First sums of floats: milliseconds of minitensor, NumPy and PyTorch, and how far each is from the exact sum, in eps of
the sum of the absolute values; the numbers are 100 to 101. Then what NumPy does slower than it need be. One thread, the
least of many interleaved rounds. The last lines are geometric means of the peers' times over ours; the goals are 2 for
NumPy and 1 for PyTorch, and none of the second table below 1.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = "1"

import math
import sys
import time
from itertools import product

import numpy as np

import minitensor as mt
from minitensor.norms import norm

try:
    import torch

    torch.set_num_threads(1)
except ImportError:
    torch = None

SECONDS = 0.5  # for one row, all libraries together
SHAPES = [(10**6, 3), (10**5, 10), (10**4, 100), (5000, 5000), (1000, 1000), (2500, 3)]


def best_times(calls, seconds=SECONDS):
    """Milliseconds of each call, the least of many interleaved rounds, which take so many seconds together."""
    best = dict.fromkeys(calls, math.inf)
    repeats = {}
    for name, call in calls.items():
        call()
        start = time.perf_counter()
        call()
        repeats[name] = max(1, int(1e-4 / (time.perf_counter() - start)))
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        for name, call in calls.items():
            start = time.perf_counter()
            for _ in range(repeats[name]):
                call()
            best[name] = min(best[name], (time.perf_counter() - start) / repeats[name] * 1e3)
    return best


def error(found, exact, dtype):
    return float(np.max(np.abs(found.astype("longdouble") - exact) / exact)) / np.finfo(dtype).eps  # all are positive


def exact_sum(x, axis):
    """In long double, of which the rows are taken in blocks so that it is pairwise in effect."""
    whole = x.astype("longdouble")
    parts = np.array_split(whole.reshape(-1) if axis is None else whole, 256, axis or 0)
    return np.sum([part.sum(axis) for part in parts], 0)


def sum_calls(x, axis):
    """The same sum in each library."""
    ours, calls = mt.as_tensor(x), {}
    calls["ours"], calls["NumPy"] = (lambda: ours.sum(axis)), (lambda: x.sum(axis))
    if torch:
        theirs = torch.from_numpy(x)
        calls["PyTorch"] = (lambda: theirs.sum()) if axis is None else (lambda: theirs.sum(axis))
    return calls


def sums(wanted):
    columns = ("ours, ms", "NumPy", "PyTorch", "ours, eps", "NumPy", "PyTorch")
    print(f"{'sum':34}" + "".join(f"{name:>11}" for name in columns))
    ratios = {"NumPy": [], "PyTorch": []}
    for dtype, shape in product(("float32", "float64"), SHAPES):
        x = (np.random.default_rng(0).random(shape) + 100).astype(dtype)
        for axis, name in ((0, "columns"), (1, "rows"), (None, "all")):
            title = f"{dtype} {shape[0]:,} × {shape[1]:,}, {name}"
            if wanted not in title:
                continue
            calls = sum_calls(x, axis)
            times, exact = best_times(calls), exact_sum(x, axis)
            errors = [error(np.asarray(getattr(call(), "array", call())), exact, dtype) for call in calls.values()]
            row = "".join(f"{each:11.4f}" for each in times.values()) + "".join(f"{each:11.1f}" for each in errors)
            print(f"{title:34}{row}", flush=True)
            for peer in times.keys() - {"ours"}:
                ratios[peer].append(times[peer] / times["ours"])
    return ratios


def others():
    """What NumPy does slower than it need be: the same in ours and in its own words."""
    rng = np.random.default_rng(0)
    x, mask, small = (
        rng.random((1000, 1000)),
        rng.random((1000, 1000)) < 0.5,
        rng.integers(0, 99, (1000, 1000), "uint8"),
    )
    line = rng.random(10**5).astype("float32")
    t, m, s, v = map(mt.as_tensor, (x, mask, small, line))
    yield "sum of truth values", lambda: m.sum(), lambda: mask.sum()
    yield "sum of truth values, columns", lambda: m.sum(0), lambda: mask.sum(0)
    yield "sum of truth values, rows", lambda: m.sum(1), lambda: mask.sum(1)
    yield "x[mask]", lambda: t[m], lambda: x[mask]
    yield "mean of uint8", lambda: s.mean(), lambda: small.mean()
    yield "mean of uint8, columns", lambda: s.mean(0), lambda: small.mean(0)
    for axis in (0, 1, None):
        yield f"var, axis {axis}", lambda axis=axis: t.var(axis), lambda axis=axis: x.var(axis)
        yield f"mean, axis {axis}", lambda axis=axis: t.mean(axis), lambda axis=axis: x.mean(axis)
        yield f"norm, axis {axis}", lambda axis=axis: norm(t, axis=axis), lambda axis=axis: np.linalg.norm(x, axis=axis)
    yield "norm of 10,000", lambda: norm(t[:10]), lambda: np.linalg.norm(x[:10])
    yield "zeros", lambda: mt.zeros((1000, 1000)), lambda: np.zeros((1000, 1000))
    yield "cumsum, 100,000 float32", lambda: mt.cumsum(v), lambda: line.cumsum()
    yield "cumsum, 100,000 float64", lambda: mt.cumsum(t[:100].reshape(-1)), lambda: x[:100].reshape(-1).cumsum()


def geometric_mean(ratios):
    return math.exp(sum(map(math.log, ratios)) / len(ratios)) if ratios else math.nan


def main():
    wanted = " ".join(sys.argv[1:])
    ratios = sums(wanted)
    print(f"\n{'milliseconds':34}{'ours':>11}{'NumPy':>11}{'ratio':>11}")
    for title, ours, theirs in others():
        if wanted in title:
            times = best_times({"ours": ours, "NumPy": theirs})
            ratio = times["NumPy"] / times["ours"]
            print(
                f"{title:34}{times['ours']:11.4f}{times['NumPy']:11.4f}{ratio:11.2f}{' below 1' * (ratio < 1)}",
                flush=True,
            )
    for peer, times in ratios.items():
        mean, least = geometric_mean(times), min(times, default=math.nan)
        print(f"sums: {peer} takes {mean:.2f} times as long, {least:.2f} at least")


if __name__ == "__main__":
    main()
