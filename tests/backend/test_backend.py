import asyncio
import ctypes
import math
import os
import subprocess
import sys
import threading
import types

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import DTYPES, FLOATS, arrays, axis_of, shapes

import minitensor as mt
from minitensor import backend as backends
from minitensor.backend import numpy_calls, probe, with_cupy, with_numpy
from minitensor.backend.dtypes import checked_dtype
from minitensor.backend.standard import Backend
from minitensor.backend.threads import in_threads
from minitensor.errors import BackendError, BackendNameError, DTypeError

USE_NUMPY = "or compute on the processor: MINITENSOR_BACKEND=numpy"
INSUFFICIENT = "cudaErrorInsufficientDriver: CUDA driver version is insufficient for CUDA runtime version"


@pytest.fixture
def fresh(monkeypatch):
    """As in a process that has just begun: no backend chosen, none but NumPy loaded."""
    token = backends._of_block.set(None)
    monkeypatch.setattr(backends, "_of_process", None)
    monkeypatch.setattr(backends, "_loaded", {"numpy": backends.load("numpy")})
    monkeypatch.setattr(backends, "_by_array_type", {np.ndarray: backends.load("numpy")})
    monkeypatch.delenv("MINITENSOR_BACKEND", raising=False)
    yield
    backends._of_block.reset(token)


def run_python(code, **environment):
    """A new process that runs `code`; every warning in it is an error."""
    clean = {name: value for name, value in os.environ.items() if name != "MINITENSOR_BACKEND"}
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code], env=clean | environment, capture_output=True, text=True, timeout=60
    )


# Choosing.
def test_numpy_works_where_nothing_is_said(fresh):
    assert mt.get_backend() == "numpy"
    assert mt.zeros(2).backend == "numpy"


@pytest.mark.parametrize("name", ["numpy", "strict"])
def test_the_environment_variable_chooses(fresh, monkeypatch, name):
    monkeypatch.setenv("MINITENSOR_BACKEND", name)
    assert mt.get_backend() == mt.zeros(2).backend == name


def test_the_environment_variable_is_read_when_the_first_tensor_is_made(fresh, monkeypatch):
    monkeypatch.setenv("MINITENSOR_BACKEND", "strict")
    mt.zeros(1)
    monkeypatch.setenv("MINITENSOR_BACKEND", "numpy")
    assert mt.get_backend() == "strict"


def test_an_empty_environment_variable_says_nothing(fresh, monkeypatch):
    monkeypatch.setenv("MINITENSOR_BACKEND", "")
    assert mt.get_backend() == "numpy"


def test_set_backend_wins_over_the_environment_variable(fresh, monkeypatch):
    monkeypatch.setenv("MINITENSOR_BACKEND", "numpy")
    mt.set_backend("strict")
    assert mt.get_backend() == mt.tensor([1.0]).backend == "strict"


def test_a_block_wins_over_set_backend_until_it_ends(fresh):
    with mt.use_backend("strict"):
        mt.set_backend("numpy")
        assert mt.get_backend() == "strict"
    assert mt.get_backend() == "numpy"


def test_blocks_nest(fresh):
    with mt.use_backend("strict"):
        with mt.use_backend("numpy"):
            assert mt.get_backend() == "numpy"
            with mt.use_backend("strict"):
                assert mt.get_backend() == "strict"
            assert mt.get_backend() == "numpy"
        assert mt.get_backend() == "strict"
    assert mt.get_backend() == "numpy"


def test_an_exception_ends_the_block(fresh):
    with pytest.raises(KeyError), mt.use_backend("strict"):
        raise KeyError
    assert mt.get_backend() == "numpy"


def test_use_backend_decorates_a_function_that_is_called_often(fresh):
    @mt.use_backend("strict")
    def make(n):
        return mt.get_backend() if n == 0 else make(n - 1)

    assert [make(0), make(2), mt.get_backend()] == ["strict", "strict", "numpy"]


