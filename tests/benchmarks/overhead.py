"""What a Tensor costs beside the arithmetic: every operator on 8 elements, against raw NumPy and PyTorch.

    python tests/benchmarks/overhead.py

One BLAS thread, the three libraries interleaved, the minimum of many rounds. Goals: ``a + b`` at most 1.8 times raw
NumPy and at most half of PyTorch's time; no operator slower than PyTorch's; the import at most 30 ms beyond NumPy's.
PyTorch is left out where it is not installed. Exits with 1 where a goal is missed.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"

import platform
import subprocess
import sys
import timeit

import numpy as np

import minitensor as mt

try:
    import torch

    torch.set_num_threads(1)
except ImportError:
    torch = None

ROUNDS, CALLS = 60, 2000
FLOATS = ["a + b", "a - b", "a * b", "a / b", "a // b", "a % b", "a ** b", "a @ b", "a + 2.0", "2.0 - a", "a ** 2"]
FLOATS += ["-a", "abs(a)", "a < b", "a <= b", "a > b", "a >= b", "a == b", "a != b", "x += b", "x *= b"]
MATRICES = ["m @ m", "m @ a", "m + a", "m * 2.0"]
INTEGERS = ["i + j", "i & j", "i | j", "i ^ j", "~i", "i << j", "i >> j", "i == j"]


def names(make):
    """The operands, made by one library from NumPy arrays."""
    rng = np.random.default_rng(0)
    return {
        "a": make(rng.uniform(1, 2, 8)),
        "b": make(rng.uniform(0, 1e-3, 8)),
        "m": make(rng.uniform(-1, 1, (8, 8))),
        "i": make(rng.integers(1, 9, 8)),
        "j": make(rng.integers(1, 9, 8)),
    }


def import_seconds(module):
    """The fastest of several fresh interpreters importing one module, its byte code cached by the first."""
    code = f"import time; start = time.perf_counter(); import {module}; print(time.perf_counter() - start)"
    cached = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return min(float(subprocess.check_output([sys.executable, "-c", code], env=cached)) for _ in range(15))


def main():
    libraries = {"numpy": names(np.array), "minitensor": names(mt.tensor)}
    if torch is not None:
        libraries["torch"] = names(torch.tensor)
    versions = f"NumPy {np.__version__}" + (f", PyTorch {torch.__version__}" if torch is not None else "")
    print(f"{versions}, Python {platform.python_version()}; nanoseconds, minimum of {ROUNDS} rounds of {CALLS} calls\n")
    print(f"{'':10}" + "".join(f"{name:>12}" for name in libraries) + f"{'/ numpy':>12}{'/ torch':>12}")
    missed = []
    for expression in FLOATS + MATRICES + INTEGERS:
        # `x` is a copy of `a` for the operators in place, which write to their left operand.
        timers = {
            name: timeit.Timer(expression, setup="x = a * 1.0", globals=dict(scope))
            for name, scope in libraries.items()
        }
        best = dict.fromkeys(timers, float("inf"))
        with np.errstate(all="ignore"):
            for _ in range(ROUNDS):
                for name, timer in timers.items():
                    best[name] = min(best[name], timer.timeit(CALLS) / CALLS * 1e9)
        to_numpy = best["minitensor"] / best["numpy"]
        to_torch = best["minitensor"] / best["torch"] if torch is not None else float("nan")
        print(f"{expression:10}" + "".join(f"{t:12.0f}" for t in best.values()) + f"{to_numpy:12.2f}{to_torch:12.2f}")
        if expression == "a + b" and (to_numpy > 1.8 or to_torch > 0.5):
            missed.append(f"a + b: {to_numpy:.2f} of NumPy (goal 1.8), {to_torch:.2f} of PyTorch (goal 0.5)")
        if to_torch > 1:
            missed.append(f"{expression}: {to_torch:.2f} of PyTorch's time (goal 1)")
    ours, theirs = import_seconds("minitensor"), import_seconds("numpy")
    beyond = (ours - theirs) * 1e3
    print(f"\nimport minitensor {ours * 1e3:.0f} ms, import numpy {theirs * 1e3:.0f} ms, beyond it {beyond:.0f} ms")
    if beyond > 30:
        missed.append(f"the import takes {beyond:.0f} ms beyond NumPy's (goal 30)")
    print("\n".join(["", *(f"missed: {line}" for line in missed)] if missed else ["", "every goal is met"]))
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
