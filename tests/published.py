"""The kernels whose speeds are published, counted by the simulator at the published sizes, and predicted."""

import csv
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from minitensor.gpu.predict import predict
from minitensor.matrix_product import kernels, tiling
from minitensor.matrix_product.tiling import Design

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
    """The launch of a design on square matrices: one block is run, since all blocks of it do the same."""
    design, sizes = DESIGNS[name], (side, side, side)
    rng = np.random.default_rng(0)
    a, b = (rng.random((side, side), dtype=np.float32) for _ in range(2))
    return design.launch(a, b, np.zeros((side, side), np.float32), *sizes, sample=1)


def prediction(row, compiled):
    """The GFLOP/s that are predicted for a row, and the prediction. compiled : with the registers that NVRTC gives"""
    side = int(row["side"])
    launch = counted(row["design"], side)
    found = predict(launch if compiled else replace(launch, compile=None), row["gpu"])
    return 2 * side**3 / found.seconds / 1e9, found
