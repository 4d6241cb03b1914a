"""Predicted times beside published ones: every matrix product whose speed others measured and wrote down.

    python tests/benchmarks/predict.py

Counts a block of each kernel on the simulator, predicts the launch for each card of published_matmul.csv, with the
registers that NVRTC gives it and with a guess, and writes minitensor/gpu/predicted.csv, from which a prediction takes
its known error. "measured" holds GFLOP/s of the same kernels on a real GPU, from a file of docs/measurements that
tests/benchmarks/gpu.py has written, and is empty where there is none.

Goals, both ways: geometric error at most 1.25, at least 90% within 1.5 times, all within 2, and on each card with a
whole ladder the rungs in their order. Without NVRTC only the columns that need none are written. Exits with 1 where a
goal is missed.
"""

import csv
import json
import statistics
import sys
from itertools import combinations
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from published import DESIGNS, compiler_version, prediction, published

from minitensor.gpu import predict as rules
from minitensor.gpu.cards import cards
from minitensor.gpu.predict import geometric

ROOT = Path(__file__).parents[2]
OUT, MEASUREMENTS = ROOT / "minitensor" / "gpu" / "predicted.csv", ROOT / "docs" / "measurements"
COLUMNS = (
    "gpu", "design", "side", "published", "predicted", "ratio", "bound", "predicted_without_nvrtc",
    "ratio_without_nvrtc", "measured", "source",
)  # fmt: skip
GOAL, WITHIN, SHARE, MOST = 1.25, 1.5, 0.9, 2.0


def predicted(row, measured):
    """The row of the table of predictions for one published speed."""
    real, side = float(row["gflops"]), int(row["side"])
    with_nvrtc, found = prediction(row, compiled=True)
    without, _ = prediction(row, compiled=False)
    known = found.compiled
    return {
        "gpu": row["gpu"],
        "design": row["design"],
        "side": side,
        "published": f"{real:g}",
        "predicted": f"{with_nvrtc:.1f}" if known else "",
        "ratio": f"{with_nvrtc / real:.3f}" if known else "",
        "bound": found.bound,
        "predicted_without_nvrtc": f"{without:.1f}",
        "ratio_without_nvrtc": f"{without / real:.3f}",
        "measured": measured.get((row["gpu"], row["design"], side), ""),
        "source": row["source"],
    }


def on_real_gpus():
    """GFLOP/s of the designs by card, design and side, from the measurements that hold any."""
    found = {}
    for path in sorted(MEASUREMENTS.glob("*.json")):
        measurement = json.loads(path.read_text(encoding="utf-8"))
        for card in cards():
            words = card.gpu.replace(" SXM", "").lower().split()  # the driver says "NVIDIA H100 80GB HBM3"
            if all(word in measurement["device"].lower() for word in words):
                for each in measurement.get("designs", []):
                    found[card.gpu, each["design"], each["side"]] = f"{each['gflops']:.1f}"
    return found


def only_measured(measured, table):
    """Rows for what was measured here and has been published by nobody."""
    known = {(row["gpu"], row["design"], row["side"]) for row in table}
    return [
        predicted({"gpu": gpu, "design": design, "side": side, "gflops": "nan", "source": ""}, measured)
        | {"published": "", "ratio": "", "ratio_without_nvrtc": ""}
        for gpu, design, side in measured
        if (gpu, design, side) not in known
    ]


def error(table, column):
    """Prints the error of a column of ratios, as a whole, by card and with each card left out; whether it will do."""
    ratios = {number: float(row[column]) for number, row in enumerate(table) if row[column]}
    if not ratios:
        print("NVRTC is not here, so nothing is known of the registers")
        return True
    errors = [max(ratio, 1 / ratio) for ratio in ratios.values()]
    whole, close = geometric(errors), statistics.fmean(each <= WITHIN for each in errors)
    print(f"{len(errors)} points: geometric error {whole:.3f}, {close:.0%} within {WITHIN}, worst {max(errors):.2f}")
    for card in dict.fromkeys(row["gpu"] for row in table):
        own = [ratio for number, ratio in ratios.items() if table[number]["gpu"] == card]
        others = [ratio for number, ratio in ratios.items() if table[number]["gpu"] != card]
        print(f"  {card:<16}{geometric(own):.3f} on {len(own):>2} points; without it {geometric(others):.3f}")
    return whole <= GOAL and close >= SHARE and max(errors) <= MOST


def order(table, column):
    """Prints how many pairs of rungs, of one card and one author, are in the published order; whether all are."""
    right, pairs = 0, 0
    for card, source in dict.fromkeys((row["gpu"], row["source"]) for row in table):
        rungs = [row for row in table if (row["gpu"], row["source"]) == (card, source)]
        for one, other in combinations(sorted(rungs, key=lambda row: float(row["published"])), 2):
            faster = float(other[column] or 1) >= float(one[column] or 0)
            right, pairs = right + faster, pairs + 1
            if not faster:
                print(f"  {card}, {source}: {other['design']} is predicted slower than {one['design']}")
    print(f"{right} of {pairs} pairs of rungs in order")
    return right == pairs


def main():
    measured, found = on_real_gpus(), published()
    table = [predicted(row, measured) for row in found]
    held_out = [row for row, was in zip(table, found, strict=True) if was["note"].startswith("held out")]
    for row in table:
        print("  ".join(f"{row[column]:<16}" for column in COLUMNS[:7]))
    good = True
    for title, columns in (
        ("With the registers that NVRTC gives", ("predicted", "ratio")),
        (f"With {rules.REGISTERS} registers a thread", ("predicted_without_nvrtc", "ratio_without_nvrtc")),
    ):
        print(f"\n{title}\nall:", end=" ")
        good &= error(table, columns[1])
        print("the first table:", end=" ")
        good &= error([row for row in table if row not in held_out], columns[1])
        print("cards looked for later:", end=" ")
        good &= error(held_out, columns[1])
        if table[0][columns[0]]:
            good &= order(table, columns[0])
    with OUT.open("w", encoding="utf-8", newline="") as file:
        file.write(f"# written by tests/benchmarks/predict.py; GFLOP/s; registers by {compiler_version()}\n")
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows([*table, *only_measured(measured, table)])
    print(f"\nwritten to {OUT.relative_to(ROOT)}: {len(DESIGNS)} designs; goals {'reached' if good else 'MISSED'}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
