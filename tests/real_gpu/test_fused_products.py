"""On a GPU a product and a sum may be fused, which leaves out the rounding of the product: how far that goes.

Compiled without fused products, a kernel that only does arithmetic gives the simulator's bits.
"""

import re

import numpy as np
import pytest
from gpu_shim import recording, translated

import minitensor as mt
from minitensor.backend import load
from minitensor.gpu import cuda, kernel

FUNCTIONS = re.compile(r"\b(?:a?(?:cos|sin|tan)h?|atan2|cbrt|exp|expm1|hypot|log|log10|log1p|log2|powf?)\(")
ATOMICS = re.compile(r"atomic\w+\(")  # their order is another on a GPU
ROUNDING = 2.0**-24  # relative, of one float32 operation


def launched(call, *options):
    """The arrays after a launch of the translated kernel, compiled with these options, on the GPU."""
    xp = load("cupy").xp
    name = re.search(r"__global__ void (\w+)\(", call.source)[1]
    made = xp.RawModule(code=call.source, options=("-DCUPY_JIT_MODE", "--std=c++17", *options)).get_function(name)
    given = [xp.asarray(each) if isinstance(each, np.ndarray) else number(each) for each in call.arguments]
    made(three(call.grid), three(call.block), tuple(given), shared_mem=call.shared_bytes)
    return [each.get() for each in given if hasattr(each, "get")]


def three(size):
    return (*size, 1, 1)[:3] if isinstance(size, tuple) else (size, 1, 1)


def number(value):
    kinds = {bool: np.bool_, int: np.int32, float: np.float32}
    return kinds.get(type(value), lambda it: it)(value)


@pytest.fixture(scope="module")
def launches():
    return [launch for launch in recording.recorded() if not launch.refused]


def test_without_fused_products_arithmetic_gives_the_simulators_bits(launches):
    arithmetic = [
        each for each in launches if not FUNCTIONS.search(each.call.source) | bool(ATOMICS.search(each.call.source))
    ]
    assert len(arithmetic) >= 30
    for launch in arithmetic:
        for found, expected in zip(launched(launch.call, "--fmad=false"), launch.after, strict=True):
            np.testing.assert_array_equal(found, expected, launch.name)


@kernel
def difference_of_squares(x, y, out, n):
    i = cuda.grid(1)
    if i < n:
        out[i] = x[i] * x[i] - y[i] * y[i]


def test_one_fused_product_moves_a_difference_by_half_a_unit_of_the_product():
    x = np.random.default_rng(0).normal(size=4096).astype("float32")
    out = mt.zeros((4096,), "float32")
    difference_of_squares[32, 128](x, x, out, 4096)
    assert not out.any()
    with mt.use_backend("cupy"):
        there = mt.zeros((4096,), "float32")
    on_gpu = load("cupy").xp.asarray(x)
    difference_of_squares[32, 128](on_gpu, on_gpu, there, 4096)
    assert (abs(there.numpy()) <= ROUNDING * x.astype("float64") ** 2).all()


@kernel
def dots(a, b, out, n, k):
    row = cuda.grid(1)
    if row < n:
        total = np.float32(0)
        for inner in range(k):
            total += a[row, inner] * b[row, inner]
        out[row] = total


def test_a_sum_of_fused_products():
    """Fused or not, each of k steps rounds once or twice, so the two are within 2·k·2^-24·Σ|a·b| of each other.

    To first order each sum is off by at most k·2^-24·Σ|a·b| for its additions and 2^-24·Σ|a·b| for its products, which
    the fused one leaves out; 2% more cover what is of second order.
    """
    rng, n, k = np.random.default_rng(1), 512, 300
    a, b = (rng.normal(size=(n, k)).astype("float32") for _ in range(2))
    here = np.zeros(n, "float32")
    dots[4, 128](a, b, here, n, k)
    source = translated(dots, (a, b, here, n, k))
    from gpu_shim import Call

    there = launched(Call(source, 4, 128, (a, b, np.zeros_like(here), n, k)))[-1]
    size = (abs(a.astype("float64")) * abs(b)).sum(1)
    assert (abs(there.astype("float64") - here) <= 1.02 * (2 * k + 1) * ROUNDING * size).all()
    exact = launched(Call(source, 4, 128, (a, b, np.zeros_like(here), n, k)), "--fmad=false")[-1]
    np.testing.assert_array_equal(exact, here)
