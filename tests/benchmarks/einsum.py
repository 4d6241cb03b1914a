"""minitensor's einsum against its peers, side by side in one run.

    python tests/benchmarks/einsum.py [--threads N] [--picture FILE] [--only TEXT]

Peers: numpy.einsum as it is and with optimize=True, opt_einsum.contract and a contract_expression made beforehand,
torch.einsum, and the best NumPy by hand (`einsum_cases.py`). One BLAS thread unless --threads says otherwise, all
interleaved, the minimum over many rounds; minitensor computes on Tensors, its peers on their own arrays. Every answer
is compared with the one by hand first. PyTorch and opt_einsum are left out where they are not installed.
"""

import os
import sys

# Before NumPy is imported, which reads it once.
os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = (
    sys.argv[sys.argv.index("--threads") + 1] if "--threads" in sys.argv else "1"
)

import argparse
import math
import platform
import random
import time

import numpy as np
from einsum_cases import cases

import minitensor as mt

try:
    import torch

    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
except ImportError:
    torch = None
try:
    import opt_einsum
except ImportError:
    opt_einsum = None

SECONDS = 1.8  # for one case, all peers together
ROUNDS = 60
NUMPY_FAMILY = ("numpy", "numpy opt", "contract", "expression")


def contestants(case):
    """A function without arguments for each library."""
    spec, arrays = case.spec, case.operands
    tensors = [mt.as_tensor(array) for array in arrays]  # all on the same memory, and so in the same cache
    calls = {
        "minitensor": lambda: mt.einsum(spec, *tensors),
        "by hand": lambda: case.hand(*arrays),
        "numpy": lambda: np.einsum(spec, *arrays),
        "numpy opt": lambda: np.einsum(spec, *arrays, optimize=True),
    }
    if opt_einsum is not None:
        expression = opt_einsum.contract_expression(spec, *[array.shape for array in arrays])
        calls["contract"] = lambda: opt_einsum.contract(spec, *arrays)
        calls["expression"] = lambda: expression(*arrays)
    if torch is not None:
        torches = [torch.from_numpy(np.require(array, requirements="W")) for array in arrays]
        calls["torch"] = lambda: torch.einsum(spec, *torches)
    return calls


def best_times(calls):
    """Microseconds, the least of many interleaved rounds; what is hopelessly slow is tried only once or twice."""
    first = {}
    for name, call in calls.items():
        call()
        start = time.perf_counter()
        call()
        first[name] = time.perf_counter() - start
    best = dict(first)
    slow = 20 * min(first.values()) + 0.02
    raced = [(calls[name], name, max(1, int(1e-4 / first[name]))) for name in calls if first[name] < slow]
    end = time.perf_counter() + SECONDS
    for number in range(ROUNDS):
        if number >= 3 and time.perf_counter() > end:
            break
        random.shuffle(raced)  # whoever comes after a peer that spoils the caches should not always be the same
        for call, name, repeats in raced:
            start = time.perf_counter()
            for _ in range(repeats):
                call()
            best[name] = min(best[name], (time.perf_counter() - start) / repeats)
    return {name: seconds * 1e6 for name, seconds in best.items()}


def check(case, calls):
    ours, theirs = calls["minitensor"]().numpy(), calls["by hand"]()
    scale = np.abs(theirs).max()
    tolerance = 1e-4 if ours.dtype == "float32" else 1e-9
    assert ours.dtype == theirs.dtype, case.name
    assert ours.shape == np.shape(theirs), case.name
    assert (np.abs(ours - theirs) <= tolerance * scale).all(), case.name


def geometric_mean(ratios):
    return math.exp(sum(map(math.log, ratios)) / len(ratios)) if ratios else math.nan


def main():
    reader = argparse.ArgumentParser()
    reader.add_argument("--threads", default="1")
    reader.add_argument("--picture", help="draw the ratios to the best peer into this file")
    reader.add_argument("--only", default="", help="only the cases whose name has this text")
    options = reader.parse_args()
    chosen = [case for case in cases() if options.only in case.name]
    names = list(contestants(chosen[0]))
    print(f"NumPy {np.__version__}, Python {platform.python_version()}, {options.threads} thread(s).")
    print(
        f"Microseconds, the least of up to {ROUNDS} rounds. The last two columns: the time of the best einsum that is"
    )
    print("made of NumPy, and that of PyTorch's, over ours: above 1 where we are faster; N, T: below 0.85\n")
    print(f"{'':26}" + "".join(f"{name:>11}" for name in names) + f"{'/ NumPys':>10}{'/ torch':>9}")
    table = []
    for case in chosen:
        calls = contestants(case)
        check(case, calls)
        times = best_times(calls)
        ours = times["minitensor"]
        numpys = min(times[name] for name in NUMPY_FAMILY if name in times) / ours
        torchs = times.get("torch", math.nan) / ours
        table.append((case, times, numpys, torchs))
        row = "".join(f"{times[name]:11.1f}" if times[name] >= 10 else f"{times[name]:11.2f}" for name in names)
        flag = "".join(sign for sign, ratio in (("N", numpys), ("T", torchs)) if ratio < 0.85)
        print(f"{case.name:26}{row}{numpys:10.2f}{torchs:9.2f} {flag}", flush=True)

    print(
        "\nGeometric means of the peer's time over ours:\n" + f"{'':26}" + "".join(f"{name:>11}" for name in names[1:])
    )
    groups = {
        "large": [times for case, times, *_ in table if case.group == "large"],
        "large, above 100 µs": [
            times for case, times, *_ in table if case.group == "large" and times["minitensor"] > 100
        ],
        "tiny": [times for case, times, *_ in table if case.group == "tiny"],
        "all": [times for _, times, *_ in table],
    }
    for group, rows in groups.items():
        means = [geometric_mean([times[name] / times["minitensor"] for times in rows]) for name in names[1:]]
        print(f"{group:26}" + "".join(f"{mean:11.2f}" for mean in means))
    for case, times, numpys, torchs in table:
        for family, ratio in (("the NumPy family", numpys), ("PyTorch", torchs)):
            if ratio < 0.85:
                others = [name for name in times if (name == "torch") == (family == "PyTorch") and name != "minitensor"]
                rival = min(others, key=times.__getitem__)
                print(f"below 0.85 of {family}: {case.name}, {ratio:.2f} ({rival})")
        if case.name == "2×2 product":
            over = times["minitensor"] - times["by hand"]
            print(f"a 2×2 product of Tensors takes {over:.2f} µs more than the bare a.dot(b)")
    if options.picture:
        from minitensor import plot
        from minitensor.plot import einsums

        plot.headless()
        plot.save(einsums.race([case.name for case, *_ in table], [min(n, t) for *_, n, t in table]), options.picture)


if __name__ == "__main__":
    main()
