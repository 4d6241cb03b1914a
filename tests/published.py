"""The kernels whose speeds are published, counted by the simulator at the published sizes, and predicted."""

import csv
from collections import Counter
from dataclasses import fields, replace
from functools import cache
from pathlib import Path

import numpy as np

from minitensor.gpu.counters import Counters
from minitensor.gpu.predict import predict
from minitensor.matrix_product import kernels, tiling
from minitensor.matrix_product.tiling import Design

STEP = 32  # along k
PUBLISHED = Path(__file__).parent / "benchmarks" / "published_matmul.csv"
DESIGNS = {
    "naive": Design(kernels.matmul_naive, 32, (32, 32), across_rows=True),
    "coalesced": Design(kernels.matmul_coalesced, 32, (32, 32)),
    "shared": tiling.tiled(32),
    "tiling_1d": tiling.tiling_1d(),
    "tiling_2d": tiling.tiling_2d(),
    "vectorised": tiling.vectorised(),
    "warp_tiling": tiling.warp_tiling(),
}


def published():
    """The rows of the table of published speeds, without cuBLAS, which is no kernel of ours."""
    lines = [line for line in PUBLISHED.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return [row for row in csv.DictReader(lines) if row["design"] in DESIGNS]


@cache
def counted(name, side):
    """The launch of a design on square matrices, from one block, since all its blocks do the same.

    What a block does grows evenly with k. So it is run for k = 32 and 64, where rows begin in the same banks as in any
    multiple of 32, and the rest is added.
    """
    shallow, deep = (sampled(name, side, k) for k in (STEP, 2 * STEP))
    steps = side // STEP - 1

    def grown(one, other):
        return one + steps * (other - one)

    return replace(
        shallow,
        counters=more(shallow.counters, deep.counters, grown),
        lines={line: more(shallow.lines[line], deep.lines[line], grown) for line in shallow.lines},
        **{
            part: grown(getattr(shallow, part), getattr(deep, part))
            for part in ("distinct_sectors", "footprint", "waits")
        },
        array_bytes=3 * side * side * 4,
    )


def more(one, other, grown):
    """Counters of which each number has grown."""
    out = Counters()
    for each in fields(Counters):
        mine, theirs = getattr(one, each.name), getattr(other, each.name)
        if isinstance(mine, Counter):
            getattr(out, each.name).update({key: grown(mine[key], theirs[key]) for key in mine | theirs})
        else:
            setattr(out, each.name, grown(mine, theirs))
    return out


def sampled(name, side, k):
    """The launch of a design on matrices of shapes (side, k) and (k, side), of which one block has run."""
    rng = np.random.default_rng(0)
    a, b = (rng.random(shape, dtype=np.float32) for shape in ((side, k), (k, side)))
    return DESIGNS[name].launch(a, b, np.zeros((side, side), np.float32), side, k, side, sample=1)


def compiler_version():
    """Such as "NVRTC 13.0"; another version may give a kernel other registers."""
    try:
        from cupy_backends.cuda.libs import nvrtc

        return "NVRTC {}.{}".format(*nvrtc.getVersion())
    except (ImportError, RuntimeError):
        return "no NVRTC"


def prediction(row, compiled):
    """The GFLOP/s that are predicted for a row, and the prediction. compiled : with the registers that NVRTC gives"""
    side = int(row["side"])
    launch = counted(row["design"], side)
    found = predict(launch if compiled else replace(launch, kernel=None), row["gpu"])
    return 2 * side**3 / found.seconds / 1e9, found
