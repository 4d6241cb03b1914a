"""What small comments say of speed: each claim measured, and placed beside what it says.

    python tests/benchmarks/claims.py

Both sides of a claim run in turn, in many short rounds, and the least time of each counts: what a busy machine adds
falls on both. A claim "holds" where the ratio lies within its range, which leaves room for other machines. Exits with 1
where one does not. Larger claims have benchmarks of their own: `einsum.py`, `mean_shift.py`, `million.py`, `gpu.py`.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"

import sys
import time
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np

import minitensor as mt
from minitensor.backend import load

SECONDS, ROUNDS, LONGEST = 0.02, 50, 4.0  # of one side in one round; rounds; seconds for one claim
RNG = np.random.default_rng(0)


class Claim(NamedTuple):
    """`text` is what the comment in `file` says; `sides` gives what should take longer, and what should not."""

    file: str
    text: str
    low: float
    high: float
    sides: Callable[[], tuple[Callable[[], object], Callable[[], object]]]


CLAIMS: list[Claim] = []


def claim(file, text, low, high):
    def note(sides):
        CLAIMS.append(Claim(file, text, low, high, sides))
        return sides

    return note


def ratio(slow, quick):
    """How many times as long the first takes, by the least of interleaved rounds."""
    calls, least = {}, {}
    for side in (slow, quick):
        side()  # the first call may compile, import or allocate
        start = time.perf_counter()
        side()
        least[side] = time.perf_counter() - start
        calls[side] = max(1, int(SECONDS / least[side]))
    end = time.perf_counter() + LONGEST
    for number in range(ROUNDS):
        for side, count in calls.items():
            start = time.perf_counter()
            for _ in range(count):
                side()
            least[side] = min(least[side], (time.perf_counter() - start) / count)
        if number >= 3 and time.perf_counter() > end:
            break
    return least[slow] / least[quick]


def table(*shape, dtype="float64"):
    return RNG.uniform(-1, 1, shape).astype(dtype)


# backend/
@claim("backend/with_numpy.py", "of exp2 and exp in float32, the one that `base` chooses takes half the time", 1.3, 5)
def exponentials():
    x = table(2**15, dtype="float32")
    chosen, other = (np.exp2, np.exp) if load("numpy").base("float32") == 2 else (np.exp, np.exp2)
    return lambda: other(x), lambda: chosen(x)


@claim("segment/filter.py", "seven squarings in place take half as long as exp, where there is no AVX-512", 0.3, 4)
def squarings():
    lib, ones, exponents = load("numpy"), np.ones((8, 36, 766), "float32"), table(8, 36, 766, dtype="float32")
    return lambda: lib.exp_in_place(exponents.copy()), lambda: lib.square_in_place(ones.copy(), 7)


@claim("backend/with_numpy.py", "`dot` of small matrices starts in half the time of `@` or less", 1.5, 6)
def dot():
    a, b = table(4, 4), table(4, 4)
    return lambda: a @ b, lambda: a.dot(b)


@claim("backend/reductions.py", "NumPy divides by an array of one number in two thirds of the time of a number", 1.2, 4)
def divided():
    total = np.ones(8)
    number = np.asarray(3.0)
    return lambda: np.divide(total, 3, total), lambda: np.divide(total, number, total)


@claim("backend/shortcuts.py", "a mask of bits, several times as fast as numpy.where with a random condition", 2, 20)
def masked():
    from minitensor.backend.shortcuts import where

    x, chosen = table(256, 128, dtype="float32"), RNG.random((256, 128)) < 0.5
    return lambda: np.where(chosen, x, 0.0), lambda: where(chosen, x, 0.0)


@claim("backend/numpy_calls.py", "a method starts in a third of the time of the function of the same name", 1.8, 8)
def method():
    x, axes = table(2, 3), (1, 0)
    return lambda: (np.permute_dims(x, axes), np.reshape(x, 6)), lambda: (x.transpose(axes), x.reshape(6))


@claim("backend/numpy_calls.py", "sums of products along an axis of 3, 3 to 4 times as fast as numpy.vecdot", 2, 8)
def short_vecdot():
    from minitensor.backend.numpy_calls import short_vecdot

    a, b = (table(10_000, 3, dtype="float32") for _ in range(2))
    return lambda: np.vecdot(a, b), lambda: short_vecdot(a, b)


@claim("backend/numpy_calls.py", "the exact product of integers by way of float64, 8 times as fast or more", 5, 100)
def integer_matmul():
    from minitensor.backend.numpy_calls import integer_matmul

    a, b = (RNG.integers(-9, 9, (200, 200)) for _ in range(2))
    return lambda: a @ b, lambda: integer_matmul(a, b)


@claim(
    "backend/standard.py, cluster/meanshift/rungs.py",
    "some processors are several times slower on subnormal numbers, others are not",
    0.9,
    100,
)
def subnormal():
    small, normal = np.full((256, 256), 1e-41, "float32"), np.full((256, 256), 1e-20, "float32")
    x = table(256, 3, dtype="float32")
    return lambda: small @ x, lambda: normal @ x


@claim("cluster/meanshift/attention.py", "NumPy compares with a table in half the time of a number, or less", 1.5, 6)
def floors():
    x, out = table(2**15, dtype="float32"), np.empty(2**15, "float32")
    floors, floor = np.full(2**15, -0.5, "float32"), np.float32(-0.5)
    return lambda: np.maximum(x, floor, out=out), lambda: np.maximum(x, floors, out=out)


@claim("groups.py", "places in order of their keys, sorted with them in one integer, in a quarter of the time", 2, 20)
def sorted_keys():
    from minitensor.groups import sorted_keys

    keys = mt.tensor(RNG.integers(0, 2**40, 200_000))
    return lambda: mt.argsort(keys), lambda: sorted_keys(keys)


# core/
class WithInit:
    __slots__ = ("array",)

    def __init__(self, array):
        self.array = array


@claim("core/tensor.py", "without an `__init__` an object is made in two thirds of the time or less", 1.2, 5)
def no_init():
    Tensor = mt.Tensor

    def without():
        for _ in range(100):
            out = Tensor()
            out.array = None

    def with_init():
        for _ in range(100):
            WithInit(None)

    return with_init, without


class WithGetattr:
    __slots__ = ("array",)

    def __getattr__(self, name):
        raise AttributeError(name)


@claim("core/words.py", "with a `__getattr__` every attribute takes longer, but not from Python 3.12 on", 0.9, 6)
def no_getattr():
    def reading(cls):
        x = cls()
        x.array = None

        def read():
            for _ in range(100):
                _ = x.array

        return read

    return reading(WithGetattr), reading(mt.Tensor)


# einsums/
@claim("einsums/program.py", "without neighbours in memory a stack of products takes several times the copy", 2, 100)
def without_blas():
    a, b = table(64, 64, 20).transpose(2, 0, 1), table(20, 64, 64)
    return lambda: a @ b, lambda: np.ascontiguousarray(a)


@claim("einsums/order.py", "all orders of 10 operands, 3¹⁰/2 splits: 5 to 15 milliseconds (ratio to 1 ms)", 2, 40)
def orders():
    from minitensor.einsums.order import best_order

    terms = list(pairwise("abcdefghijk"))
    sizes = {label: 2 + at for at, label in enumerate("abcdefghijk")}

    def millisecond():
        end = time.perf_counter() + 1e-3
        while time.perf_counter() < end:
            pass

    return lambda: best_order(terms, ("a", "k"), sizes), millisecond


# matrix_product/
@claim("matrix_product/rungs.py", "indexing the tensors in the inner loop takes 40 to 100 times as long", 20, 250)
def elements():
    from minitensor.matrix_product.rungs import loops

    a, b = mt.tensor(table(6, 20)), mt.tensor(table(20, 6))

    def by_tensors():
        return [[sum(a[row, i] * b[i, col] for i in range(20)) for col in range(6)] for row in range(6)]

    return by_tensors, lambda: loops(a, b)


@claim("matrix_product/rungs.py", "`rows` is no faster than `loops` for sums below fifty or so (k = 25)", 1, 10)
def short_sums():
    from minitensor.matrix_product.rungs import loops, rows

    a, b = mt.tensor(table(10, 25)), mt.tensor(table(25, 10))
    return lambda: rows(a, b), lambda: loops(a, b)


@claim("matrix_product/rungs.py", "`broadcasting_3d` need not be faster than the rung below (256³)", 0.9, 10)
def no_table():
    from minitensor.matrix_product.rungs import broadcasting, broadcasting_3d

    a, b = (mt.tensor(table(256, 256, dtype="float32")) for _ in range(2))
    return lambda: broadcasting_3d(a, b), lambda: broadcasting(a, b)


@claim("backend/with_numpy.py", "`argmin` along axis 0 is several times slower than rows that equal the least", 2, 30)
def lowest():
    lib, x = load("numpy"), table(8, 2**15, dtype="float32")
    return lambda: x.argmin(0), lambda: lib.lowest(x)


# cluster/
@claim("cluster/coordinates.py", "NumPy goes through (n, 2) row by row: 10 times as long or more for a mean", 5, 60)
def by_axis():
    from minitensor.cluster.coordinates import by_axis

    x = mt.tensor(table(100_000, 2))
    return lambda: x.mean(0), lambda: by_axis(x, "mean")


@claim("cluster/coordinates.py", "up to 8 dimensions NumPy is faster a coordinate at a time (d = 8)", 1.0, 20)
def few():
    x = table(100_000, 8)
    return lambda: x.max(0), lambda: [x[:, axis].max() for axis in range(8)]


@claim("cluster/meanshift/attention.py", "a core's own cache is 3 to 10 times faster than memory", 1.5, 20)
def cache():
    small, large = table(2**15), table(2**24)
    slow, quick = np.empty_like(large), np.empty_like(small)

    def from_cache():
        for _ in range(2**9):
            np.negative(small, out=quick)

    return lambda: np.negative(large, out=slow), from_cache


@claim("cluster/meanshift/cells.py", "exponentials are several times faster in float32", 1.5, 10)
def single():
    wide = table(2**14)
    narrow = wide.astype("float32")
    return lambda: np.exp(wide), lambda: np.exp(narrow)


@claim("cluster/meanshift/estimator.py", "with bin_seeding: faster, here with 600 points", 1.2, 1000)
def bins():
    from minitensor.cluster import MeanShift
    from minitensor.data import blobs

    points, _ = blobs(2, each=100)
    return lambda: MeanShift(bandwidth=2.5).fit(points), lambda: MeanShift(bandwidth=2.5, bin_seeding=True).fit(points)


# plot/
@claim("plot/style.py", "a figure that is laid out for good is drawn quicker", 1.05, 4)
def layout():
    import io

    from minitensor import plot

    plot.headless()

    def frames(engine):
        fig, ax = plot.figure()
        ax.scatter(*table(2, 100))
        ax.set_title("a title")
        fig.draw_without_rendering()
        if not engine:
            fig.set_layout_engine("none")

        def draw():
            fig.savefig(io.BytesIO(), format="rgba", dpi=80)

        return draw

    return frames(True), frames(False)


def main():
    wrong = 0
    print(f"NumPy {np.__version__}, one BLAS thread\n{'ratio':>8}  {'range':>11}  {'holds':5}  claim")
    for each in CLAIMS:
        found = ratio(*each.sides())
        holds = each.low <= found <= each.high
        wrong += not holds
        said = f"{each.low:g} to {each.high:g}"
        print(f"{found:8.2f}  {said:>11}  {'yes' if holds else 'NO':5}  {each.file}: {each.text}", flush=True)
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main())
