"""The small CLIP on digits: what it finds among 102 captions, and how long it takes to train.

    python tests/benchmarks/clip.py [--seeds N] [--dtype float32]

For each seed, which is that of the split and of the training: 400 digits are held out, `train_clip` learns from the
other 1,397 (a tenth of which it holds back to know when to stop), and `retrieval` says what is found among the 400.
Words are measured with thresholds from all 1,797 pictures, so that they mean the same for every seed; the pictures held
out are otherwise not seen. How copies are altered, the rate and the steps were chosen on six other splits of these
digits. Seconds are those of `train_clip`, from pictures to weights, the altered copies and their captions among them;
beside them is the time of the processor, which says more where other programs run.

Goals, for every seed: own caption nearest 0.75, among the nearest five 0.97, right digit 0.97; picture for a caption
0.80, among five 0.95; training under 15 s on two cores. Exits with 1 where a goal is missed.
"""

import argparse
import platform
import statistics
import sys
import time
from functools import partial
from importlib.metadata import version

import numpy as np

import minitensor as mt
from minitensor.backend.threads import cores, threads_of_blas
from minitensor.data import digits
from minitensor.models import altered_pairs, describe, retrieval, split, thresholds, train_clip

# What is asked of every seed: the worst that will do, and whether more is better.
GOALS = {
    "top-1": (0.75, True), "top-5": (0.97, True), "digit": (0.97, True), "text 1": (0.80, True), "text 5": (0.95, True),
    "seconds": (15.0, False),
}  # fmt: skip
DECIMALS = {"seconds": 1, "processor": 1, "steps": 0, "kept": 0, "there": 0}


def measured(seed, images, captions, at, dtype):
    """The figures of one seed by the names of their columns."""
    training, held = split(seed)
    own, new = ([captions[row] for row in rows.tolist()] for rows in (training, held))
    looks, vary = [], partial(altered_pairs, at=at)
    start, before = time.perf_counter(), time.process_time()
    clip = train_clip(images[training], own, seed=seed, vary=vary, dtype=dtype, report=lambda *look: looks.append(look))
    seconds, processor = time.perf_counter() - start, time.process_time() - before
    found = retrieval(clip, images[held], new, sorted(set(captions)))
    kept = min(looks, key=lambda look: look[2])[0]
    more = {
        "processor": processor,
        "steps": looks[-1][0],
        "kept": kept,
        "temp.": clip.temperature,
        "there": len(set(new)),
    }
    return dict(zip(GOALS, [*found[:5], seconds], strict=True)) | more


def row(head, figures):
    print(f"{head:>7}" + "".join(f"{each:10.{DECIMALS.get(name, 3)}f}" for name, each in figures.items()), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=10, help="how many, from 0; 5 or more")
    parser.add_argument("--dtype", choices=["float32", "float64"], default="float32")
    asked = parser.parse_args()
    images, truth = digits()
    at = thresholds(images)
    captions = describe(images, truth, at)
    count = len(set(captions))
    print(
        f"{time.strftime('%Y-%m-%d')}, {platform.processor() or platform.machine()}, {cores()} cores, Python "
        f"{platform.python_version()}, NumPy {np.__version__}, scikit-learn {version('scikit-learn')}, minitensor "
        f"{mt.__version__}, {asked.dtype}; BLAS has {threads_of_blas()} threads, and one while training\n"
        f"1,397 digits to learn from, 400 held out, {count} captions: chance {1 / count:.3f}\n"
        "kept: the step of the best look at the pairs held back; there: captions among the 400\n"
    )
    table = []
    for seed in range(max(5, asked.seeds)):
        table.append(measured(seed, images, captions, at, asked.dtype))
        if not seed:
            print(f"{'seed':>7}" + "".join(f"{name:>10}" for name in table[0]))
        row(str(seed), table[-1])
    columns = {name: [each[name] for each in table] for name in table[0]}
    for word, choose in (("least", min), ("median", statistics.median), ("most", max)):
        row(word, {name: choose(column) for name, column in columns.items()})
    print()
    missed = False
    for name, (goal, more) in GOALS.items():
        worst = min(columns[name]) if more else max(columns[name])
        met = worst >= goal if more else worst < goal
        missed |= not met
        word, than = "met   " if met else "MISSED", "at least" if more else "under"
        print(f"{word}  {name}: {worst:.3f} at worst, goal {than} {goal:g}")
    sys.exit(missed)


if __name__ == "__main__":
    main()
