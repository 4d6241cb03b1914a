"""The simulated GPU beside numba's: a tiled product of two 128 × 128 matrices, tiles of 16, float32.

    python tests/benchmarks/simulator.py

Ours checks every access for races, bounds and unwritten memory, and counts it; numba's does none of that. Goal: at
least 10 times as fast. numba is left out where it is not installed; it takes most of a minute, so it runs once.
"""

import os
import platform
import sys
import time

os.environ["NUMBA_ENABLE_CUDASIM"] = "1"  # before numba is imported, which reads it once

import numpy as np

import minitensor as mt
from minitensor.matrix_product import kernels

try:
    import numba
    from numba import cuda  # numba's simulator replaces this global while a kernel runs
except ImportError:
    numba = None

SIDE, TILE, GOAL = 128, 16, 10


def ours(a, b):
    return kernels.multiply(kernels.matmul_tiled, mt.as_tensor(a), mt.as_tensor(b))[0].numpy()


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


def seconds(function, a, b):
    start = time.perf_counter()
    result = function(a, b)
    took = time.perf_counter() - start
    assert np.allclose(result, a @ b, rtol=1e-4, atol=1e-4)
    return took


def main():
    rng = np.random.default_rng(0)
    a, b = (rng.normal(size=(SIDE, SIDE)).astype("float32") for _ in range(2))
    best = min(seconds(ours, a, b) for _ in range(3))
    print(f"Python {platform.python_version()}, NumPy {np.__version__}: minitensor {best:.2f} s", flush=True)
    if numba is None:
        print("numba is not installed, so there is nothing to compare with")
        return 0
    theirs = seconds(numbas(), a, b)
    print(f"numba {numba.__version__} {theirs:.1f} s: {theirs / best:.0f} times as long; goal {GOAL}")
    return int(theirs < GOAL * best)


if __name__ == "__main__":
    sys.exit(main())