def test_other_threads_do_not_notice_a_block(fresh):
    seen = {}

    def work(name):
        seen[name, "before"] = mt.get_backend()
        with mt.use_backend(name):
            barrier.wait(10)
            seen[name, "inside"] = mt.get_backend()
            barrier.wait(10)

    barrier = threading.Barrier(2)
    with mt.use_backend("strict"):
        threads = [threading.Thread(target=work, args=(name,)) for name in ("numpy", "strict")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert mt.get_backend() == "strict"
    assert seen == {(name, at): name if at == "inside" else "numpy" for name in ("numpy", "strict")
                    for at in ("before", "inside")}  # fmt: skip


@pytest.mark.parametrize("count", [1, 3])
def test_threads_of_a_block_see_it(fresh, count):
    def work(name, pause):
        before = mt.get_backend()
        with mt.use_backend(name):
            return before, mt.get_backend()

    names = ["numpy", "strict"] * 10
    for block in ("strict", "numpy"):
        with mt.use_backend(block), in_threads(count) as each:
            assert list(each(work, names, range(100))) == [(block, name) for name in names]
    with in_threads(count) as each:
        assert mt.get_backend() == "numpy"
        with mt.use_backend("strict"):  # what counts is the block of the call, not that of the pool
            assert set(each(lambda _: mt.get_backend(), range(20))) == {"strict"}


def test_other_tasks_do_not_notice_a_block(fresh):
    async def work(name):
        with mt.use_backend(name):
            await asyncio.sleep(0)
            inside = mt.get_backend()
            await asyncio.sleep(0)
        return inside, mt.get_backend()

    async def both():
        return await asyncio.gather(work("strict"), work("numpy"), work("strict"))

    assert asyncio.run(both()) == [("strict", "numpy"), ("numpy", "numpy"), ("strict", "numpy")]


# Wrong names.
@pytest.mark.parametrize("name", ["nunpy", "NumPy", "", "torch"])
def test_a_wrong_name_lists_the_right_ones_and_changes_nothing(fresh, name):
    for choose in (mt.set_backend, lambda name: mt.use_backend(name).__enter__(), mt.zeros(1).to):
        with pytest.raises(BackendNameError) as caught:
            choose(name)
        assert str(caught.value) == f"there is no backend {name!r}; choose one of numpy, cupy, auto"
    assert isinstance(caught.value, ValueError)
    assert mt.get_backend() == "numpy"


def test_a_wrong_name_in_the_environment_variable_is_named_with_it():
    result = run_python("import minitensor as mt; print('imported'); mt.zeros(2)", MINITENSOR_BACKEND="nunpy")
    assert result.stdout == "imported\n"
    assert result.stderr.splitlines()[-1] == (
        "minitensor.errors.BackendNameError: MINITENSOR_BACKEND=nunpy: there is no backend 'nunpy'; "
        "choose one of numpy, cupy, auto"
    )
    assert result.returncode == 1


def test_the_environment_variable_chooses_in_a_new_process():
    result = run_python("import minitensor as mt; print(mt.zeros(2))", MINITENSOR_BACKEND="strict")
    assert (result.stdout, result.stderr) == ("tensor([0., 0.], shape (2,), float64, strict)\n", "")


# CuPy, as it fails on one machine or another.
def fake_cupy(monkeypatch, driver=(13, 0), devices=1, answer=3.0):
    """A module called cupy that says `devices`, and whose kernel writes `answer`; an exception is raised instead."""
    cupy = types.ModuleType("cupy")
    for name in ("zeros", "asarray", "take", "conj", "result_type", "diagonal", "min", "max"):
        setattr(cupy, name, getattr(np, name))
    cupy.asnumpy = np.asarray
    cupy.ndarray = type("ndarray", (np.ndarray,), {})

    def count():
        if isinstance(devices, Exception):
            raise devices
        return devices

    def launch(grid, block, arguments):
        if isinstance(answer, Exception):
            raise answer
        arguments[0][...] = answer

    cupy.cuda = types.SimpleNamespace(runtime=types.SimpleNamespace(getDeviceCount=count))
    cupy.RawKernel = lambda source, name: launch
    monkeypatch.setitem(sys.modules, "cupy", cupy)
    have_driver(monkeypatch, driver)
    return cupy


def have_driver(monkeypatch, version):
    for module in (probe, backends):
        monkeypatch.setattr(module, "driver_version", lambda: version)


def refusal():
    with pytest.raises(BackendError) as caught:
        mt.set_backend("cupy")
    assert isinstance(caught.value, RuntimeError)
    assert mt.get_backend() == "numpy"
    return str(caught.value)


@pytest.mark.parametrize(("version", "extra"), [((12, 4), "cuda12"), ((11, 8), "cuda12"), ((13, 0), "cuda13"),
                                                ((13, 2), "cuda13"), ((14, 0), "cuda13")])  # fmt: skip
def test_cupy_not_installed(fresh, monkeypatch, version, extra):
    monkeypatch.setitem(sys.modules, "cupy", None)
    have_driver(monkeypatch, version)
    assert refusal() == f"CuPy is not installed. pip install 'minitensor[{extra}]', {USE_NUMPY}"


def test_cupy_not_installed_and_no_driver_either(fresh, monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", None)
    have_driver(monkeypatch, None)
    assert refusal() == (
        "CuPy is not installed. pip install 'minitensor[cuda13]' "
        f"(this machine has no NVIDIA driver, so it will not compute either), {USE_NUMPY}"
    )


@pytest.mark.parametrize("error", [ImportError("libnvrtc.so.13: cannot open"), ValueError("numpy.dtype size changed")])
def test_cupy_installed_but_broken(fresh, monkeypatch, tmp_path, error):
    (tmp_path / "cupy.py").write_text(f"raise {error!r}")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "cupy", raising=False)
    have_driver(monkeypatch, (12, 8))
    assert refusal() == f"CuPy is installed but does not load: {error}. pip install 'minitensor[cuda12]', {USE_NUMPY}"


def test_no_driver(fresh, monkeypatch):
    fake_cupy(monkeypatch, driver=None, devices=RuntimeError(INSUFFICIENT))
    assert refusal() == (
        "CuPy is installed, but there is no NVIDIA driver (libcuda.so.1 is missing). Install the driver from "
        f"https://www.nvidia.com/drivers, {USE_NUMPY}"
    )


@pytest.mark.parametrize(("version", "extra"), [((12, 4), "cuda12"), ((13, 0), "cuda13")])
def test_a_driver_older_than_cupy_needs(fresh, monkeypatch, version, extra):
    fake_cupy(monkeypatch, driver=version, devices=RuntimeError(INSUFFICIENT))
    assert refusal() == (
        f"the NVIDIA driver runs CUDA {version[0]}.{version[1]}, which is older than this CuPy needs: {INSUFFICIENT}. "
        f"Update the driver from https://www.nvidia.com/drivers, or pip uninstall the CuPy that is here and "
        f"pip install 'minitensor[{extra}]', {USE_NUMPY}"
    )


@pytest.mark.parametrize("devices", [0, RuntimeError("cudaErrorNoDevice: no CUDA-capable device is detected")])
def test_no_device(fresh, monkeypatch, devices):
    fake_cupy(monkeypatch, devices=devices)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert refusal() == (
        "CuPy and the driver are there, but no GPU is (CUDA_VISIBLE_DEVICES=None). "
        f"nvidia-smi shows what the driver sees, {USE_NUMPY}"
    )
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert refusal() == (
        "CuPy and the driver are there, but no GPU is (CUDA_VISIBLE_DEVICES=''). "
        f"unset CUDA_VISIBLE_DEVICES, {USE_NUMPY}"
    )


@pytest.mark.parametrize("package", ["cupy-cuda12x", "cupy-cuda13x"])
@pytest.mark.parametrize("said", ['cannot open source file "cuda_fp16.h"', "Failed to find CUDA headers",
                                  "please set the CUDA_PATH environment variable"])  # fmt: skip
def test_no_headers(fresh, monkeypatch, said, package):
    # A CuPy for CUDA 12 works on a driver for 13, and must not be given the headers of the other.
    monkeypatch.setattr("importlib.metadata.distributions", lambda name: [name] if name == package else [])
    fake_cupy(monkeypatch, driver=(13, 0), answer=RuntimeError(said))
    assert refusal() == (
        "CuPy finds the GPU but not the CUDA headers, without which it compiles no kernel. "
        f"pip install '{package}[ctk]', {USE_NUMPY}"
    )


def test_a_kernel_that_fails(fresh, monkeypatch):
    fake_cupy(monkeypatch, answer=RuntimeError("CUDA_ERROR_NO_BINARY_FOR_GPU"))
    assert refusal() == (
        f"CuPy finds the GPU but a small kernel failed on it: CUDA_ERROR_NO_BINARY_FOR_GPU. {USE_NUMPY}"
    )


@pytest.mark.parametrize("answer", [0.0, 2.5, float("nan")])
def test_a_kernel_that_gives_a_wrong_answer(fresh, monkeypatch, answer):
    fake_cupy(monkeypatch, answer=answer)
    assert refusal() == f"CuPy ran a small kernel and got {answer * 8} instead of 24.0. Look at nvidia-smi, {USE_NUMPY}"


def test_the_environment_variable_is_named_where_cupy_fails(fresh, monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", None)
    have_driver(monkeypatch, (12, 4))
    monkeypatch.setenv("MINITENSOR_BACKEND", "cupy")
    with pytest.raises(BackendError, match=r"^MINITENSOR_BACKEND=cupy: CuPy is not installed\. pip install"):
        mt.zeros(2)


def test_cupy_is_chosen_where_it_computes(fresh, monkeypatch):
    cupy = fake_cupy(monkeypatch)
    for name in ("cupy", "auto"):
        with mt.use_backend(name):
            assert mt.get_backend() == "cupy"
            assert backends.current().xp is cupy
    assert backends.of(np.zeros(2).view(cupy.ndarray)).name == "cupy"


def test_auto_falls_back_to_numpy(fresh, monkeypatch):
    fake_cupy(monkeypatch, devices=0)
    mt.set_backend("auto")
    assert mt.get_backend() == "numpy"


def test_auto_does_not_import_cupy_without_a_driver(fresh, monkeypatch):
    have_driver(monkeypatch, None)
    monkeypatch.setattr(with_cupy, "require_working_cupy", lambda: pytest.fail("CuPy was tried"))
    mt.set_backend("auto")
    assert mt.get_backend() == "numpy"


def test_an_index_out_of_bounds_does_not_wrap_round_on_cupy(fresh, monkeypatch):
    fake_cupy(monkeypatch)
    cupy = backends.load("cupy")
    for at in (3, -4):
        with pytest.raises(IndexError, match="an index is out of bounds for axis 1 with size 3"):
            cupy.check_bounds(np.array([0, at]), 3, 1)
    cupy.check_bounds(np.array([2, -3]), 3, 1)
    cupy.check_bounds(np.zeros(0, int), 3, 1)


def test_what_is_written_is_not_what_is_read_on_cupy(fresh, monkeypatch):
    copied = []
    module = fake_cupy(monkeypatch)
    module.may_share_memory, module.copy = np.may_share_memory, lambda array: copied.append(array) or array.copy()
    cupy, array = backends.load("cupy"), np.arange(4.0)
    cupy.array_type = np.ndarray
    cupy.assign(array, (slice(1, None),), array[:-1])
    cupy.assign(array, (slice(0, 2),), np.zeros(2))
    assert array.tolist() == [0, 0, 1, 2]
    assert len(copied) == 1


def test_what_cupy_lacks_is_made_of_what_it_has(fresh, monkeypatch):
    fake_cupy(monkeypatch)
    cupy, a = backends.load("cupy"), np.arange(12).reshape(2, 2, 3) * (1 + 2j)
    np.testing.assert_allclose(cupy.vecdot(a, a[::-1] + 1), np.vecdot(a, a[::-1] + 1))
    np.testing.assert_array_equal(cupy.diagonal(a), np.linalg.diagonal(a))


# The driver.
@pytest.mark.parametrize(("number", "version"), [(12040, (12, 4)), (13000, (13, 0)), (11080, (11, 8))])
def test_the_driver_says_its_version(monkeypatch, number, version):
    def ask(reference):
        reference._obj.value = number
        return 0

    monkeypatch.setattr(ctypes, "CDLL", lambda name: types.SimpleNamespace(cuDriverGetVersion=ask))
    assert probe.driver_version() == version


def test_there_may_be_no_driver_or_a_sick_one(monkeypatch):
    def absent(name):
        raise OSError(name)

    for library in (absent, lambda name: object(), lambda name: types.SimpleNamespace(cuDriverGetVersion=lambda _: 3)):
        monkeypatch.setattr(ctypes, "CDLL", library)
        assert probe.driver_version() is None


# What every backend does.
@given(arrays(dtype=st.sampled_from(DTYPES)))
def test_numbers_survive_the_way_there_and_back(backend, a):
    lib = backends.load(backend)
    there = lib.from_numpy(a)
    np.testing.assert_array_equal(lib.to_numpy(there), a, strict=True)
    assert lib.numpy_dtype(there) == a.dtype
    assert lib.dtype(a.dtype) == there.dtype
    assert backends.of(there) is lib
    assert isinstance(there, lib.array_type)


@given(st.data())
def test_what_the_standard_lacks_is_numpys(backend, data):
    a = data.draw(arrays(shapes(min_dims=1)))
    axis = data.draw(axis_of(a.ndim))
    lib = backends.load(backend)
    there = lib.from_numpy(a)
    for result, expected in (
        (lib.argsort(there, axis), np.argsort(a, axis, kind="stable")),
        (lib.cumulative_sum(there, axis), np.cumsum(a, axis)),
        (lib.vecdot(there, there), (a * a).sum(-1)),
        (lib.astype(there, lib.dtype("float32")), a.astype("float32")),
    ):
        np.testing.assert_array_equal(lib.to_numpy(result), expected, strict=True)


@given(arrays(shapes(min_dims=2)))
def test_the_diagonal_is_that_of_the_last_two_axes(backend, a):
    lib = backends.load(backend)
    np.testing.assert_array_equal(lib.to_numpy(lib.diagonal(lib.from_numpy(a))), np.linalg.diagonal(a), strict=True)


@given(arrays(dtype=st.sampled_from(FLOATS), values=st.integers(-9, 9)))
def test_exp_in_place_writes_over_its_argument(backend, a):
    lib, expected = backends.load(backend), np.exp(a)
    there = lib.from_numpy(a)
    result = lib.exp_in_place(there)
    # How NumPy computes the last bit depends on how the elements lie in memory.
    np.testing.assert_allclose(lib.to_numpy(result), expected, 4 * np.finfo(a.dtype).eps, strict=True)
    np.testing.assert_array_equal(lib.to_numpy(there), lib.to_numpy(result), strict=True)
    lib.synchronize()


@given(arrays(dtype=st.sampled_from(FLOATS), values=st.integers(-9, 9)))
def test_powers_of_the_base_that_is_chosen(backend, a):
    lib = backends.load(backend)
    base = lib.base(a.dtype)
    found = lib.to_numpy(lib.exp_in_place(lib.from_numpy(a.copy()), None, base))
    np.testing.assert_allclose(found, base ** a.astype("float64"), 8 * np.finfo(a.dtype).eps)


def test_powers_of_two_are_chosen_where_numpy_has_vector_instructions_for_them(monkeypatch):
    lib = backends.load("numpy")
    for target, system, base in (
        ("AVX512_SKX", "linux", 2.0),
        ("X86_V4", "linux", 2.0),
        ("X86_V4", "win32", math.e),
        ("baseline(X86_V2)", "linux", math.e),
    ):
        monkeypatch.setattr(sys, "platform", system)
        found = {"exp2": {"ff": {"current": target, "available": "AVX512_SKX baseline(X86_V2)"}}}
        with_numpy._many_exp2_at_once.cache_clear()
        monkeypatch.setattr(np.lib.introspect, "opt_func_info", lambda found=found, **names: found)
        assert lib.base("float32") == base
    with_numpy._many_exp2_at_once.cache_clear()


class Plain(Backend):
    """array-api-strict on its first device, with every method as the standard has it."""

    name = "plain"

    def __init__(self):
        import array_api_strict

        super().__init__(array_api_strict, type(array_api_strict.asarray(0)))


@given(st.data())
def test_the_standard_is_enough(data):
    lib, n = Plain(), data.draw(st.integers(0, 6))
    values = data.draw(arrays((n, 4), dtype=st.sampled_from(FLOATS), values=st.integers(-9, 9)))
    there, eps = lib.from_numpy(values), 8 * np.finfo(values.dtype).eps
    assert lib.numpy_dtype(there) == values.dtype
    np.testing.assert_array_equal(lib.to_numpy(there), values, strict=True)
    assert (lib.strides(there), lib.axes_in_memory(there)) == ((4, 1), (0, 1))
    assert lib.layout(there) == lib.layout(lib.contiguous(there))
    floor, base = data.draw(st.sampled_from([None, -2.0])), data.draw(st.sampled_from([2.0, math.e]))
    expected = base ** np.maximum(values, -np.inf if floor is None else floor).astype("float64")
    np.testing.assert_allclose(lib.to_numpy(lib.exp_in_place(lib.contiguous(there), floor, base)), expected, eps)
    np.testing.assert_allclose(lib.to_numpy(lib.exps(there, 2)), np.exp(values), eps)
    square = there @ there.mT
    np.testing.assert_array_equal(lib.to_numpy(lib.matmul_into(there, there.mT, square + 1)), lib.to_numpy(square))
    np.testing.assert_array_equal(lib.to_numpy(lib.diagonal(square)), lib.to_numpy(lib.vecdot(there, there)))
    for wrong in (n, -n - 1):
        with pytest.raises(IndexError, match=f"an index is out of bounds for axis 0 with size {n}"):
            lib.check_bounds(lib.asarray([0, wrong]), n, 0)
    lib.check_bounds(lib.asarray([n - 1, -n] if n else [], "int64"), n, 0)
    assert lib.device_name() in lib.device_names()
    assert lib.free_memory() is None
    assert (lib.threads(), lib.on_processor, lib.runs_kernels_on) == (1, False, None)


def test_strides_are_those_of_rows_where_the_standard_hides_them():
    lib = Plain()
    for shape in ((), (3,), (2, 3, 4), (0, 5)):
        expected = np.empty(shape, "int8").strides if 0 not in shape else (5, 1)
        assert lib.strides(lib.from_numpy(np.ones(shape))) == expected


def test_a_dtype_that_a_library_lacks_is_refused():
    with pytest.raises(DTypeError, match="the strict backend has no float16; take a wider dtype"):
        backends.load("strict").dtype("float16")


INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]


@given(
    st.data(),
    st.sampled_from(["bool", *INTEGERS]),
    st.sampled_from(["bool", *INTEGERS]),
    st.sampled_from([1, 2, 7, 20]),
    st.sampled_from([0, 1, 5, 30]),
    st.sampled_from([1, 2, 6, 19]),
    st.integers(0, 2**32 - 1),
)
def test_products_of_integers_are_numpys_and_wrap(backend, data, left, right, m, k, n, seed):
    rng, lib = np.random.default_rng(seed), backends.load(backend)

    def drawn(dtype, shape):
        if dtype == "bool":
            return rng.random(shape) > 0.5
        limits, top = np.iinfo(dtype), 2 ** data.draw(st.integers(0, 64))
        return rng.integers(max(limits.min, -top), min(limits.max, top), shape, dtype=dtype, endpoint=True)

    rows = data.draw(st.sampled_from([(m,), (3, m), ()]))
    a, b = drawn(left, (*rows, k)), drawn(right, data.draw(st.sampled_from([(k, n), (k,), (3, k, n)])))
    if backend != "numpy" and (("bool" in (left, right)) or np.result_type(a, b).kind == "f"):
        return  # the standard has no such product
    x, y = lib.from_numpy(a), lib.from_numpy(b)
    for found in (lib.matmul(x, y), backends.matmul(x, y)):
        np.testing.assert_array_equal(lib.to_numpy(lib.as_array(found)), a @ b, strict=True)


@given(st.data(), st.sampled_from(["float32", "float64"]))
def test_products_of_floats_are_numpys(backend, data, dtype):
    lib, m, k, n = backends.load(backend), *(data.draw(st.sampled_from([0, 1, 3, 12])) for _ in range(3))
    a = data.draw(arrays(data.draw(st.sampled_from([(m, k), (k,), (2, m, k)])), dtype=dtype, values=st.integers(-9, 9)))
    b = data.draw(arrays(data.draw(st.sampled_from([(k, n), (k,), (2, k, n)])), dtype=dtype, values=st.integers(-9, 9)))
    found = backends.matmul(lib.from_numpy(a), lib.from_numpy(b))
    np.testing.assert_array_equal(lib.to_numpy(lib.as_array(found)), a @ b)


@pytest.mark.parametrize(("left", "right"), [((2, 3), (2, 3)), ((20, 30), (20, 30)), ((), (3,)), ((3,), ())])
@pytest.mark.parametrize("dtype", ["int64", "float64"])
def test_products_that_do_not_fit_raise_what_numpy_raises(left, right, dtype):
    with pytest.raises(ValueError, match=r"shape|dimension"):
        backends.matmul(np.ones(left, dtype), np.ones(right, dtype))


def test_large_products_of_integers_go_by_way_of_float64(monkeypatch):
    seen = []
    a = np.random.default_rng(0).integers(-9, 9, (64, 64))
    monkeypatch.setattr(
        with_numpy, "integer_matmul", lambda *pair: seen.append(pair) or numpy_calls.integer_matmul(*pair)
    )
    np.testing.assert_array_equal(backends.matmul(a, a), a @ a)
    assert len(seen) == 1


@pytest.mark.parametrize("call", ["matmul", "vecdot", "multiply", "multiply_into"])
@pytest.mark.parametrize("dtype", ["bool", "int64", "float32", "complex128"])
def test_calls_give_arrays_also_without_axes(backend, call, dtype):
    if backend != "numpy" and call == "vecdot" and dtype == "int64":
        dtype = "int32"
    lib = backends.load(backend)
    a = lib.from_numpy(np.ones((2,) if call in ("matmul", "vecdot") else (), dtype))
    assert isinstance(lib.call_of_two(call, dtype, (a.ndim, a.ndim))(a, a), lib.array_type)
    square = lib.from_numpy(np.ones((2, 2), dtype))
    assert isinstance(lib.call_of_one("sum", (0, 1), dtype, 0)(square), lib.array_type)
    assert isinstance(lib.call_of_one("trace", (), dtype, 0)(square), lib.array_type)


@given(st.integers(0, 30), st.integers(1, 9), st.sampled_from(FLOATS), st.integers(0, 2**32 - 1))
def test_scatter_add_sums_what_goes_to_one_place_in_float64(backend, n, size, dtype, seed):
    rng, lib = np.random.default_rng(seed), backends.current()
    places, values = rng.integers(0, size, n), rng.normal(size=n).astype(dtype)
    expected = np.zeros(size)
    np.add.at(expected, places, values.astype("float64"))
    found = lib.to_numpy(lib.scatter_add(lib.from_numpy(places), lib.from_numpy(values), size))
    assert found.dtype == "float64"
    np.testing.assert_allclose(found, expected, atol=1e-13)
    assert (found[~np.isin(np.arange(size), places)] == 0).all()


def test_scatter_add_counts_further_than_float32_can(backend):
    lib, many = backends.current(), 2**18
    values = lib.from_numpy(np.full(many, 64.25, "float32"))
    places = lib.from_numpy(np.zeros(many, "int64"))
    assert lib.to_numpy(lib.scatter_add(places, values, 2)).tolist() == [64.25 * many, 0.0]


@pytest.mark.parametrize("wrong", [[1.0], 1.0, np.float64(1), None])
def test_what_is_no_array_belongs_to_no_backend(wrong):
    with pytest.raises(TypeError, match=r"is not an array of a backend$"):
        backends.of(wrong)


def test_a_mapped_file_belongs_to_numpy(tmp_path):
    mapped = np.memmap(tmp_path / "numbers", dtype="float64", mode="w+", shape=(3,))
    assert backends.of(mapped).name == "numpy"
    assert mt.as_tensor(mapped).sum().item() == 0.0


@pytest.mark.parametrize(("own", "value", "holds"), [
    ("float32", np.zeros(1, "float64"), True), ("float64", np.zeros(1, "int64"), True), ("float32", 1, True),
    ("int64", np.zeros(1, "float32"), False), ("int64", 1.0, False), ("bool", 1, False), ("int64", True, True),
    ("float64", 1j, False), ("complex64", 1j, True), ("float64", "text", False), ("uint8", np.zeros(1, "int64"), True),
    ("uint8", np.array([0, -1]), False), ("int8", np.array([127, 128]), False), ("int8", np.zeros(0, "int64"), True),
    ("uint64", np.array([-1]), False), ("int64", np.array([2**63], "uint64"), False),
])  # fmt: skip
def test_what_an_array_can_hold(own, value, holds):
    assert backends.can_hold(np.zeros(2, own), value) is holds


@pytest.mark.parametrize("name", ["float", "float32", np.float32, float, int, bool, "i4", np.dtype("complex64")])
def test_a_dtype_is_any_name_of_numbers(name):
    assert checked_dtype(name) == np.dtype(name)


@pytest.mark.parametrize("name", ["flaot32", object, str, "datetime64[s]", 5, ["float32"]])
def test_a_dtype_is_none_that_is_not_of_numbers(name):
    with pytest.raises(DTypeError) as caught:
        checked_dtype(name)
    assert str(caught.value) == f"{name!r} is not a dtype of numbers; write one such as 'float32', 'int64' or 'bool'"


def test_only_a_numpy_scalar_is_made_an_array():
    array = np.zeros(2)
    assert backends.as_array(array) is array
    assert isinstance(backends.as_array(np.float32(2)), np.ndarray)
    assert backends.as_array(np.float32(2)).dtype == "float32"
