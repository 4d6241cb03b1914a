"""The last rung of the mean-shift ladder on a processor: the loops of the first, compiled by Numba, which is optional.

An update is q·n weights, each an exponential. NumPy makes a table of them, and goes over it four times. A loop needs
no table: distance, weight and sums stay in registers, 8 or 16 pairs at a time. What is left to make fast is the
exponential. With coordinates scaled by √(log2(e)/2)/h a weight is 2^−u, u = |q − x|². With k = ⌊u⌋ and f = u − k that
is 2^−f · 2^−k. A polynomial gives 2^−f, which is in (1/2, 1]; taking k from the exponent in its bits does the rest.

The polynomial of degree m is the one that meets 2^−f at the m + 1 Chebyshev nodes of [0, 1], so it is off by at most
2 (ln 2 / 4)^(m+1) / (m+1)! (Trefethen, Approximation Theory and Approximation Practice, 2013, chapter 4, gives the
nodes and the remainder): 7.6e-8 for float32 with m = 5, and 3.1e-18 for float64 with m = 11. Of a weight, that is at
most twice as much, 1.6e-7, and the rounding of its evaluation, 2 eps.
"""

import math
from collections.abc import Callable
from functools import cache
from threading import Lock
from typing import Any

import numpy as np

from minitensor import backend
from minitensor.cluster.meanshift.update import cores
from minitensor.core import checks
from minitensor.core.tensor import Tensor, wrap
from minitensor.errors import DeviceError, MissingExtraError
from minitensor.ladder import rung
from minitensor.text.code import function, indent
from minitensor.text.hints import install

WORTH = 2**19  # pairs below which another of Numba's threads costs more than it gains
RUN = 2048  # points that are added into one sum; so rounding grows with n / RUN, not with n
MANY = 8  # dimensions beyond which a processor has too few registers, and a compiler takes too long
# Coefficients of 2^−f, the constant first.
POLYNOMIALS = {
    "float32": (
        0.9999999438867431, -0.693143134641113, 0.24017895627762828,
        -0.05529811967633445, 0.00920918035719838, -0.000946877029110151,
    ),
    "float64": (
        1.0, -0.6931471805599446, 0.2402265069590699, -0.05550410866424683, 0.009618129102077202,
        -0.0013333557829612614, 0.00015403518911198192, -1.5252459205739764e-05, 1.3211089740764059e-06,
        -1.0131285209818722e-07, 6.7350373681265166e-09, -3.1505996237245747e-10,
    ),
}  # fmt: skip
INTEGERS = {"float32": "int32", "float64": "int64"}
# Sums may be reordered and multiplications fused with additions, but infinity and NaN keep their meaning.
FAST = {"reassoc", "contract", "arcp", "nsz"}
_one_at_a_time = Lock()  # not all of Numba's threading layers can be called by two threads at once


@rung("compiled loops, no table at all", memory=lambda q, x, h: (2 * q.size + 2 * x.size) * x.dtype.itemsize)
def compiled(queries: Tensor, points: Tensor, bandwidth: float) -> Tensor:
    """The loops of the first rung, compiled: they were never slow, Python was.

    queries : (q, d); points : (n, d), both on NumPy; returns (q, d). Computes in float32 (for float16 too) or float64.
    The first call with a number of dimensions and a dtype compiles, which takes a second or two. It runs on as many
    threads as BLAS would take, fewer for a small job. What is summed is weight·(point − query), so rounding is relative
    to how far the points that count are from the query. Weights below the smallest normal number are 0. From some ten
    dimensions on most of the work is multiplications, which `gemm_tiled` leaves to BLAS. LLVM uses only half of each
    AVX-512 register; `tests/benchmarks/mean_shift.py --wide` shows how to let it use them whole.
    Memory: scaled copies of queries and points, and the result: 2(q + n)·d numbers.

    Raises MissingExtraError without Numba, and DeviceError for tensors that are not on NumPy.
    """
    checks.no_gradient("compiled", queries, points)
    lib = backend.of(points.array)
    if not lib.on_processor:
        raise DeviceError(f"compiled runs on the processor, the points are on {lib.name}; write .to('numpy')")
    numba = _numba()
    if not queries.size or not points.size:
        return queries.astype(points.dtype)
    real = "float64" if points.dtype.itemsize > 4 else "float32"
    scale = math.sqrt(math.log2(math.e) / 2) / bandwidth
    middle = points.mean(0)
    keys, data = (((x - middle) * scale).astype(real).array for x in (queries, points))
    shift = np.empty(queries.shape, real)
    update = _update(points.shape[1], real)
    with _one_at_a_time:
        before = numba.get_num_threads()
        numba.set_num_threads(min(cores(queries, points, WORTH), numba.config.NUMBA_NUM_THREADS))
        try:
            update(lib.contiguous(keys), lib.contiguous(data.T), shift)
        finally:
            numba.set_num_threads(before)
    return (queries + wrap(shift) * (1.0 / scale)).astype(points.dtype)


