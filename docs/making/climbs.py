"""What is said of a climb that `tests/benchmarks/ladders.py` stored: numbers as text, none that nobody measured."""

import re
from itertools import pairwise
from pathlib import Path

from minitensor.cluster.dbscan.rungs import GPU_LADDER as DBSCAN
from minitensor.cluster.kmeans.rungs import GPU_LADDER as K_MEANS
from minitensor.cluster.lsh.rungs import GPU_LADDER as LSH
from minitensor.cluster.meanshift.rungs import GPU_RUNGS as MEAN_SHIFT_ON_GPU
from minitensor.cluster.meanshift.rungs import LADDER as MEAN_SHIFT
from minitensor.ladder import stored
from minitensor.matrix_product.rungs import GPU_RUNGS as MATMUL_ON_GPU
from minitensor.matrix_product.rungs import LADDER as MATMUL
from minitensor.text.numbers import digits, in_seconds

COMMAND = "python tests/benchmarks/ladders.py"
FOLDER = Path(__file__).parents[1] / "measurements"
# The rungs in the order of the page: those for a processor, then those for a GPU.
LADDERS = {
    "matmul": (*MATMUL.rungs, *MATMUL_ON_GPU),
    "mean-shift": (*MEAN_SHIFT.rungs, *MEAN_SHIFT_ON_GPU),
    "k-means": K_MEANS.rungs,
    "dbscan": DBSCAN.rungs,
    "lsh": LSH.rungs,
}


def newest(folder=FOLDER):
    """The newest measurement of a processor, None where nobody measured one."""
    found = stored(folder, of="processor")
    return found[-1] if found else None


def on_gpu(rung):
    return rung.__name__.startswith("gpu")


def sizes(climb):
    """``m = 5, k = 784, n = 10, float32``; equal sizes are one: ``m = k = n = 2,304``."""
    given = climb["sizes"]
    if len(given) > 1 and len(set(given.values())) == 1:
        amount = f"{' = '.join(given)} = {next(iter(given.values())):,}"
    else:
        amount = ", ".join(f"{name} = {size:,}" for name, size in given.items())
    return f"{amount}, {climb['dtype']}"


def machine(found):
    """Processor, threads, versions, date and what should be known of the run."""
    versions = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
    note = f" {found['note']}" if found.get("note") else ""
    return f"{found['processor']}, {found['threads']} threads; {versions}; {found['date']}.{note}"


def lasting(seconds):
    """Three digits and a unit, minutes from two on.

    >>> lasting(0.0123), lasting(725.0), lasting(20_000.0)
    ('12.3 ms', '12.1 min', '5.56 h')
    """
    if seconds >= 7200:
        return f"{digits(seconds / 3600)} h"
    return f"{digits(seconds / 60)} min" if seconds >= 120 else in_seconds(seconds)


def spread(row):
    """The quartiles, or that there was one round, or that it was a part of the job."""
    if "part" in row:
        return f"by {100 * row['part']:.2g}% of it"
    return f"{lasting(row['low'])} to {lasting(row['high'])}" if row["rounds"] > 1 else "once"


def ratios(rows):
    """For each row how many times faster it is than the first, and than the last before it, that has a time."""
    timed = [row for row in rows if "seconds" in row]
    before = {later["rung"]: earlier["seconds"] for earlier, later in pairwise(timed)}
    return [
        (timed[0]["seconds"] / row["seconds"], before.get(row["rung"], row["seconds"]) / row["seconds"])
        if "seconds" in row
        else None
        for row in rows
    ]


def notes(row):
    """What must be known of a time: what the clock saw, and whether it was read once; "" where nothing must."""
    once = "timed once, which proves little" if row.get("rounds") == 1 else ""
    return "; ".join(filter(None, [row.get("note", ""), once])) if "seconds" in row else ""


def footnotes(rows):
    """What must be known of times, and the rungs of which it must: [(names, words)]."""
    marked = {}
    for row in rows:
        if words := notes(row):
            marked.setdefault(words, []).append(row["rung"])
    return [(names, words) for words, names in marked.items()]


def formula(rung):
    """What a rung says of its memory, in its docstring or in that of its formula; "" where neither does."""
    said = re.search(r"Memory: (.*?)(?=\n\s*\n|\n\s*Raises |\n\s*count : |$)", rung.__doc__ or "", re.DOTALL)
    text = said[1] if said else rung.memory.__doc__ or ""
    return re.split(r"(?<=\.) ", re.sub(r"\s+", " ", text.partition("\n\n")[0]).strip())[0]
