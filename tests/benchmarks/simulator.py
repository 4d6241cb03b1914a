"""The simulated GPU beside the one before it, which ran thread by thread, and beside numba's.

    python tests/benchmarks/simulator.py                  # this one, and numba's if it is installed
    python tests/benchmarks/simulator.py --before REV     # and that of a commit, from a worktree of its own

A tiled product of two 128 × 128 float32 matrices, tiles of 16. Ours checks every access for races, bounds and unwritten
memory, and counts it; numba's does none of that. The two of ours take turns, each in a process of its own, and the
least of their rounds counts; numba's takes most of a minute, so it runs once. Then a product of 512 × 64 × 512. Goals:
8 times as fast as the one before, 100 times numba's, and 3 s.

The simulator before this one is that of commit bc9a2f5; it needs greenlet (pip install greenlet).
"""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ["NUMBA_ENABLE_CUDASIM"] = "1"  # before numba is imported, which reads it once

import numpy as np

import minitensor as mt
from minitensor.matrix_product import kernels

try:
    import numba
    from numba import cuda  # numba's simulator replaces this global while a kernel runs
except ImportError:
    numba = None

SIDE, TILE = 128, 16
ROUNDS = 5
BEFORE, NUMBA, SECONDS = 8, 100, 3.0  # goals
ONCE = f"""
import time
import numpy as np
import minitensor as mt
from minitensor.matrix_product import kernels
a, b = (mt.tensor(np.random.default_rng(0).normal(size=({SIDE}, {SIDE})).astype("float32")) for _ in range(2))
kernels.multiply(kernels.matmul_tiled, a[:16], b[:, :16])
start = time.perf_counter()
kernels.multiply(kernels.matmul_tiled, a, b)
print(time.perf_counter() - start)
"""


def numbas():
    """The same kernel in numba's words."""

    @cuda.jit
    def tiled(a, b, c):
        tile_a = cuda.shared.array((TILE, TILE), np.float32)
        tile_b = cuda.shared.array((TILE, TILE), np.float32)
        x, y = cuda.threadIdx.x, cuda.threadIdx.y
        col, row = cuda.grid(2)
        total = np.float32(0)
        for start in range(0, SIDE, TILE):
            tile_a[y, x] = a[row, start + x]
            tile_b[y, x] = b[start + y, col]
            cuda.syncthreads()
            for inner in range(TILE):
                total += tile_a[y, inner] * tile_b[inner, x]
            cuda.syncthreads()
        c[row, col] = total

    def run(a, b):
        c = np.zeros((SIDE, SIDE), np.float32)
        tiled[(SIDE // TILE, SIDE // TILE), (TILE, TILE)](a, b, c)
        return c

    return run


def once(tree):
    """Seconds of one product by the minitensor that lies in a folder."""
    told = subprocess.run(
        [sys.executable, "-c", ONCE],
        cwd=tree,
        env=os.environ | {"PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
    )
    if told.returncode:
        sys.exit(told.stderr)
    return float(told.stdout)


def beside(before):
    """The least seconds of this one and of that of a commit, taking turns."""
    here = Path(__file__).parents[2]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            ["git", "worktree", "add", "--detach", folder, before], cwd=here, check=True, capture_output=True
        )
        try:
            rounds = [(once(here), once(folder)) for _ in range(ROUNDS)]
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", folder], cwd=here, check=True)
    return map(min, zip(*rounds, strict=True))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--before", metavar="REV", help="a commit whose simulator is timed beside this one")
    asked = parser.parse_args()
    missed = False
    print(f"Python {platform.python_version()}, NumPy {np.__version__}; tiled product, {SIDE} x {SIDE} x {SIDE}")
    if asked.before:
        ours, theirs = beside(asked.before)
        print(f"this one {ours:.3f} s, that of {asked.before} {theirs:.2f} s: {theirs / ours:.1f} times; goal {BEFORE}")
        missed |= theirs < BEFORE * ours
    else:
        ours = min(once(Path(__file__).parents[2]) for _ in range(ROUNDS))
        print(f"this one {ours:.3f} s")
    rng = np.random.default_rng(0)
    if numba is None:
        print("numba is not installed, so there is nothing to compare with")
    else:
        a, b = (rng.normal(size=(SIDE, SIDE)).astype("float32") for _ in range(2))
        start = time.perf_counter()
        result = numbas()(a, b)
        theirs = time.perf_counter() - start
        assert np.allclose(result, a @ b, rtol=1e-4, atol=1e-4)
        print(f"numba {numba.__version__} {theirs:.1f} s: {theirs / ours:.0f} times as long; goal {NUMBA}")
        missed |= theirs < NUMBA * ours
    a, b = (mt.tensor(rng.normal(size=shape).astype("float32")) for shape in ((512, 64), (64, 512)))
    start = time.perf_counter()
    c = kernels.multiply(kernels.matmul_tiled, a, b)[0]
    took = time.perf_counter() - start
    assert np.allclose(c.numpy(), a.numpy() @ b.numpy(), rtol=1e-4, atol=1e-4)
    print(f"512 x 64 x 512: {took:.2f} s; goal {SECONDS:g}")
    return int(missed or took > SECONDS)


if __name__ == "__main__":
    sys.exit(main())