@cache
def _update(d: int, real: str) -> Callable[..., None]:
    """``update(queries (q, d), points (d, n), shift (q, d))`` in scaled coordinates, compiled for d dimensions."""
    if d > MANY:
        return _update_of_many(real)
    numba = _numba()
    names = {"prange": numba.prange, "real": getattr(np, real), "power": _power(real)}
    plain = function("update", "queries, points, shift", update_lines(d), f"d = {d}, {real}", names)
    return numba.njit(parallel=True, fastmath=FAST)(plain)


def update_lines(d: int) -> list[str]:
    """The body of ``update(queries, points, shift)`` for d dimensions, with a variable for each coordinate.

    >>> print("\\n".join(update_lines(2)))
    for query in prange(queries.shape[0]):
        q_0 = queries[query, 0]
        q_1 = queries[query, 1]
        shift_0 = real(0)
        shift_1 = real(0)
        total = real(0)
        for start in range(0, points.shape[1], 2048):
            sum_0 = real(0)
            sum_1 = real(0)
            weights = real(0)
            x_0 = points[0, start : start + 2048]
            x_1 = points[1, start : start + 2048]
            for point in range(x_0.shape[0]):
                d_0 = x_0[point] - q_0
                d_1 = x_1[point] - q_1
                weight = power(d_0 * d_0 + d_1 * d_1)
                weights += weight
                sum_0 += weight * d_0
                sum_1 += weight * d_1
            shift_0 += sum_0
            shift_1 += sum_1
            total += weights
        shift[query, 0] = shift_0 / total if total > 0 else real(0)
        shift[query, 1] = shift_1 / total if total > 0 else real(0)
    """
    axes = range(d)
    return [
        "for query in prange(queries.shape[0]):",
        *indent([f"q_{axis} = queries[query, {axis}]" for axis in axes]),
        *indent([f"shift_{axis} = real(0)" for axis in axes]),
        "    total = real(0)",
        f"    for start in range(0, points.shape[1], {RUN}):",
        *indent([f"sum_{axis} = real(0)" for axis in axes], 2),
        "        weights = real(0)",
        # Counted from 0, so that Numba knows that no index is negative; else it would check, and not vectorise.
        *indent([f"x_{axis} = points[{axis}, start : start + {RUN}]" for axis in axes], 2),
        "        for point in range(x_0.shape[0]):",
        *indent([f"d_{axis} = x_{axis}[point] - q_{axis}" for axis in axes], 3),
        f"            weight = power({' + '.join(f'd_{axis} * d_{axis}' for axis in axes)})",
        "            weights += weight",
        *indent([f"sum_{axis} += weight * d_{axis}" for axis in axes], 3),
        *indent([f"shift_{axis} += sum_{axis}" for axis in axes], 2),
        "        total += weights",
        *indent([f"shift[query, {axis}] = shift_{axis} / total if total > 0 else real(0)" for axis in axes]),
    ]


@cache
def _update_of_many(real: str) -> Callable[..., None]:
    """The same for any number of dimensions, with the weights of RUN points in a core's cache and not in registers."""
    numba, number, power = _numba(), getattr(np, real), _power(real)
    prange = numba.prange

    def update(queries: Any, points: Any, shift: Any) -> None:
        for query in prange(queries.shape[0]):
            weights = np.empty(RUN, number)
            shift[query] = number(0)
            total = number(0)
            for start in range(0, points.shape[1], RUN):
                weights[:] = number(0)
                for axis in range(points.shape[0]):
                    x, q = points[axis, start : start + RUN], queries[query, axis]
                    for point in range(x.shape[0]):
                        weights[point] += (x[point] - q) * (x[point] - q)
                part = number(0)
                for point in range(min(RUN, points.shape[1] - start)):
                    weights[point] = power(weights[point])
                    part += weights[point]
                total += part
                for axis in range(points.shape[0]):
                    x, q = points[axis, start : start + RUN], queries[query, axis]
                    part = number(0)
                    for point in range(x.shape[0]):
                        part += weights[point] * (x[point] - q)
                    shift[query, axis] += part
            for axis in range(points.shape[0]):
                shift[query, axis] = shift[query, axis] / total if total > 0 else number(0)

    return numba.njit(parallel=True, fastmath=FAST)(update)


@cache
def _power(real: str) -> Callable[[Any], Any]:
    """``power(u)``, 2^−u for u of 0 or more, compiled; 0 where that is below the smallest normal number."""
    number, integer, kind = getattr(np, real), getattr(np, INTEGERS[real]), np.finfo(real)
    reach, mantissa = number(-kind.minexp - 1), integer(kind.nmant)
    value = "0.0"
    for coefficient in reversed(POLYNOMIALS[real]):
        value = f"number({coefficient!r}) + f * ({value})" if value != "0.0" else f"number({coefficient!r})"
    body = [
        "k = np.int32(u)",
        "f = u - number(k)",
        f"bits = number({value}).view(integer)",
        "power = integer(bits - (integer(k) << mantissa)).view(number)",
        "return power if u < reach else number(0)",
    ]
    names = {"np": np, "number": number, "integer": integer, "reach": reach, "mantissa": mantissa}
    return _numba().njit(fastmath=FAST, inline="always")(function("power", "u", body, real, names))


def _numba() -> Any:
    try:
        import numba
    except ImportError:
        raise MissingExtraError(f"compiled loops need Numba: {install('numba')}") from None
    return numba
