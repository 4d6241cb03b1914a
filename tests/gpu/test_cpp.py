"""The .cu kernels with no GPU: compiled as C++ by a shim, a thread for a thread, and launched by the real functions."""

import ctypes
import math
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from gpu_reference import product, update
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import examples

import minitensor as mt
from minitensor.cluster.meanshift import kernels as mean_shift
from minitensor.core.tensor import wrap
from minitensor.errors import DeviceError, DTypeError, InputError, ShapeError
from minitensor.gpu import cpp
from minitensor.matrix_product import kernels as matmul

SHIM = Path(__file__).parent / "shim"
REUSED = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]  # it keeps nothing between examples
POISONED = sys.platform == "linux"  # elsewhere the shim does not know where shared memory begins
PAD = 64  # floats of NaN before and after every array


def register_tiled(a, b):
    return matmul.multiply_in_cpp("register_tiled", a, b)


MATMULS = [register_tiled, matmul.gpu_vectorised]
# Sizes about those of a step (8), of a float4 (4) and of a tile (128), and primes.
SIZES = [1, 2, 3, 4, 5, 7, 8, 9, 31, 64, 97, 127, 128, 129, 131, 132]


def build(where, *options):
    """The kernels as C++, compiled for this machine; skips where that cannot be done."""
    compiler = shutil.which("g++") or shutil.which("clang++") or shutil.which("c++")
    if compiler is None:
        pytest.skip("no C++ compiler is installed (g++, clang++), and the .cu kernels run as C++ here")
    command = [compiler, "-std=c++20", "-O1", "-w", "-pthread", "-I", str(Path(mt.__file__).parent), *options]
    if sys.platform == "win32":
        command.append("-static")  # else Python would look for MinGW's libraries beside the kernels
    has_barriers = [*command, "-fsyntax-only", "-x", "c++", "-"]
    text = "#include <barrier>\n#include <thread>\nstd::barrier<> all(1); std::thread one;"  # some MinGWs have neither
    if subprocess.run(has_barriers, input=text, capture_output=True, text=True).returncode:
        pytest.skip(f"{compiler} has no C++20 <barrier> or <thread>, of which the shim is made")
    result = subprocess.run([*command, str(SHIM / "kernels.cpp"), "-o", str(where)], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return where


@pytest.fixture(scope="session")
def library(tmp_path_factory):
    options = ["-shared", "-fPIC", *(["-DSHIM_POISON"] if POISONED else [])]
    return ctypes.CDLL(str(build(tmp_path_factory.mktemp("shim") / "kernels.so", *options)))


def placed(values, offset=0):
    """The same float32 array with NaN on both sides, `offset` floats beyond a multiple of 16 bytes."""
    values = np.asarray(values, np.float32)
    room = np.full(values.size + 2 * PAD + 8, np.nan, np.float32)
    start = PAD + (-room.ctypes.data // 4 - PAD) % 4 + offset
    view = room[start : start + values.size].reshape(values.shape)
    view[...] = values
    return view


def untouched(view):
    """Whether the NaN around a placed array are still there."""
    room = view.base if view.base.ndim == 1 and view.base.size > view.size else view.base.base
    start = (view.ctypes.data - room.ctypes.data) // 4
    return bool(np.isnan(room[:start]).all() and np.isnan(room[start + view.size :]).all())


@pytest.fixture
def launched(library, monkeypatch):
    """Lets the rungs in CUDA C++ take NumPy Tensors and run the shim; gives the names of the kernels they ran."""
    ran = []

    def kernel(kernels, name):
        assert name in kernels.names
        base, _, argument = name.removesuffix(">").partition("<")
        first = {"true": [ctypes.c_bool(True)], "false": [ctypes.c_bool(False)], "": []}.get(argument)
        first = [ctypes.c_int(int(argument))] if first is None else first

        def run(grid, block, arguments):
            arrays = [each for each in arguments if isinstance(each, np.ndarray)]
            given = [
                ctypes.c_void_p(each.ctypes.data)
                if isinstance(each, np.ndarray)
                else (ctypes.c_float if isinstance(each, np.float32) else ctypes.c_int)(each)
                for each in arguments
            ]
            shape = (*grid, *block, 1)[:3]
            getattr(library, f"shim_{base}")(*map(ctypes.c_uint, shape), *first, *given)
            assert all(untouched(array) for array in arrays if array.base is not None)
            ran.append(name)

        return run

    monkeypatch.setattr(cpp, "compiled", kernel)
    monkeypatch.setattr(cpp, "empty", lambda shape, like: placed(np.full(shape, np.nan)))
    monkeypatch.setattr(cpp, "address", lambda array: array.ctypes.data)
    monkeypatch.setattr(cpp, "on_gpu", lambda x: True)
    return ran


def random(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def tensor_at(values, offset=0):
    return wrap(placed(values, offset))


# Matrix products.
def assert_product(function, a, b, c):
    expected, bound = product(a, b)
    assert c.shape == expected.shape
    assert c.dtype == "float32"
    assert (abs(c.numpy() - expected) <= bound).all(), function.__name__


@pytest.mark.parametrize("function", MATMULS)
@pytest.mark.parametrize(
    "sizes", [(1, 1, 1), (127, 7, 129), (128, 8, 128), (129, 9, 127), (257, 16, 4), (3, 257, 5), (131, 20, 132)]
)
def test_products(launched, function, sizes):
    m, k, n = sizes
    a, b = random(1, m, k), random(2, k, n)
    assert_product(function, a, b, function(tensor_at(a), tensor_at(b)))


@settings(examples(40), suppress_health_check=REUSED)
@given(
    m=st.sampled_from(SIZES), k=st.sampled_from(SIZES), n=st.sampled_from(SIZES), seed=st.integers(0, 99),
    function=st.sampled_from(MATMULS), offset=st.integers(0, 3),
)  # fmt: skip
def test_products_of_any_size_and_alignment(launched, m, k, n, seed, function, offset):
    a, b = random(seed, m, k), random(seed + 1, k, n)
    assert_product(function, a, b, function(tensor_at(a, offset), tensor_at(b)))


def test_float4_is_used_where_rows_allow_it_only(launched):
    for k, n, offset in ((8, 4, 0), (8, 4, 1), (8, 6, 0), (6, 4, 0)):
        matmul.gpu_vectorised(tensor_at(random(1, 5, k), offset), tensor_at(random(2, k, n)))
    assert launched == ["vectorised<true>", *["vectorised<false>"] * 3]


@pytest.mark.parametrize("function", MATMULS)
def test_products_without_elements(launched, function):
    assert function(tensor_at(np.ones((0, 3))), tensor_at(np.ones((3, 2)))).shape == (0, 2)
    assert function(tensor_at(np.ones((2, 0))), tensor_at(np.ones((0, 3)))).tolist() == [[0.0] * 3] * 2


@pytest.mark.parametrize("function", MATMULS)
def test_a_transposed_operand_is_copied(launched, function):
    a, b = random(1, 5, 9), random(2, 7, 5)
    assert_product(function, a.T, b.T, function(tensor_at(a).T, tensor_at(b).T))


# Mean shift.
def assert_update(queries, points, bandwidth):
    expected, bound = update(queries, points, bandwidth)
    moved = mean_shift.gpu_fast(tensor_at(queries), tensor_at(points), bandwidth)
    assert moved.dtype == "float32"
    assert (abs(moved.numpy() - expected) <= bound).all()


@pytest.mark.parametrize("d", mean_shift.DIMENSIONS)
@pytest.mark.parametrize(("q", "n"), [(1, 1), (33, 31), (65, 1025), (129, 513)])
def test_updates(launched, d, q, n):
    if d == 64:
        q = min(q, 33)
    points = random(d, n, d) + 3.0
    assert_update(points[:1].repeat(q, 0) + 0.1 * random(d + 1, q, d), points, 0.8 * math.sqrt(d))


@settings(examples(40), suppress_health_check=REUSED)
@given(
    d=st.sampled_from(mean_shift.DIMENSIONS), q=st.sampled_from([1, 31, 32, 127, 131]),
    n=st.sampled_from([1, 2, 3, 5, 511, 1023, 1024, 4099]), bandwidth=st.floats(0.5, 20), far=st.sampled_from([0, 1e4]),
)  # fmt: skip
def test_updates_of_any_size(launched, d, q, n, bandwidth, far):
    points = random(n, n, d) + np.float32(far)
    queries = points[np.random.default_rng(q).integers(0, n, q)]
    assert_update(queries, points, bandwidth)


def test_more_points_than_one_sum_takes(launched):
    points = random(5, 9001, 2)
    assert_update(points[:40], points, 0.5)


def test_a_query_that_no_point_reaches_stays(launched):
    points = random(1, 50, 2)
    queries = np.array([[0.0, 0.0], [100.0, -100.0]], np.float32)
    moved = mean_shift.gpu_fast(tensor_at(queries), tensor_at(points), 1.0).numpy()
    assert (moved[0] != queries[0]).all()
    assert (moved[1] == queries[1]).all()


def test_a_query_alone_with_its_point_stays(launched):
    point = np.array([[1234.567, 0.1]], np.float32)
    assert (mean_shift.gpu_fast(tensor_at(point), tensor_at(point), 0.01).numpy() == point).all()


def test_updates_without_points_or_queries(launched):
    points = tensor_at(random(1, 5, 2))
    assert mean_shift.gpu_fast(points, points[:0], 1.0).tolist() == points.tolist()
    assert mean_shift.gpu_fast(points[:0], points, 1.0).shape == (0, 2)


# The shim itself.
@pytest.mark.skipif(not POISONED, reason="the shim fills shared memory with NaN on Linux only")
def test_shared_memory_is_poisoned(library):
    out = np.zeros(8, np.float32)
    library.shim_careless(ctypes.c_void_p(out.ctypes.data))
    assert np.isnan(out).all()


def run_sanitized(where, sanitizer, *options):
    """What a sanitizer says of the kernels; skips where the compiler has none, or it does not run."""
    try:
        program = build(where / "kernels", "-g", "-O0", f"-fsanitize={sanitizer}", "-DSHIM_MAIN", *options)
    except AssertionError as error:
        pytest.skip(f"no {sanitizer} sanitizer: {error}")
    first = {"TSAN_OPTIONS": "halt_on_error=1", "ASAN_OPTIONS": "halt_on_error=1"}
    result = subprocess.run([str(program)], env=os.environ | first, capture_output=True, text=True, timeout=120)
    if "FATAL: " in result.stderr:
        pytest.skip(f"the {sanitizer} sanitizer does not run here: {result.stderr.splitlines()[0]}")
    assert bool(result.stderr) is bool(result.returncode), result.stderr[:2000]
    return result.stderr


@pytest.mark.thorough
def test_nothing_beyond_an_array_is_touched(tmp_path):
    assert run_sanitized(tmp_path, "address") == ""


@pytest.mark.thorough
def test_no_two_threads_race(tmp_path):
    assert run_sanitized(tmp_path, "thread") == ""


@pytest.mark.thorough
def test_without_barriers_threads_race(tmp_path):
    assert "data race" in run_sanitized(tmp_path, "thread", "-DSHIM_WITHOUT_BARRIERS")


# The files.
@pytest.mark.parametrize("kernels", [matmul.CPP, mean_shift.CPP], ids=lambda kernels: kernels.package)
def test_every_kernel_of_a_file_is_named(kernels):
    found = re.findall(r"__global__ void [^(]*\([^)]*\)\s*(\w+)\(", kernels.text)
    assert found == list(dict.fromkeys(name.partition("<")[0] for name in kernels.names))


# What is refused.
def test_more_blocks_than_a_grid_has(launched):
    with pytest.raises(ShapeError, match="register_tiled: the result is too large, it takes 2,147,482,624 blocks and"):
        matmul.CPP.launch("register_tiled", cpp.LIMIT, (16, 16))
    assert launched == []


def test_numpy_tensors_are_refused():
    x = mt.ones((3, 3), "float32")
    for call in (register_tiled, lambda a, b: mean_shift.gpu_fast(a, b, 1)):
        with pytest.raises(DeviceError, match=r"write (a|queries)\.to\('cupy'\)"):
            call(x, x)


def test_what_else_is_refused(launched):
    x = tensor_at(np.ones((3, 9)))
    with pytest.raises(
        DTypeError, match=r"a is a numpy.ndarray, not a minitensor.Tensor; write minitensor\.tensor\(a\)"
    ):
        matmul.gpu_vectorised(np.ones((2, 2)), x)
    with pytest.raises(DTypeError, match="a is float64"):
        matmul.gpu_vectorised(x.astype("float64"), x)
    with pytest.raises(ShapeError, match=r"a has shape \(9,\)"):
        register_tiled(x[0], x)
    with pytest.raises(ShapeError, match=r"9 on axis 1, b of shape .* has 3 on axis 0"):
        register_tiled(x, x)
    with pytest.raises(ShapeError, match="1 to 8 or 64"):
        mean_shift.gpu_fast(x, x, 1.0)
    for bandwidth in (0.0, -1.0, math.inf, math.nan):
        with pytest.raises(InputError, match="bandwidth="):
            mean_shift.gpu_fast(x[:, :2], x[:, :2], bandwidth)
